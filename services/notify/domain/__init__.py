"""The rules of sending: plain functions over frozen values; no clock, no chance, no I/O."""
