"""Tests of services/network/use_cases."""
