"""What network does when it hears of something: one file a fact."""
