"""What meetings keeps: one module a noun; rows stay in this room."""
