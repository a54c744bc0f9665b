"""What meetings does when it hears of something, and what it does every few minutes."""
