"""The outside world: other people's calendars."""
