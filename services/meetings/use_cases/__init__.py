"""What meetings can do: one verb a file, one transaction each."""
