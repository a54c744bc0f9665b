"""The outside world, spoken to by its real protocols."""
