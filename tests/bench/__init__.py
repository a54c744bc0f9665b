"""Benchmarks: each module measures one thing beside its yardstick, in one run."""
