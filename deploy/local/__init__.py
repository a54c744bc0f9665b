"""The one-command run: embedded servers, a sample county, and the sandbox that stands in for the outside world."""
