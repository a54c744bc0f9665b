"""Families walked through a whole running county, from outside: the public APIs, mail, texts and links."""
