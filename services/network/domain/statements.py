"""Statements: short plain words about a family that agency, family and network share (DOMAIN §2.3, §6.2)."""

from enum import StrEnum


class StatementKind(StrEnum):
    """What a statement is. These are the columns of the map; one item has one kind."""

    HARM = "harm"
    DANGER = "danger"
    COMPLICATING_FACTOR = "complicating_factor"
    SAFETY_ACT = "safety_act"
    SUPPORTING_STRENGTH = "supporting_strength"
    SAFETY_GOAL = "safety_goal"
    GREY_AREA = "grey_area"
    BOTTOM_LINE = "bottom_line"
