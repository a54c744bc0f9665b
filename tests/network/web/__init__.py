"""Tests of services/network/web."""
