"""What Schemathesis is told about our APIs, loaded into its process by the name in SCHEMATHESIS_HOOKS."""

from typing import Any

import schemathesis

SHAPE = {
    "choice_unknown", "format_invalid", "id_invalid", "number_out_of_range", "required", "too_few_items", "too_long",
    "too_many_items", "too_short", "unknown_property", "wrong_type",
}  # fmt: skip
"""What a description can say, so that nothing it allows may be refused for it."""


@schemathesis.check
def shape_as_described(_: Any, response: Any, case: Any) -> None:
    """What the description allows is never refused for its shape; that two dates are in the wrong order, it cannot say."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    problem = response.json()
    codes = {each["code"] for each in problem.get("errors", ()) if each.get("pointer") != "#"} | {problem["code"]}
    refused = codes & (SHAPE - {"wrong_type"} if _has_whole_floats(case.body) else SHAPE)
    assert not refused, f"refused for a shape that the description allows: {sorted(refused)}"


def _has_whole_floats(value: Any) -> bool:
    """JSON Schema takes 1.0 for a whole number; we do not (row json-027)."""
    if isinstance(value, dict | list):
        return any(map(_has_whole_floats, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and value.is_integer()
