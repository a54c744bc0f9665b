"""Tests of notify's use_cases."""
