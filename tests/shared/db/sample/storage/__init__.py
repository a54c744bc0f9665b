"""What the sample service keeps."""
