"""The whole county loses its servers and its processes, one by one and several at once, while it is being used."""
