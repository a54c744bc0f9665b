"""Tests of notify's jobs."""
