"""Every page of the portal on one screen, each with who may open it."""

from services.portal.web import (
    access,
    calls,
    contacts,
    families,
    front,
    imports,
    meetings,
    member,
    member_promises,
    plan_agreed,
    plan_builder,
    plans,
    prints,
    relatives,
    safe_contact,
    safe_word,
    schedule,
    separations,
    shared_words,
    sights,
)
from services.portal.web.pages import Handler, Opens, PageRoute

ANYBODY, SIGNED_IN, POLLED = Opens.ANYBODY, Opens.SIGNED_IN, Opens.POLLED
FAMILY = "/families/{case_id:case_[0-9a-f]{32}}"
MEETING = "/meetings/{meeting_id:mtg_[0-9a-f]{32}}"
PARTICIPANT = "{participant_id:par_[0-9a-f]{32}}"
MEMBER = f"{FAMILY}/members/{{member_id:mem_[0-9a-f]{{32}}}}"
PERSON = f"{FAMILY}/people/{{person_id:per_[0-9a-f]{{32}}}}"
RULE = "{rule_id:sep_[0-9a-f]{32}}"
STATEMENT = f"{FAMILY}/words/{{statement_id:stm_[0-9a-f]{{32}}}}"
PLAN = f"{FAMILY}/plans/{{plan_id:plan_[0-9a-f]{{32}}}}"
PROMISE = f"{PLAN}/promises/{{commitment_id:com_[0-9a-f]{{32}}}}"
GAP = f"{PLAN}/gaps/{{gap_id:gap_[0-9a-f]{{32}}}}"
IMPORT = "/imports/{import_id:imp_[0-9a-f]{32}}"
REPLY = "{reply_id:rep_[0-9a-f]{32}}"
LINK = "/m/{token:[A-Za-z0-9_-]{16,128}}"
OWN_PROMISE = f"{LINK}/promises/{{commitment_id:com_[0-9a-f]{{32}}}}"


def _get(path: str, handler: Handler, opens: Opens = SIGNED_IN) -> PageRoute:
    return PageRoute(method="GET", path=path, handler=handler, opens=opens)


def _post(path: str, handler: Handler, opens: Opens = SIGNED_IN, *, takes_file: bool = False) -> PageRoute:
    return PageRoute(method="POST", path=path, handler=handler, opens=opens, takes_file=takes_file)


# fmt: off
PAGES: tuple[PageRoute, ...] = (
    _get("/", front.get_front),
    _get("/sign-in", front.get_sign_in, ANYBODY),
    _post("/sign-in", front.post_sign_in, ANYBODY),
    _get("/sign-in/return", front.get_return, ANYBODY),
    _post("/sign-in/stay", front.post_stay),
    _post("/sign-out", front.post_sign_out),
    _post("/auth/backchannel-logout", front.post_backchannel_logout, ANYBODY),
    _get("/sign-ins", front.get_sign_ins),
    _post("/sign-ins", front.post_end_sign_ins),
    _get("/accessibility", front.get_accessibility, ANYBODY),
    _get("/families", front.get_front),
    _post("/families", front.search_families),

    _get(FAMILY, families.get_family),
    _get(f"{FAMILY}/access", access.get_access),
    _get(f"{FAMILY}/people/new", families.get_new_person),
    _post(f"{FAMILY}/people/new", families.post_find_person),
    _post(f"{FAMILY}/people", families.post_add_member),
    _get(MEMBER, families.get_member),
    _post(MEMBER, families.post_member),
    _get(f"{MEMBER}/sight", sights.get_sight),
    _get(f"{PERSON}/safe-contact", safe_contact.get_safe_contact),
    _post(f"{PERSON}/safe-contact", safe_contact.post_safe_contact),
    _get(f"{PERSON}/contacts", contacts.get_contacts),
    _post(f"{PERSON}/contacts", contacts.post_contacts),
    _get(f"{PERSON}/safe-word", safe_word.get_safe_word),
    _post(f"{PERSON}/safe-word", safe_word.post_safe_word),
    _post(f"{FAMILY}/separation-rules", families.post_separation),
    _get(f"{FAMILY}/separation-rules/{RULE}", separations.get_rule),
    _post(f"{FAMILY}/separation-rules/{RULE}/rest", separations.post_rest),
    _post(f"{FAMILY}/separation-rules/{RULE}/again", separations.post_again),
    _post(f"{FAMILY}/separation-rules/{RULE}/lift", separations.post_lift),

    _get(f"{FAMILY}/schedule", schedule.get_plan),
    _post(f"{FAMILY}/schedule", schedule.post_plan),
    _post(f"{FAMILY}/schedule/pair", schedule.post_pair),
    _get(f"{FAMILY}/schedule/times", schedule.get_times),
    _post(f"{FAMILY}/schedule/times", schedule.post_time),
    _get(f"{FAMILY}/schedule/review", schedule.get_review),
    _post(f"{FAMILY}/schedule/review", schedule.post_review),

    _get(f"{FAMILY}/words", shared_words.get_words),
    _get(f"{FAMILY}/words/new", shared_words.get_new),
    _post(f"{FAMILY}/words/new", shared_words.post_new),
    _get(STATEMENT, shared_words.get_statement),
    _post(STATEMENT, shared_words.post_statement),
    _post(f"{FAMILY}/words/threats", shared_words.post_threat),
    _post(f"{FAMILY}/words/scale", shared_words.post_score),
    _post(f"{FAMILY}/words/acts", shared_words.post_act),
    _post(f"{FAMILY}/words/voices", shared_words.post_voice),
    _post(f"{FAMILY}/words/voices/{{voice_id:voi_[0-9a-f]{{32}}}}", shared_words.post_voice_release),
    _post(f"{FAMILY}/words/steps", shared_words.post_step),
    _get(f"{FAMILY}/relatives", relatives.get_relatives),
    _post(f"{FAMILY}/relatives", relatives.post_new_notice),
    _post(f"{FAMILY}/relatives/looked", relatives.post_prompt),
    _post(f"{FAMILY}/relatives/{{notice_id:kin_[0-9a-f]{{32}}}}", relatives.post_notice),
    _get(f"{FAMILY}/releases", relatives.get_releases),
    _post(f"{FAMILY}/releases", relatives.post_release),
    _post(f"{FAMILY}/releases/{{release_id:rel_[0-9a-f]{{32}}}}/revoke", relatives.post_revoke),

    _get(f"{FAMILY}/plans", plans.get_plans),
    _get(f"{FAMILY}/plans/new", plan_builder.get_new),
    _post(f"{FAMILY}/plans", plan_builder.post_new),
    _get(PLAN, plans.get_plan),
    _get(f"{PLAN}/when", plan_builder.get_when),
    _post(f"{PLAN}/when", plan_builder.post_when),
    _get(f"{PLAN}/who", plan_builder.get_who),
    _get(f"{PLAN}/times", plan_builder.get_times),
    _post(f"{PLAN}/times", plan_builder.post_times),
    _get(f"{PLAN}/agreed", plan_agreed.get_agreed),
    _post(f"{PLAN}/agreed", plan_agreed.post_agreed),
    _post(f"{PLAN}/steps/{{step_id:step_[0-9a-f]{{32}}}}", plans.post_step),
    _post(f"{PLAN}/agreements/{{agreement_id:agr_[0-9a-f]{{32}}}}/take-back", plans.post_take_back),
    _post(f"{PLAN}/activate", plans.post_activate),
    _post(f"{PLAN}/oversight", plans.post_oversight),
    _get(f"{PLAN}/review", plans.get_review),
    _post(f"{PLAN}/review", plans.post_review),
    _get(f"{PLAN}/end", plans.get_end),
    _post(f"{PLAN}/end", plans.post_end),
    _get(PROMISE, plans.get_promise),
    _post(PROMISE, plans.post_promise),
    _post(f"{PROMISE}/link", plans.post_link),
    _get(f"{PLAN}/print", prints.get_list),
    _get(f"{PLAN}/print/{{member_id:mem_[0-9a-f]{{32}}}}", prints.get_sheet),
    _get(f"{PLAN}/print/{{member_id:mem_[0-9a-f]{{32}}}}/aloud", prints.get_aloud),
    _get(GAP, plans.get_gap),
    _post(GAP, plans.post_gap),

    _get(MEETING, meetings.get_meeting),
    _get(f"{MEETING}/answers", meetings.get_answers, POLLED),
    _post(f"{MEETING}/action", meetings.post_action),
    _get(f"{MEETING}/move", meetings.get_move),
    _post(f"{MEETING}/move", meetings.post_move),
    _get(f"{MEETING}/cancel", meetings.get_cancel),
    _post(f"{MEETING}/cancel", meetings.post_cancel),
    _get(f"{MEETING}/place", meetings.get_place),
    _post(f"{MEETING}/place", meetings.post_place),
    _get(f"{MEETING}/people", meetings.get_people),
    _post(f"{MEETING}/people", meetings.post_people),
    _get(f"{MEETING}/people/{PARTICIPANT}/answer", meetings.get_answer),
    _post(f"{MEETING}/people/{PARTICIPANT}/answer", meetings.post_answer),
    _post(f"{MEETING}/people/{PARTICIPANT}/link", meetings.post_link),
    _post(f"{MEETING}/replies/{REPLY}/apply", meetings.post_apply_reply),

    _get("/imports", imports.get_imports),
    _post("/imports", imports.post_import, takes_file=True),
    _get(IMPORT, imports.get_import, POLLED),
    _get(f"{IMPORT}/report", imports.get_report),

    _get("/call-tasks", calls.get_calls),
    _post("/call-tasks/{task_id:task_[0-9a-f]{32}}", calls.post_call),

    _get("/m/thank-you", member.get_thanks, ANYBODY),
    _get("/m/leave", member.get_leave, ANYBODY),
    _get(LINK, member.get_page, ANYBODY),
    _post(f"{LINK}/open", member.post_open, ANYBODY),
    _post(f"{LINK}/answer", member.post_answer, ANYBODY),
    _get(f"{LINK}/other-time", member.get_other_time, ANYBODY),
    _post(f"{LINK}/other-time", member.post_other_time, ANYBODY),
    _post(f"{LINK}/language", member.post_language, ANYBODY),
    _get(f"{LINK}/not-me", member.get_not_me, ANYBODY),
    _post(f"{LINK}/not-me", member.post_not_me, ANYBODY),
    _get(f"{LINK}/entry.ics", member.get_entry, ANYBODY),
    _post(f"{OWN_PROMISE}/answer", member_promises.post_answer, ANYBODY),
    _post(f"{OWN_PROMISE}/turn", member_promises.post_turn, ANYBODY),
    _get(f"{OWN_PROMISE}/withdraw", member_promises.get_withdraw, ANYBODY),
    _post(f"{OWN_PROMISE}/withdraw", member_promises.post_withdraw, ANYBODY),
    _get(f"{LINK}/words", member_promises.get_words, ANYBODY),
    _post(f"{LINK}/words", member_promises.post_words, ANYBODY),
    _get("/m/{rest:.*}", member.get_nothing, ANYBODY),
    _post("/m/{rest:.*}", member.get_nothing, ANYBODY),
)
# fmt: on
