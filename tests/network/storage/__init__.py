"""Tests of services/network/storage."""
