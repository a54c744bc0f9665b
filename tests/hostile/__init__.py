"""Hostile, broken and unlucky inputs against the real applications; each row of the table stands for a family."""
