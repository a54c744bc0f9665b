"""Tests of services/network/domain."""
