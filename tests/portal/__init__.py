"""portal, tried without the services it asks: rules on nothing at all, pages against stand-ins that speak the real protocol."""
