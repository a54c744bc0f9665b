"""The HTTP surface of network: routes.py has all of it on one screen."""
