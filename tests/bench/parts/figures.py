"""How a measured value becomes a figure of the table."""

import statistics
from collections.abc import Sequence
from typing import Any

LEAST_PLAIN = 0.1
"""A smaller ratio has two digits that count, not two decimals: a thousandth is not nothing."""


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    beside: float | None = None,
    ratio: float | None = None,
    goal: str = "",
    met: bool | None = None,
    digits: int = 1,
) -> dict[str, Any]:
    """One line of the table; the ratio is that of value and yardstick unless another is given."""
    if ratio is None and beside:
        ratio = value / beside
    return {
        "name": name,
        "value": round(value, digits),
        "unit": unit,
        "yardstick": None if beside is None else round(beside, digits),
        "ratio": None if ratio is None else round(ratio, 2) if ratio >= LEAST_PLAIN else float(f"{ratio:.2g}"),
        "goal": goal,
        "met": met,
    }


def quantile(values: Sequence[float], hundredths: int) -> float:
    """The value that so many of a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[hundredths - 1]
