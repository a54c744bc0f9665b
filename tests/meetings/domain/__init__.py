"""Tests of the rules of meetings: nothing runs but the functions themselves."""
