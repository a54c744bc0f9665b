"""What comes in and goes out: shapes of requests and answers, and how they become orders and are made of what was seen.

`…In` is a body, `…Patch` a merge patch (an absent member stays as it is), `…Out` an answer. Phone numbers, addresses and safe words
are in an answer only for callers with the scope `people.contact.read`.
"""

PREFIXES = {
    "person_id": "per",
    "case_id": "case",
    "child_id": "per",
    "member_id": "mem",
    "rule_id": "sep",
    "other_person_id": "per",
    "kin_notice_id": "kin",
    "plan_id": "plan",
    "commitment_id": "com",
    "gap_id": "gap",
    "threat_id": "thr",
    "step_id": "step",
    "agreement_id": "agr",
    "review_id": "rev",
    "import_id": "imp",
    "release_id": "rel",
    "override_id": "ovr",
    "statement_id": "stm",
    "voice_id": "voi",
    "answer_id": "scl",
    "act_id": "act",
    "case_step_id": "step",
}
