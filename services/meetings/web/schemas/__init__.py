"""What comes in and goes out: shapes of requests and answers, and how they become orders and are made of what was seen.

`…In` is a body, `…Patch` a merge patch (an absent member stays as it is), `…Out` an answer. People are ids: names are network's.
"""

PREFIXES = {
    "case_id": "case",
    "child_id": "per",
    "person_id": "per",
    "meeting_id": "mtg",
    "participant_id": "par",
    "resource_id": "res",
    "hold_id": "hold",
    "reply_id": "rep",
    "calendar_id": "cal",
    "unavailability_id": "una",
    # The people of each meeting of a linked pair, in a refusal.
    "tables": "per",
}
