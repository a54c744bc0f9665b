"""The carrier of hints, and the loop of a worker process."""
