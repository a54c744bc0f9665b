"""Tests of services/network/gateways."""
