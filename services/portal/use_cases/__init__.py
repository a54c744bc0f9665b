"""What people do here, one verb a file: sign in, look at a family, schedule a meeting, answer by link."""
