"""Quotas for tests that ask faster than anybody may: what is tried there is not how often."""

import json
import os

from shared.kernel.quotas import Who
from shared.settings import read_limits

QUOTAS = "SURROUND_QUOTAS"
PLENTY = json.dumps({who.value: {"burst": [1_000_000, 1]} for who in Who})
WIDE = read_limits({QUOTAS: PLENTY})


def widen() -> None:
    """Give the processes that tests start the same."""
    os.environ.setdefault(QUOTAS, PLENTY)
