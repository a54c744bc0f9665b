"""What sets notify to work: facts heard, things that came back, and the clock."""
