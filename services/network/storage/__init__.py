"""Where network keeps what it knows: tables, and one module of queries a noun. Rows stay inside; frozen values leave."""
