"""Tests of notify's storage."""
