"""Everything that runs Surround somewhere: one laptop, one small county, one large one."""
