"""Tests of what every service promises at its HTTP edge, on a small toy service with a real database."""
