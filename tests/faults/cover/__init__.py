"""A night falls open and backups are asked, one after the other, while processes die: no ask is lost and none is doubled."""
