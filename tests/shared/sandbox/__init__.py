"""The sandbox: what it accepts, what it sends back, and how it signs people in."""
