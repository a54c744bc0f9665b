"""Tests of services/network/jobs."""
