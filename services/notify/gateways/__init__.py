"""The outside world: mail out and in, texts, calendar text, and the words themselves."""
