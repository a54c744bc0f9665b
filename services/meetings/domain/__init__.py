"""The rules of meetings: plain functions over frozen values. No input or output, no clock, no chance."""
