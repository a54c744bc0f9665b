"""Tests of notify's web."""
