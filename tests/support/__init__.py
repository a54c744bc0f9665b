"""Factories, clients and servers that the tests share."""
