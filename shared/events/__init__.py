"""The facts services tell one another: the only contract between them."""
