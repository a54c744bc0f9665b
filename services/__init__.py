"""The four services. A regular package on purpose: a directory without this file loses to any other `services` on the path."""
