"""What the first screen shows first, how a person can be reached, who sits where at the table: plain functions over values."""
