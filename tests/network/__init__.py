"""Tests of network: its rooms mirrored."""
