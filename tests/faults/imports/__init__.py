"""A county's file is taken in while processes die: every line counts once, and the report says so."""
