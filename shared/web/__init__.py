"""The HTTP edge that every service shares: one contract for every route."""
