"""Plugs pulled, processes killed and frozen at every named place, servers gone: nothing is lost and nothing done twice."""
