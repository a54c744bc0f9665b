"""Every proof the project has; the folders mirror the code they prove."""
