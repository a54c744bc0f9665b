"""The numbered log between services: RELIABILITY, the link, fault by fault."""
