"""What measurements share: a place with servers that keep what they commit, a plain client, and a bare handler to stand beside."""
