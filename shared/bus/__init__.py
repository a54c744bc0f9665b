"""How a committed fact reaches another service: relay, stream, cursor, healing."""
