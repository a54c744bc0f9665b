"""A service with one table, for trying the database parts that every service has."""
