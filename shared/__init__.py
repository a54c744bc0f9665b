"""What a second service needed: the kernel's words, the events, and thin edges to the database, the stream and HTTP."""
