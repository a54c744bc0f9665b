"""The codes of families, meetings and messages in plain English. "Family" stands where the record says case, and no word blames.

Other topics have modules of their own: `plan_codes`, `people_codes`, `record_codes`, `import_codes`.
"""

from collections.abc import Mapping

from services.portal.domain.board import DueFlag, Flag
from services.portal.domain.reach import Why

RELATIONSHIPS: Mapping[str, str] = {
    "mother": "mother",
    "father": "father",
    "alleged_father": "alleged father",
    "stepparent": "stepparent",
    "guardian": "guardian",
    "indian_custodian": "Indian custodian",
    "grandparent_maternal": "grandparent, mother's side",
    "grandparent_paternal": "grandparent, father's side",
    "aunt_uncle": "aunt or uncle",
    "adult_sibling": "adult brother or sister",
    "minor_sibling": "brother or sister",
    "cousin": "cousin",
    "parent_of_sibling": "parent of a brother or sister",
    "godparent": "godparent",
    "family_friend": "family friend",
    "neighbor": "neighbor",
    "teacher": "teacher",
    "coach": "coach",
    "clergy": "clergy",
    "employer": "employer",
    "nrefm": "nonrelative extended family member",
    "resource_parent": "resource parent",
    "tribal_member": "tribal member",
    "service_provider": "service provider",
    "other": "other",
}
SIDES: Mapping[str, str] = {
    "na": "not through a parent",
    "maternal": "mother's side",
    "paternal": "father's side",
    "both": "both sides",
}
CIRCLES: Mapping[str, str] = {
    "inner": "Inner circle",
    "middle": "Middle circle",
    "outer": "Outer circle",
    "none": "Not in a circle yet",
}
SUPPORTS: Mapping[str, str] = {"informal": "family or friend", "formal": "professional"}
ROLES: Mapping[str, str] = {
    "child": "Child",
    "youth": "Youth",
    "nmd": "Nonminor dependent",
    "parent": "Parent",
    "guardian": "Guardian",
    "indian_custodian": "Indian custodian",
    "current_caregiver": "Current caregiver",
    "placing_agency_worker": "Social worker",
    "ffa_rep": "Foster family agency",
    "strtp_rep": "STRTP",
    "county_mental_health_rep": "County mental health",
    "icc_coordinator": "ICC coordinator",
    "regional_center_rep": "Regional center",
    "casa": "CASA",
    "tribal_representative": "Tribal representative",
    "education_rights_holder": "Education rights holder",
    "probation_officer": "Probation officer",
    "extended_family": "Extended family",
    "informal_support": "Family's support",
    "educator": "Educator",
    "sud_professional": "Service provider (SUD)",
    "service_provider": "Service provider",
    "attorney_child": "Child's attorney",
    "attorney_parent": "Parent's attorney",
    "county_counsel": "County counsel",
    "facilitator": "Facilitator",
    "interpreter": "Interpreter",
    "scheduler": "Scheduler",
    "supervisor": "Supervisor",
    "coach_observer": "Coach or observer",
    "security": "Security",
    "childcare_support": "Child care",
}
MODES: Mapping[str, str] = {"in_person": "in person", "video": "by video", "phone": "by phone"}
PURPOSES: Mapping[str, str] = {
    "safety_plan": "Safety plan",
    "initial_cft": "First CFT",
    "case_plan_development": "Make the family's plan",
    "case_plan_review": "Review the family's plan",
    "placement_preservation": "Keep the placement",
    "placement_change": "Placement change",
    "emergency_removal": "After an emergency separation",
    "return_home": "Return home",
    "transition_planning": "Transition",
    "case_closure": "Closing our work together",
    "safety_mapping": "Safety mapping",
    "permanency": "Permanency",
    "youth_independence": "Youth's independence",
    "cans_review": "CANS review",
    "strtp_consideration": "STRTP consideration",
    "family_requested": "The family asked for it",
    "other": "Something else",
}
PLACEMENTS: Mapping[str, str] = {
    "home": "at home",
    "relative": "with relatives",
    "nrefm": "with a nonrelative extended family member",
    "resource_family": "with a resource family",
    "ffa": "in a foster family agency home",
    "tfc": "in therapeutic foster care",
    "strtp": "in an STRTP",
    "shelter": "in a shelter",
    "hospital": "in hospital",
    "silp": "in supervised independent living",
    "tribal": "in a tribal placement",
    "other": "elsewhere",
}
ICWA: Mapping[str, str] = {
    "unknown": "ICWA: not asked yet",
    "inquiry_pending": "ICWA: inquiry under way",
    "reason_to_believe": "ICWA: reason to believe",
    "reason_to_know": "ICWA: reason to know",
    "applies": "ICWA applies",
    "does_not_apply": "ICWA does not apply",
}
SEPARATIONS: Mapping[str, str] = {
    "protective_order": "protective order",
    "dv_safety": "safety from violence at home",
    "no_contact_order": "no-contact order",
    "child_request": "the child asked for it",
    "other_safety": "other safety reason",
}
RULES: Mapping[str, str] = {
    "cft.initial": "set by the first-meeting rule",
    "cft.initial_icwa": "set by the ICWA rule",
    "cft.periodic": "set by the six-month rule",
    "cft.intensive": "set by the 90-day rule",
}
ANSWERS: Mapping[str, tuple[str, str]] = {
    "accepted": ("check_circle", "Yes"),
    "declined": ("cancel", "No"),
    "tentative": ("help", "Not sure"),
    "delegated": ("people", "Sends somebody else"),
    "needs_action": ("schedule", "No answer yet"),
}
ANSWER_CHANNELS: Mapping[str, str] = {
    "mail": "by email",
    "sms": "by text",
    "link": "on their page",
    "staff": "told to staff",
    "phone": "by phone, told to staff",
    "in_person": "in person, told to staff",
}
CAUSES: Mapping[str, str] = {
    "school": "school hours",
    "work": "work",
    "court": "court",
    "treatment": "an appointment",
    "other": "not free",
    "outside_hours": "outside usual hours",
    "calendar": "busy in the calendar",
    "booked": "in another meeting",
    "travel": "no time to get there",
    "separation": "not possible at this place",
    "none_fits": "none fits",
    "daily_limit": "has enough meetings that day",
    "notice_too_short": "needs more notice",
    "one_person_two_seats": "needed twice",
    "holiday": "county holiday",
    "after_due_date": "after the due date",
    "too_soon": "too soon",
    "too_long": "too short a day for this length",
}
POOLS: Mapping[str, str] = {"facilitator": "Facilitator", "room": "Room", "interpreter": "Interpreter"}
PLUSES: Mapping[str, str] = {
    "everyone": "Everyone can come",
    "family_wish": "The family asked for this time",
    "outside_school": "Outside school hours",
    "same_facilitator": "Same facilitator as last time",
}
STATES: Mapping[str, str] = {
    "requested": "Asked for",
    "preparing": "Being prepared",
    "proposing": "Times proposed",
    "scheduled": "Scheduled",
    "confirmed": "Confirmed",
    "held": "Held",
    "held_partial": "Held in part",
    "cancelled": "Cancelled",
    "no_quorum": "Not enough people came",
    "declined_by_youth": "Declined by the youth",
}
MEETING_FLAGS: Mapping[str, str] = {
    "separated": "Two people in this meeting must never meet. Take one of them off, or plan two meetings.",
    "after_due_date": "This is later than the day by which this family must meet.",
    "required_declined": "Somebody who must be there said no. Find another time, or phone them.",
    "required_role_missing": "A seat that this meeting needs is still empty.",
    "interpreter_unfilled": "An interpreter has not said yes yet.",
}
CANCEL_REASONS: Mapping[str, str] = {
    "family_asked": "The family asked",
    "key_person_cannot_come": "A key person cannot come",
    "staff_unavailable": "Staff cannot come",
    "illness": "Illness",
    "weather": "Weather or emergency",
    "no_longer_needed": "No longer needed",
    "booked_by_mistake": "Booked by mistake",
}
MESSAGE_KINDS: Mapping[str, str] = {
    "invitation": "Invitation",
    "moved": "New time",
    "changed": "Change",
    "again": "Invitation, sent again",
    "cancelled": "Cancellation",
    "removed": "Taken off the meeting",
    "reminder_7d": "Reminder, 7 days before",
    "reminder_2d": "Reminder, 2 days before",
    "reminder_2h": "Reminder, 2 hours before",
    "double_opt_in": "May we text you?",
    "opt_in_confirmation": "Thanks for saying yes to texts",
    "opt_out_confirmation": "Texts stopped",
    "help": "Help",
    "answer_confirmation": "Thanks for the answer",
    "unclear": "We did not understand",
    "which_meeting": "Which meeting?",
}
MESSAGE_WAYS: Mapping[str, str] = {"email": "email", "sms": "text", "call": "phone call", "voice": "phone call", "letter": "letter"}
MESSAGE_STATES: Mapping[str, tuple[str, str]] = {
    "pending": ("schedule", "waits"),
    "claimed": ("schedule", "about to leave"),
    "sending": ("schedule", "being sent"),
    "sent": ("check", "sent"),
    "delivered": ("check_circle", "arrived"),
    "failed": ("error", "did not get through"),
    "missed": ("error", "not sent in time"),
    "cancelled": ("cancel", "no longer needed"),
    "suppressed": ("cancel", "not sent"),
    "unknown": ("help", "may have arrived"),
    "open": ("schedule", "waits for you"),
    "done": ("check", "done"),
}
TASK_REASONS: Mapping[str, str] = {
    "by_phone": "They are reached by phone.",
    "minor": "A minor is not written to by machine.",
    "opted_out": "They asked us to stop messages.",
    "invalid_number": "Their number does not work. Ask for a new one.",
    "no_consent": "They have not agreed to messages yet.",
    "no_channel": "We know no way to write to them.",
    "enough_texts": "They have had three texts today. Somebody should phone.",
    "translation_missing": "There are no words for this in their language yet.",
    "failed": "A message did not get through.",
    "missed": "A message could not leave in time.",
    "suppressed": "Messages to them are stopped.",
    "needs_help": "They said that they need help. Phone them now.",
    "words_not_understood": "They wrote something that only a person can understand. Ask what they meant.",
    "not_me": "Somebody else has their number or mailbox. Ask for a new one.",
    "relay": "Somebody passes messages on to them. Phone that person.",
}
OUTCOMES: Mapping[str, str] = {
    "reached": "I spoke with them",
    "left_voicemail": "I left a voicemail",
    "no_answer": "Nobody answered",
}
REPLY_KINDS: Mapping[str, str] = {
    "answer": "An answer",
    "other_time": "Asks for another time",
    "delegation": "Wants to send somebody else",
    "refresh": "Asked for the invitation again",
    "not_an_answer": "A message that is no answer",
}
WHYS: Mapping[Why, str] = {
    Why.BY_PHONE: "reached by phone",
    Why.MINOR: "a minor; tell them through an adult",
    Why.OPTED_OUT: "asked us to stop messages",
    Why.INVALID_NUMBER: "the number we have does not work",
    Why.NO_CONSENT: "has not agreed to texts yet",
    Why.NO_CHANNEL: "no number or address on record",
    Why.NOT_SAFE: "no number or address that is safe",
    Why.RELAY: "somebody passes messages on to them",
}
FLAGS: Mapping[Flag, tuple[str, str]] = {
    Flag.REPLIES_WAIT: ("chat", "A reply waits for you"),
    Flag.REFUSED: ("cancel", "Somebody said no"),
    Flag.ANSWERS_MISSING: ("schedule", "Answers missing"),
    Flag.NOT_CONFIRMED: ("info", "All have answered; not confirmed yet"),
    Flag.ALL_YES: ("check_circle", "Confirmed"),
}
DUE_FLAGS: Mapping[DueFlag, tuple[str, str]] = {
    DueFlag.OVERDUE: ("error", "Overdue"),
    DueFlag.THIS_WEEK: ("error", "This week"),
    DueFlag.SOON: ("schedule", "Soon"),
    DueFlag.LATER: ("event", "Later"),
}
CHANNEL_STATES: Mapping[tuple[str, str], str] = {
    ("sms", "granted"): "Texts: verified",
    ("sms", "requested"): "Texts: asked, waiting for their yes",
    ("sms", "pending_double_opt_in"): "Texts: asked, waiting for their yes",
    ("sms", "none"): "Texts: not asked yet",
    ("sms", "revoked"): "Texts: opted out",
    ("sms", "invalid_number"): "Texts: number does not work",
    ("email", "revoked"): "Email: opted out",
    ("email", "invalid_number"): "Email: address does not work",
    ("email", "granted"): "Email: verified",
    ("voice", "revoked"): "Phone: asked us not to call",
    ("voice", "invalid_number"): "Phone: number does not work",
}
# Spoken here, and unknown to CLDR.
ALSO_SPOKEN: Mapping[str, str] = {
    "mix": "Mixtec",
    "mxb": "Mixtec (Tezoatlán)",
    "trc": "Triqui (Copala)",
    "trq": "Triqui (Itunyoso)",
    "ium": "Mien",
    "kjb": "Q'anjob'al",
    "tsz": "Purépecha",
    "mam": "Mam",
    "hnj": "Hmong Njua",
    "mww": "Hmong Daw",
}
CHANNELS: Mapping[str, str] = {"sms": "Texts", "email": "Email", "voice": "Phone calls", "letter": "Letters"}
