"""The rules of network: plain functions over frozen values. No I/O, no clock, no chance."""
