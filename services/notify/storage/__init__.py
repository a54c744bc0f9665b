"""What notify keeps: copies of facts it sends from, messages and their attempts, what came back. Rows never leave this room."""
