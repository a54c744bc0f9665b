"""What notify does: one verb, one file, one transaction each. Edges open the unit and commit it."""
