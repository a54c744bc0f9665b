"""Celery as a carrier of hints: the application factory and one event loop a worker process."""
