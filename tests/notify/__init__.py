"""notify, room by room."""
