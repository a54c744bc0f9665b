"""The world outside, as network meets it."""
