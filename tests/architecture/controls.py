"""The controls that stand between a family and harm, each with the tests that prove it; written out as `docs/controls.md`.

Run `python -m tests.architecture.controls` after a change. A control whose feature does not exist says so, and why that is no hole.
"""

from tests.architecture.proofs import ROOT, NotBuilt, Proof, of, table

PAGE = ROOT / "docs" / "controls.md"

FIRST = frozenset(
    [f"L{number}" for number in (*range(1, 10), *range(11, 16), 17)]
    + [f"A{number}" for number in (*range(1, 10), 11, 12, 14, 15, 16, 19)]
    + [f"U{number}" for number in (1, 2, 3, 4, 5, 6, 8)]
    + [f"D{number}" for number in range(1, 6)]
    + [f"O{number}" for number in (*range(1, 9), *range(10, 15))]
)
"""Those that must hold before any real person's data is here. Numbers that are missing were not needed, or come later."""


CONTROLS: dict[str, Proof | NotBuilt] = {
    # -- links, feeds, replies
    "L1": Proof(
        "Looking at a link changes nothing, however often and by whom",
        (
            *of("notify/web/test_links.py", "test_reading_a_link_fifty_times_changes_nothing"),
            *of("hostile/notify/test_links.py", "test_a_scanner_that_looks_fifty_times_changes_nothing"),
            *of("portal/web/test_member_page.py", "test_looking_changes_nothing_however_often"),
        ),
    ),
    "L2": Proof(
        "No script submits an answer: the page has none, and works without any",
        (
            *of("portal/web/test_member_page.py", "test_it_is_one_small_request_without_scripts"),
            *of("browser/test_member_page.py", "test_answering_on_an_old_phone_without_scripts"),
        ),
    ),
    "L3": Proof(
        "An answer is a human's POST, may be repeated and taken back, and is told once each",
        (
            *of("notify/web/test_links.py", "test_an_answer_may_be_repeated_and_changed_and_is_told_once_each"),
            *of("hostile/notify/test_links.py", "test_an_answer_given_twice_is_told_once"),
            *of("portal/web/test_member_page.py", "test_an_answer_leads_back_to_the_page_which_says_it"),
        ),
    ),
    "L4": Proof(
        "A second look works after a mail scanner's",
        of("hostile/notify/test_links.py", "test_a_scanner_that_looks_fifty_times_changes_nothing"),
    ),
    "L5": Proof(
        "At least 128 random bits, stored as a hash: a dump of the database opens nothing",
        (
            *of("notify/web/test_links.py", "test_no_string_in_the_database_opens_anything"),
            *of("notify/domain/test_links.py", "test_a_token_has_128_bits_or_more_and_its_own_shape"),
        ),
    ),
    "L6": Proof(
        "One purpose, one person, one thing",
        (
            *of("notify/web/test_links.py", "test_an_answer_link_opens_no_feed_and_a_feed_no_page"),
            *of("hostile/notify/test_links.py", "test_a_secret_that_is_over_or_for_something_else_opens_nothing"),
            *of("notify/web/test_walls.py", "test_a_link_opens_its_own_persons_page_only"),
        ),
    ),
    "L7": Proof(
        "A link ends at once with its reason: the person leaves, the address changes, work with the family ends",
        (
            *of(
                "notify/web/test_links.py",
                "test_a_person_taken_off_loses_the_link_in_the_same_transaction",
                "test_a_new_mailbox_ends_the_links_sent_to_the_old_one",
                "test_a_cancelled_meetings_link_says_only_that",
            ),
            *of(
                "notify/web/test_leaving.py",
                "test_leaving_the_roster_ends_link_and_feed",
                "test_the_end_of_a_family_s_work_ends_the_links_of_all_and_the_feeds_of_those_around_no_other",
            ),
        ),
        note="The link of a cancelled meeting says that it is cancelled and nothing else: whoever opens it would otherwise travel.",
    ),
    "L8": Proof(
        "Unknown, expired, revoked and malformed links get one and the same refusal, for the same work",
        (
            *of(
                "notify/web/test_links.py",
                "test_every_bad_link_gets_the_same_answer",
                "test_an_ended_secret_costs_as_much_work_as_one_that_never_was",
            ),
            *of("notify/web/test_walls.py", "test_every_route_of_a_link_refuses_every_bad_secret_alike"),
            *of("portal/web/test_member_page.py", "test_every_bad_link_gets_the_same_page"),
            *of("portal/web/test_walls.py", "test_a_secret_that_opens_nothing_opens_no_page_of_a_link"),
        ),
        note='The page names the number to call; there is no "send me a new link".',
    ),
    "L9": Proof(
        "Page and address show who invites, when and where, and nobody's name or reason",
        (
            *of("notify/web/test_links.py", "test_a_link_shows_the_time_and_the_place_and_nobody"),
            *of(
                "portal/web/test_member_page.py",
                "test_it_says_who_invites_when_where_and_asks",
                "test_the_title_is_neutral",
                "test_no_word_would_harm_on_a_screen_that_others_see",
            ),
        ),
    ),
    "L11": Proof(
        "No leak by referrer, cache, index, third party or log",
        (
            *of(
                "portal/web/test_member_page.py",
                "test_it_is_never_kept_found_or_passed_on",
                "test_the_secret_is_in_a_header_and_nowhere_else",
            ),
            *of("browser/test_member_page.py", "test_the_page_asks_nobody_else_and_keeps_nothing"),
            *of("shared/web/test_pages_and_health.py", "test_logs_hold_the_template_and_not_the_secret"),
        ),
    ),
    "L12": Proof(
        "Addresses in what leaves come from configuration, whatever name a request used",
        (
            *of("notify/web/test_walls.py", "test_the_name_that_a_request_calls_us_by_is_in_no_address"),
            *of("portal/web/test_every_page.py", "test_the_name_that_a_browser_calls_us_by_is_in_no_address"),
            *of("shared/web/test_hosts.py", "test_another_name_is_not"),
        ),
    ),
    "L13": Proof(
        "A feed is thin, a person's own, replaced and revoked at once",
        (
            *of(
                "notify/web/test_links.py",
                "test_a_feed_is_the_same_octets_until_something_changes",
                "test_a_feed_ends_when_another_is_made",
            ),
            *of("notify/web/test_leaving.py", "test_leaving_the_roster_ends_link_and_feed"),
            *of("notify/gateways/test_words.py", "test_an_entry_says_no_more_than_it_must"),
            *of("notify/gateways/test_ics_out.py", "test_every_golden_object_is_clean"),
        ),
    ),
    "L14": Proof(
        "A calendar's reply is a claim: unproved, it changes nothing and waits for staff",
        (
            *of(
                "notify/web/test_mail.py",
                "test_an_answer_in_somebody_elses_name_proves_nothing",
                "test_an_answer_without_the_token_proves_nothing_unless_our_server_vouches",
            ),
            *of(
                "meetings/jobs/test_replies.py",
                "test_an_unproved_reply_waits_and_staff_may_vouch_for_it",
                "test_a_stranger_is_quarantined_and_never_added",
                "test_an_unknown_calendar_identity_is_kept_without_a_meeting",
            ),
            *of("notify/gateways/test_ics_in.py", "test_what_cannot_be_a_reply_is_refused_quickly_and_by_name"),
        ),
    ),
    "L15": Proof(
        "An answer to the old time is no answer to the new one",
        (
            *of("meetings/jobs/test_replies.py", "test_a_yes_to_the_old_time_is_no_yes_to_the_new_one"),
            *of("journeys/test_answers_any_order.py", "test_a_page_opened_before_a_move_answers_the_old_time"),
        ),
    ),
    "L17": Proof(
        "STOP in any reasonable words ends texts by the next claim, is confirmed once, and is never an answer",
        (
            *of("notify/web/test_texts.py", "test_stop_in_any_words_ends_texts_and_reminders_become_calls"),
            *of(
                "hostile/notify/test_texts.py",
                "test_each_word_that_means_stop_ends_texts_and_is_confirmed_once",
                "test_cancel_ends_texts_and_staff_hear_that_it_may_have_meant_the_meeting",
            ),
            *of("notify/domain/test_consent.py", "test_cancel_is_an_opt_out_that_staff_hear_of_and_never_an_answer"),
        ),
    ),
    # -- tenancy and access
    "A1": Proof(
        "For every route another county's id is an id of nothing: in path, body, query, cursor, If-Match, batch and import",
        tuple(
            f"tests/{service}/web/test_walls.py::{name}"
            for service in ("network", "meetings", "notify")
            for name in ("test_every_route_is_tried", "test_what_is_out_of_sight_is_not_there")
        )
        + of(
            "network/web/test_walls.py",
            "test_another_countys_people_cannot_be_brought_in",
            "test_a_version_or_a_cursor_of_another_county_opens_nothing",
        )
        + of("network/web/test_batches.py", "test_another_countys_person_is_an_item_about_nobody")
        + of(
            "network/web/test_imports.py", "test_ids_of_another_county_name_nobody", "test_an_import_of_another_county_is_not_there"
        )
        + of("meetings/web/test_walls.py", "test_ids_in_a_body_open_nothing")
        + of(
            "notify/web/test_walls.py",
            "test_what_belongs_to_another_familys_meeting_opens_nothing_here",
            "test_a_cursor_is_good_for_whoever_got_it",
            "test_a_countys_endpoints_are_not_there_for_another",
        )
        + of("portal/web/test_walls.py", "test_a_record_out_of_sight_has_no_page_and_no_form")
        + of("hostile/network/test_callers.py", "test_a_cursor_of_another_county_opens_no_page")
        + of("network/web/test_controls.py", "test_what_is_hidden_takes_about_as_long_as_what_is_not_there"),
        note="Answers are equal but for the request's number; times are held coarsely.",
    ),
    "A2": Proof(
        "The database itself keeps counties apart, for a running role that owns nothing and passes no wall",
        of(
            "walls/test_database.py",
            "test_every_table_has_counties_or_is_known_to_have_none",
            "test_without_a_county_the_running_role_sees_no_row_of_any_table",
            "test_in_a_county_it_sees_that_countys_row_and_no_other",
            "test_a_row_can_neither_be_made_for_another_county_nor_moved_there",
            "test_another_countys_row_is_not_there_to_be_changed_or_deleted",
            "test_the_logs_reader_sees_other_counties_in_its_own_tables_only",
            "test_the_running_role_owns_nothing_and_is_nobody_special",
        )
        + of("architecture/test_migrations.py", "test_every_county_table_stands_behind_a_wall"),
    ),
    "A3": Proof(
        "One connection carries nothing from one county's request to the next, also after an exception or a cancellation",
        of(
            "network/web/test_one_connection.py",
            "test_requests_of_two_counties_take_turns_and_see_their_own",
            "test_after_a_request_that_broke_the_next_county_sees_its_own",
            "test_after_a_request_that_was_cancelled_nothing_of_its_county_is_left",
        )
        + of("shared/db/test_walls.py", "test_one_connection_carries_nothing_from_county_to_county"),
    ),
    "A4": Proof(
        "What belongs to one record is not found under another",
        (
            *of("network/web/test_walls.py", "test_what_belongs_to_one_family_is_not_found_under_another"),
            *of("meetings/web/test_walls.py", "test_what_belongs_to_one_record_is_not_found_under_another"),
            *of("notify/web/test_walls.py", "test_a_countys_endpoints_are_not_there_for_another"),
        ),
    ),
    "A5": Proof(
        "A permission opens a route, never a record: each route, each role, each relation to the record",
        tuple(
            f"tests/{service}/web/test_walls.py::{name}"
            for service in ("network", "meetings", "notify")
            for name in (
                "test_every_route_is_tried",
                "test_what_is_out_of_sight_is_not_there",
                "test_what_is_in_sight_is_there",
                "test_every_route_asks_for_its_scope",
            )
        )
        + of("network/web/test_walls.py", "test_an_auditor_reads_everything_and_changes_nothing")
        + of("meetings/web/test_walls.py", "test_an_auditor_reads_everything_and_changes_nothing")
        + of("notify/web/test_walls.py", "test_an_auditor_reads_and_changes_nothing")
        + of(
            "portal/web/test_walls.py",
            "test_every_page_is_of_a_record_of_a_secret_or_of_nobody",
            "test_a_record_out_of_sight_has_no_page_and_no_form",
            "test_what_a_service_refuses_is_refused_on_the_page_too",
        ),
    ),
    "A6": Proof(
        "A route without a declared permission cannot be built",
        (
            *of("architecture/test_surface.py", "test_a_route_needs_a_scope_or_is_known_to_be_open"),
            *of("portal/web/test_every_page.py", "test_without_signing_in_there_are_only_the_front_door_and_personal_links"),
        ),
    ),
    "A7": Proof(
        "Without the scope for contacts, numbers and addresses are absent wherever people appear",
        (
            *of("network/web/test_controls.py", "test_numbers_are_absent_without_their_scope_wherever_people_appear"),
            *of("network/web/test_search.py", "test_somebody_out_of_sight_is_found_without_a_word_about_them"),
            *of("network/web/test_history.py", "test_without_the_scope_no_number_and_no_safe_words_are_in_it"),
            *of("notify/web/test_api.py", "test_the_words_are_only_for_those_who_may_see_how_to_reach_people"),
            *of("notify/domain/test_webhooks.py", "test_a_call_names_a_type_a_time_and_ids_and_nothing_else"),
            *of("meetings/web/test_walls.py", "test_whom_somebody_sends_instead_is_an_address"),
            *of(
                "network/web/test_exports.py",
                "test_the_roster_names_families_members_and_states_and_no_place_to_live",
                "test_numbers_need_their_own_scope",
            ),
            *of("portal/web/test_calls.py", "test_a_letter_says_where_it_is_posted_to_and_never_where_it_is_not_safe"),
        ),
    ),
    "A8": Proof(
        "Nobody promotes themselves",
        (
            *of(
                "network/web/test_controls.py",
                "test_nobody_promotes_themselves_by_a_property_of_their_own_record",
                "test_nobody_becomes_somebody_else_by_staff_id",
                "test_a_familys_unit_and_hands_change_by_no_other_route",
            ),
            *of("network/domain/test_cases.py", "test_one_with_a_share_may_not_share_on"),
        ),
    ),
    "A9": Proof(
        "Own, shared and the unit's families; handing one over moves access at once",
        (
            *of(
                "network/web/test_families.py",
                "test_a_family_is_seen_by_those_who_hold_it",
                "test_a_share_lets_a_facilitator_in_and_its_end_out",
                "test_handing_over_moves_access_at_once",
            ),
            *of("meetings/jobs/test_network_facts.py", "test_who_loses_the_family_loses_its_meetings"),
        ),
    ),
    "A10": Proof(
        "A share has a beginning, a giver, a reason and an end; when it is over it lets nobody in, though nothing has run",
        of(
            "network/web/test_shares.py",
            "test_a_share_with_an_end_lets_in_until_it_is_over",
            "test_who_was_let_in_by_whom_until_when_and_why_can_be_seen",
            "test_whoever_has_a_share_cannot_prolong_it",
            "test_the_end_of_a_share_is_told_once_to_those_who_keep_a_copy",
            "test_shares_of_a_closed_family_end_too",
        ),
        note="A share carries no role of its own and no basis of consent: it lets a colleague in with the scopes they have.",
    ),
    "A11": Proof(
        "No record reaches a member without a written release that names them; it ends with participation",
        (
            *of(
                "network/domain/test_releases.py",
                "test_being_a_member_opens_no_record",
                "test_a_release_covers_those_it_names_and_nobody_else",
                "test_what_is_tagged_sud_part2_is_for_those_on_a_part_2_consent_alone",
                "test_adoption_records_are_in_no_release",
                "test_a_spoken_release_is_none",
            ),
            *of(
                "network/web/test_releases.py",
                "test_a_member_added_later_is_not_covered",
                "test_a_cover_ends_when_its_member_leaves_and_does_not_come_back_with_them",
                "test_a_release_ends_when_its_signer_leaves",
                "test_releases_end_with_the_work",
                "test_a_release_is_taken_back_once",
            ),
        ),
        note="Meetings give members no material yet: a link shows a time and a place.",
    ),
    "A12": Proof(
        "A confidential address is never stored; separated people share no meeting, link, sheet, nor a place within two hours",
        (
            *of("network/domain/test_contact_points.py", "test_a_confidential_address_is_not_stored"),
            *of("network/web/test_hidden_address.py", "test_once_an_address_is_confidential_no_row_opens_the_real_one"),
            *of(
                "network/web/test_releases.py",
                "test_neither_of_two_who_are_kept_apart_is_on_the_others_sheet",
                "test_a_separation_set_later_closes_what_was_open_without_a_trace",
                "test_a_protective_order_cannot_be_overridden_wherever_it_stands",
            ),
            *of(
                "network/use_cases/test_sight.py",
                "test_a_sheet_asks_the_same_questions_whether_or_not_somebody_is_kept_apart",
            ),
            *of("meetings/web/test_booking.py", "test_two_who_must_never_meet_are_refused_and_a_pair_is_proposed"),
            *of("meetings/web/test_times.py", "test_no_time_is_offered_near_whom_somebody_must_not_meet"),
            *of("meetings/use_cases/test_swapping.py", "test_two_who_must_never_meet_are_not_booked_near_each_other_at_once"),
            *of("journeys/test_separated.py", "test_one_table_is_refused_and_a_linked_pair_proposed"),
        ),
    ),
    "A14": NotBuilt(
        "A family sealed by a court answers everywhere as if it had never been",
        "Court-sealing is not built. Until it is, a county must not enter a sealed file.",
    ),
    "A15": Proof(
        "A sign-in ends after 20 idle minutes, after twelve hours, and when its provider says so",
        of(
            "portal/web/test_signing_in.py",
            "test_a_page_left_open_does_not_keep_anybody_signed_in",
            "test_twelve_hours_after_signing_in_it_is_over",
            "test_a_refused_renewal_ends_the_sign_in",
            "test_signing_out_ends_it_here_and_at_the_provider",
        )
        + of(
            "portal/web/test_end_of_access.py",
            "test_a_providers_word_ends_every_sign_in_of_a_person",
            "test_a_word_about_one_session_ends_that_one_alone",
            "test_a_word_that_cannot_be_believed_ends_nothing",
            "test_a_word_is_heard_once",
            "test_an_administrator_ends_somebodys_sign_ins",
        )
        + of("network/web/test_sign_in_endings.py", "test_nobody_else_may"),
    ),
    "A16": Proof(
        "A form of a foreign page, or one that does not say where it comes from, does nothing; JSON routes take JSON",
        (
            *of("portal/web/test_every_page.py", "test_no_form_does_anything_without_its_token"),
            *of("portal/web/test_forms.py", "test_a_form_of_a_foreign_page_is_refused_even_with_the_token"),
            *of("hostile/network/test_bodies.py", "test_another_media_type_is_not_guessed_at"),
        ),
    ),
    "A19": Proof(
        "A call between services carries a principal; for a person, the person's own token",
        (
            *of(
                "shared/web/test_calling.py",
                "test_a_call_without_a_token_is_told_so",
                "test_a_service_names_the_county_it_asks_for",
            ),
            *of("portal/web/test_signing_in.py", "test_the_services_are_asked_with_the_persons_own_token"),
            *of("notify/web/test_api.py", "test_the_words_are_only_for_those_who_may_see_how_to_reach_people"),
        ),
    ),
    # -- audit
    "U1": Proof(
        "Every read of a person is on record: as many subjects as people in the answer, with actor, role, route and request",
        (
            *of(
                "network/web/test_controls.py",
                "test_each_person_in_a_list_is_on_record_with_actor_role_route_and_request",
            ),
            *of("network/web/test_walls.py", "test_each_person_in_an_answer_is_on_record"),
            *of("network/web/test_search.py", "test_each_one_found_is_on_record"),
            *of("meetings/web/test_mandates.py", "test_each_family_that_was_listed_is_in_the_audit"),
        ),
        note="The purpose is the deed: no caller is asked for another.",
    ),
    "U2": Proof(
        "A deed and its entry commit together, or neither; what cannot be put on record is not shown",
        (
            *of(
                "shared/db/test_unit.py", "test_a_change_its_fact_and_its_audit_commit_together", "test_an_exception_leaves_nothing"
            ),
            *of("network/web/test_one_connection.py", "test_what_cannot_be_put_on_record_is_neither_shown_nor_done"),
        ),
    ),
    "U3": Proof(
        "No names, numbers, addresses or secrets in audit, logs, measures and queue messages",
        (
            *of("network/web/test_walls.py", "test_no_words_stand_in_clear_in_any_row"),
            *of("shared/test_logs.py", "test_an_error_leaves_a_trail_without_its_message_or_variables"),
            *of("shared/web/test_pages_and_health.py", "test_logs_hold_the_template_and_not_the_secret"),
            *of("shared/jobs/test_factory.py", "test_a_message_is_json_and_names_ids_only"),
            *of("journeys/test_privacy_scan.py", "test_a_trace_is_found_however_it_is_written"),
        ),
        note="Every journey ends by scanning the logs of all processes for the people it seeded.",
    ),
    "U4": Proof(
        "The running role adds to the audit and reads it, and can do nothing else to it",
        (
            *of("walls/test_database.py", "test_the_audit_is_added_to_and_nothing_else"),
            *of("shared/db/test_walls.py", "test_the_running_role_may_not"),
        ),
    ),
    "U5": Proof(
        "Changing, removing, adding or moving an entry is found, and the first broken one named",
        (
            *of(
                "shared/db/test_audit.py",
                "test_a_changed_entry_is_named",
                "test_a_removed_entry_is_named",
                "test_an_added_entry_is_named",
                "test_entries_that_changed_places_are_named",
                "test_a_cut_off_end_is_found_with_a_head_kept_elsewhere",
            ),
            *of("network/test_commands.py", "test_the_audit_is_verified_and_a_change_is_named"),
        ),
    ),
    "U6": Proof(
        "Each 401, 403 and 404 about a record that is there is on record; repeats are a number, and a flood is a few rows",
        of(
            "shared/web/test_refusals.py",
            "test_the_first_is_written_at_once_and_repeats_are_a_number",
            "test_whoever_tries_every_door_fills_no_disk",
            "test_a_call_without_a_token_is_on_record_where_no_county_is",
            "test_a_missing_scope_is_on_record_with_caller_role_and_route",
            "test_what_is_not_there_is_no_refusal",
            "test_while_the_database_is_away_refusals_wait",
        )
        + of("network/web/test_access_log.py", "test_who_was_turned_away_is_among_them", "test_a_refusal_by_a_rule_tells_no_reason")
        + of("network/web/test_exports.py", "test_the_export_and_each_person_in_it_are_on_record")
        + of("network/web/test_batches.py", "test_an_item_that_was_turned_away_is_on_record")
        + of("notify/web/test_walls.py", "test_each_of_those_turned_away_is_on_record"),
        note="portal has no audit of its own: what its pages ask, the services put on record; a form it "
        "refuses itself is counted in its measures.",
    ),
    "U7": Proof(
        "Who can see a family and who has looked is shown, and that look is on record",
        (
            *of("network/web/test_families.py", "test_who_has_looked_is_shown_and_itself_on_record"),
            *of(
                "network/web/test_access_log.py",
                "test_who_can_see_a_family_is_said_by_name_since_when_and_by_whom",
                "test_who_has_looked_is_counted_by_requests_with_their_roles",
                "test_a_person_seen_by_way_of_another_family_is_no_look_at_this_one",
                "test_the_record_of_a_person_spans_families_and_is_for_those_who_see_them_all",
            ),
            *of("meetings/web/test_walls.py", "test_who_has_looked_at_a_familys_meetings_is_shown"),
            *of("portal/web/test_access.py", "test_it_says_who_has_looked_and_who_was_turned_away"),
            *of("browser/test_access.py", "test_a_supervisor_sees_who_can_see_a_family_and_who_has_looked"),
        ),
    ),
    "U8": Proof(
        "Each change keeps what stood before and after, sealed with its subject's key",
        (
            *of(
                "network/web/test_history.py",
                "test_a_persons_history_has_each_field_before_and_after",
                "test_a_familys_history_has_its_children_members_and_rules",
                "test_it_holds_no_word_in_clear",
                "test_destroyed_words_are_destroyed_in_it_too",
                "test_without_the_scope_no_number_and_no_safe_words_are_in_it",
                "test_the_running_role_may_change_none_of_it",
            ),
            *of("meetings/web/test_history.py", "test_a_meetings_history_has_its_times_places_answers_and_end"),
        ),
    ),
    # -- at rest, retention, erasure
    "D1": Proof(
        "Rows hold no plain phone, mail, address, statement or note; sealed words open in their own place alone",
        (
            *of("network/web/test_walls.py", "test_no_words_stand_in_clear_in_any_row"),
            *of("shared/db/test_sealing.py", "test_words_open_nowhere_else", "test_another_county_has_no_key"),
            *of("meetings/web/test_booking.py", "test_words_of_a_meeting_are_sealed_and_places_travel_sealed"),
            *of("notify/jobs/test_sending.py", "test_the_words_of_a_message_rest_sealed"),
            *of("architecture/test_events.py", "test_personal_words_travel_sealed_only"),
        ),
    ),
    "D2": Proof(
        "What is searched is a keyed hash that differs between counties",
        of("shared/db/test_unit.py", "test_a_lookup_is_equal_within_a_county_only"),
    ),
    "D3": Proof(
        "With the data key the words are gone: at home, in facts, at readers, in kept replies",
        (
            *of(
                "shared/db/test_sealing.py",
                "test_destroying_the_key_destroys_the_words",
                "test_a_destroyed_subject_gets_no_key_by_a_late_fact",
            ),
            *of("shared/bus/test_consumer.py", "test_words_stay_shut_after_their_key_is_destroyed_at_home"),
            *of("shared/db/test_idempotency.py", "test_destroyed_words_are_not_replayed_and_the_effect_is_not_repeated"),
            *of("network/use_cases/test_announcing.py", "test_a_destroyed_key_leaves_a_person_without_words"),
        ),
        note="A backup from before, restored with the wrapping key, opens them again until the erasure is done anew.",
    ),
    "D4": Proof(
        "Queue messages are ids, and no results are kept",
        of("notify/jobs/test_what_a_queue_holds.py", "test_a_queue_holds_ids_and_no_word_of_anybody")
        + of("shared/jobs/test_factory.py", "test_a_message_is_json_and_names_ids_only"),
    ),
    "D5": Proof(
        "What was sent fades a week after its end; that it was sent stays",
        of("notify/web/test_leaving.py", "test_words_fade_a_week_after_the_end_and_the_fact_stays"),
    ),
    # -- outbound, inbound, limits
    "O1": Proof(
        "An address inside is refused when it is given",
        (
            *of("shared/web/test_outward.py", "test_an_address_inside_is_refused", "test_public_addresses_are_public"),
            *of("hostile/meetings/test_calendars.py", "test_an_address_inside_is_never_kept"),
        ),
    ),
    "O2": Proof(
        "and again when it is called: the checked address, no redirect, no proxy",
        (
            *of(
                "shared/web/test_outward.py",
                "test_a_name_that_turns_inward_reaches_nothing",
                "test_a_redirect_or_a_flood_ends_it",
                "test_no_proxy_of_the_environment_takes_part",
            ),
            *of(
                "hostile/meetings/test_calendars.py",
                "test_a_name_that_turns_inward_after_it_was_kept_reaches_nothing",
                "test_a_redirect_is_not_followed",
            ),
        ),
    ),
    "O3": Proof(
        "Webhooks are thin: type, time, ids",
        of("notify/domain/test_webhooks.py", "test_a_call_names_a_type_a_time_and_ids_and_nothing_else"),
    ),
    "O4": Proof(
        "Webhooks are signed, retried over days and replayable",
        (
            *of(
                "notify/domain/test_webhooks.py",
                "test_a_signature_is_the_one_that_the_standard_asks_for",
                "test_anything_else_is_tried_again_over_days_and_then_given_up",
            ),
            *of(
                "notify/jobs/test_calling.py",
                "test_a_fact_is_told_once_signed_with_the_facts_own_id",
                "test_a_call_that_fails_is_made_again_with_the_same_id_and_a_new_time",
                "test_a_new_secret_signs_beside_the_old_one",
            ),
            *of("notify/web/test_webhooks.py", "test_a_test_call_is_listed_and_only_one_that_failed_is_made_again"),
        ),
    ),
    "O5": Proof(
        "A crash between commit and publishing loses nothing and tells nothing twice",
        (
            *of(
                "shared/bus/test_relay.py",
                "test_a_relay_killed_after_numbering_leaves_the_rest_to_the_next",
                "test_a_relay_killed_after_publishing_and_before_the_mark_publishes_nothing_twice",
            ),
            *of("shared/bus/test_consumer.py", "test_a_killed_consumer_is_followed_by_one_that_goes_on_from_the_cursor"),
        ),
    ),
    "O6": Proof(
        "A fresh install reaches no real phone or mailbox until an operator says so",
        (
            *of("architecture/test_compose.py", "test_nothing_is_sent_until_an_operator_says_so"),
            *of("notify/jobs/test_sending.py", "test_nothing_leaves_while_sending_is_off"),
            *of("hostile/notify/test_texts.py", "test_with_sending_off_a_real_phone_stays_silent_and_the_message_is_recorded"),
            *of("notify/gateways/test_smtp.py", "test_only_this_machine_is_in_reach_of_the_sandbox"),
        ),
    ),
    "O7": Proof(
        "What leaves is read back first: known headers, one recipient, the expected calendar",
        of(
            "notify/gateways/test_mail.py",
            "test_headers_are_these_and_no_others",
            "test_a_recipient_is_one_plain_address",
            "test_a_mail_that_does_not_read_back_never_leaves",
            "test_words_that_could_become_headers_are_refused",
        ),
    ),
    "O8": Proof(
        "Limits per caller, address and recipient; a member gets three texts a day, then a mail or a call",
        (
            *of(
                "shared/web/test_limits.py",
                "test_one_too_many_is_refused_until_the_next_window",
                "test_nobody_pays_for_another_caller",
                "test_replicas_count_together",
                "test_who_has_no_good_token_is_counted_by_address",
                "test_x_forwarded_for_is_believed_of_proxies_of_ours_alone",
            ),
            *of("portal/web/test_limits.py", "test_pages_for_anybody_have_a_limit_by_address"),
            *of(
                "notify/jobs/test_enough_texts.py",
                "test_a_fourth_text_becomes_a_mail",
                "test_a_fourth_text_without_a_mailbox_becomes_a_call",
                "test_texts_that_leave_in_one_batch_and_from_many_tickers_count_together",
            ),
        ),
    ),
    "O9": Proof(
        "Valkey away: plain reads and staff's work go on, each replica counting alone; texts are counted in PostgreSQL",
        (
            *of("shared/web/test_limits.py", "test_without_valkey_each_replica_counts_alone_and_nobody_waits"),
            *of("notify/jobs/test_enough_texts.py", "test_texts_that_leave_in_one_batch_and_from_many_tickers_count_together"),
            *of("notify/web/test_promises.py", "test_five_wrong_tries_lock_even_the_right_digits_for_an_hour"),
        ),
        note="The tries of digits before a promise's words are shown are counted in PostgreSQL too.",
    ),
    "O10": Proof(
        "Size, depth and number are bounded, on decompressed bytes",
        (
            *of("shared/web/test_bodies.py", "test_a_hostile_body_is_refused_in_a_moment", "test_bytes_are_as_their_headers_say"),
            *of("hostile/network/test_connections.py", "test_a_bomb_goes_off_in_a_small_room"),
            *of("hostile/network/test_imports.py", "test_a_file_that_cannot_be_read_is_refused_with_its_line"),
            *of("meetings/gateways/test_freebusy.py", "test_a_reader_that_takes_too_long_is_killed"),
        ),
    ),
    "O11": Proof(
        "Stalled connections end and hold up nobody",
        (
            *of("hostile/serving/test_stalled.py", "test_five_hundred_stalled_connections_hold_nobody_up_and_are_ended"),
            *of("hostile/portal/test_connections.py", "test_stalled_connections_hold_nobody_up_and_are_ended"),
            *of(
                "shared/web/test_serving.py",
                "test_headers_that_stall_end_the_connection",
                "test_a_body_that_stalls_is_408",
                "test_a_reader_that_reads_nothing_is_not_waited_for",
            ),
        ),
    ),
    "O12": Proof(
        "An error reveals nothing: no value, no class, no statement, no host",
        (
            *of(
                "shared/web/test_calling.py",
                "test_a_failure_of_ours_is_not_kept_and_says_nothing",
                "test_a_parameter_that_looks_like_an_address_is_not_repeated",
                "test_an_answer_names_no_version_of_anything",
            ),
            *of("network/web/test_people.py", "test_every_bad_number_is_named_at_once_and_none_is_echoed"),
            *of("portal/web/test_pages.py", "test_a_broken_service_says_nothing_of_itself"),
        ),
    ),
    "O13": Proof(
        "Every page carries the headers that guard it",
        (
            *of("portal/web/test_every_page.py", "test_every_page_is_guarded_whatever_it_says"),
            *of("portal/web/test_pages.py", "test_https_is_insisted_on", "test_pages_are_guarded_and_never_kept"),
            *of("shared/web/test_pages_and_health.py", "test_pages_are_guarded"),
        ),
    ),
    "O14": Proof(
        "Dependencies are pinned by hash",
        of(
            "architecture/test_locks.py",
            "test_a_lock_holds_hashes_and_no_address",
            "test_the_lock_of_npm_holds_hashes_and_no_address",
        ),
        note="The lock is the bill of materials. No feed of known vulnerabilities is asked from CI yet.",
    ),
}


def page() -> str:
    """Return the table for a reader."""
    return table(
        "Controls",
        "What stands between a family and harm, and the tests that fail when it no longer does. Generated: "
        "`.venv/bin/python -m tests.architecture.controls`.",
        CONTROLS,
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
