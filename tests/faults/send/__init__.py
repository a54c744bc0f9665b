"""What leaves to people and comes back from them, while processes die, freeze and race, and servers answer oddly or not at all."""
