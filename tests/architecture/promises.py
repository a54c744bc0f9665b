"""What is promised under faults, each with the tests that prove it; written out as `docs/promises.md`.

Run `python -m tests.architecture.promises` after a change. Tests marked `soak` run in `make soak`, all others in `make test`.
"""

from tests.architecture.proofs import ROOT, NotBuilt, Proof, of, table

PAGE = ROOT / "docs" / "promises.md"
PLACES = "test_a_process_that_dies_or_freezes_at_any_place_of_sending_leaves_nothing_undone_and_nothing_doubled"

PROMISES: dict[str, Proof | NotBuilt] = {
    "R1": Proof(
        "An event whose transaction committed is applied by every consumer, whatever single process is killed",
        (
            *of(
                "faults/link/test_places.py",
                "test_a_relay_that_dies_is_followed_by_one_that_publishes_the_rest",
                "test_a_consumer_that_dies_around_its_commit_is_followed_from_the_cursor",
                "test_a_consumer_that_dies_while_it_heals_heals_on",
                "test_a_consumer_that_dies_after_it_parked_parks_nothing_twice",
                "test_a_request_whose_api_died_is_repeated_and_done_once",
            ),
            *of("faults/link/test_killed_at_random.py", "test_kills_at_random_lose_nothing_and_double_nothing"),
            *of("faults/servers/test_plugs.py", "test_every_process_is_killed_in_turn_while_mail_leaves"),
            *of("faults/servers/test_soak.py", "test_one_is_killed_in_mid_drain", "test_everything_at_random"),
        ),
    ),
    "R2": Proof(
        "No reminder is lost: each row ends in exactly one final state, and an operator can count them",
        (
            *of("faults/send/test_places.py", PLACES),
            *of("notify/jobs/test_sending.py", "test_every_row_is_in_exactly_one_state_and_nothing_is_late"),
            *of("faults/servers/test_plugs.py", "test_every_process_is_killed_in_turn_while_mail_leaves"),
        ),
    ),
    "R3": Proof(
        "After a kill, a flush or a restart all work flows again within 30 s",
        (
            *of(
                "faults/servers/test_plugs.py",
                "test_every_process_is_killed_in_turn_while_mail_leaves",
                "test_valkey_is_emptied_confused_full_and_killed",
                "test_postgresql_ends_its_sessions_and_itself",
            ),
            *of("faults/send/test_places.py", PLACES),
        ),
    ),
    "R4": Proof(
        "Valkey holds nothing that is needed",
        (
            *of("faults/servers/test_plugs.py", "test_valkey_is_emptied_confused_full_and_killed"),
            *of("faults/link/test_away.py", "test_facts_pass_while_the_stream_is_flushed_replaced_and_paused"),
            *of(
                "faults/servers/test_soak.py",
                "test_valkey_is_flushed_in_mid_drain",
                "test_valkey_is_away_and_work_goes_on",
                "test_mail_leaves_while_valkey_is_away",
                "test_valkey_is_frozen",
                "test_valkey_pauses_its_clients",
                "test_valkey_is_full",
                "test_valkey_holds_keys_of_the_wrong_type",
            ),
        ),
    ),
    "R5": Proof(
        "Mail: at most one copy, but where the dialogue broke after the final dot; then `unknown`, and a second only by hand",
        (
            *of(
                "faults/send/test_answers.py",
                "test_a_mail_whose_dialogue_broke_after_the_dot_is_unknown_and_sent_again_only_by_hand",
            ),
            *of("faults/send/test_places.py", PLACES),
            *of(
                "faults/send/test_killed_at_random.py",
                "test_whoever_is_killed_or_frozen_at_any_moment_everybody_is_told_once_or_it_is_said_to_be_unknown",
            ),
        ),
    ),
    "R6": Proof(
        "Text: the provider has no idempotency keys, so what was not answered clearly is `unknown` and never sent again by itself",
        (
            *of(
                "faults/send/test_answers.py",
                "test_a_text_that_was_not_answered_clearly_is_unknown_and_never_sent_again_by_itself",
            ),
            *of("faults/send/test_inbound.py", "test_a_text_and_a_receipt_that_the_provider_brings_again_count_once"),
        ),
    ),
    "R7": Proof(
        "Nothing begins for what is cancelled or superseded once that is applied",
        (
            *of(
                "faults/send/test_races.py",
                "test_a_cancel_that_was_applied_lets_nothing_begin_and_what_began_is_followed_by_the_cancel",
                "test_ten_thousand_cancels_race_as_many_invitations",
            ),
            *of("notify/jobs/test_sending.py", "test_a_cancel_stops_what_has_not_passed_its_dot_and_follows_what_has"),
        ),
    ),
    "R8": Proof(
        "After any history of a meeting there is one live set of reminders, at the time that stands, and SEQUENCE only rose",
        of(
            "faults/send/test_histories.py",
            "test_any_history_of_a_meeting_leaves_one_live_set_of_reminders_at_the_time_that_stands",
            "test_two_hundred_histories_of_meetings_leave_one_live_set_of_reminders_each",
        ),
    ),
    "R9": Proof(
        "Any order of producers, doubled entries, old positions and late replays end in the same state",
        of(
            "faults/link/test_any_order.py",
            "test_any_order_of_producers_doubles_and_replays_end_in_the_same_state",
            "test_a_thousand_shuffled_doubled_and_gapped_reads_yield_the_log_once_and_in_order",
        ),
    ),
    "R10": Proof(
        "Poison is isolated, visible and replayable, and costs the sound next to nothing",
        of(
            "shared/bus/test_poison.py",
            "test_a_broken_entry_stops_only_itself_and_is_mended_from_the_log",
            "test_events_broken_in_the_log_itself_are_applied_once_it_is_mended",
            "test_when_the_log_is_away_a_parked_event_is_replayed_from_its_copy",
            "test_many_events_that_fail_cannot_keep_the_sound_ones_waiting",
        ),
    ),
    "R11": Proof(
        "Applying the whole log again sends nothing twice",
        of("faults/link/test_again.py", "test_applying_the_whole_log_again_changes_nothing_and_sends_nothing"),
    ),
    "R12": Proof(
        "With the mail server away for long, memory stays flat and the backlog leaves by due time, the urgent first",
        of(
            "faults/send/test_backlog.py",
            "test_a_backlog_waits_apart_leaves_in_full_and_the_urgent_first",
            "test_fifty_thousand_wait_out_a_server_that_is_away_and_then_leave",
        ),
    ),
    "R13": Proof(
        "A refusal for the moment is tried again with patience; a final one stops, and somebody is told",
        of(
            "faults/send/test_answers.py",
            "test_one_odd_mailbox_troubles_no_other_and_each_refusal_ends_as_it_should",
            "test_a_mailbox_greylisted_for_five_minutes_gets_one_mail_after_them",
            "test_a_mailbox_that_is_busy_until_the_meeting_is_given_up_and_somebody_phones",
            "test_a_server_in_trouble_gets_the_mail_when_it_is_out_of_it",
            "test_where_encryption_breaks_nothing_leaves_in_clear",
            "test_each_refusal_of_a_text_ends_as_it_should_and_troubles_no_other",
        ),
    ),
    "R14": Proof(
        "PostgreSQL restarted, frozen, its sessions ended, its disk full, its standby promoted: no loss, nothing doubled, and"
        " work goes on by itself",
        (
            *of("faults/servers/test_plugs.py", "test_postgresql_ends_its_sessions_and_itself"),
            *of(
                "faults/servers/test_full_disk.py",
                "test_a_full_disk_puts_requests_off_and_loses_and_doubles_nothing",
            ),
            *of(
                "faults/servers/test_failover.py",
                "test_a_standby_that_is_promoted_is_found_and_has_all_that_was_committed",
                "test_sessions_are_opened_where_writes_are_taken_whichever_server_is_named_first",
                "test_that_nobody_takes_writes_is_the_databases_trouble_and_no_fault_of_what_was_asked",
            ),
            *of(
                "faults/servers/test_soak.py",
                "test_postgresql_is_frozen",
                "test_postgresql_stops_at_once",
                "test_postgresql_ends_every_session_again_and_again",
            ),
        ),
        note="The standby has each commit, and the primary has ended: one that hangs, or whose machine vanishes without a word,"
        " is taken off the address by hand (`deploy/runbook.md`). The full disk is a mounted one: where nobody may mount, its"
        " test is skipped.",
    ),
    "R15": Proof(
        "A process whose own clock is wrong, or a database whose clock steps by an hour, sends nothing early and loses nothing",
        (
            *of("architecture/test_clock.py", "test_no_process_asks_its_own_clock_where_something_hangs_on_it"),
            *of(
                "faults/servers/test_clocks.py",
                "test_nothing_leaves_early_and_nothing_late_where_clocks_are_an_hour_off",
                "test_nothing_leaves_early_twice_or_never_where_the_databases_own_clock_steps_by_an_hour",
            ),
        ),
        note="The database's clock is stepped by its own offset, not by the machine's. Hours of suspension are not tried.",
    ),
    "R16": Proof(
        "Wall-time rules are exact at every change of the clocks in thirty zones",
        of(
            "notify/domain/test_reminders.py",
            "test_wall_time_rules_are_exact_within_two_hours_of_every_change_of_the_clocks",
            "test_the_zones_change_their_clocks_as_often_as_they_are_known_to",
        ),
    ),
    "R17": Proof(
        "Nothing that can wait arrives in quiet hours, and nothing waits past its use without being missed and phoned",
        of(
            "notify/domain/test_quiet_hours.py",
            "test_nothing_is_placed_inside_the_window_nor_after_its_time",
            "test_the_end_of_the_window_is_never_before_the_instant",
        ),
    ),
    "R18": Proof(
        "STOP holds for the next claim, START restores, HELP is answered, and there is one confirmation",
        of(
            "faults/send/test_races.py",
            "test_a_stop_that_was_said_lets_no_text_begin_and_is_confirmed_once",
            "test_help_is_answered_after_a_stop_and_start_lets_texts_go_again",
        ),
    ),
    "R19": Proof(
        "One result under one to eight of each process; a frozen holder that wakes changes nothing",
        (
            *of("faults/send/test_races.py", "test_any_number_of_tickers_and_senders_come_to_one_result"),
            *of("faults/send/test_places.py", PLACES),
            *of("faults/link/test_killed_at_random.py", "test_kills_at_random_lose_nothing_and_double_nothing"),
            *of(
                "faults/link/test_frozen.py",
                "test_a_frozen_relay_and_a_frozen_consumer_are_replaced_and_wake_to_no_harm",
            ),
            *of("faults/servers/test_soak.py", "test_one_is_frozen_for_longer_than_its_leases_and_wakes"),
        ),
    ),
    "R20": Proof(
        "A newer minor version is read and counted, an unknown major one waits, parked",
        (
            *of("shared/bus/test_poison.py", "test_fields_of_a_newer_producer_are_counted"),
            *of("shared/bus/test_consumer.py", "test_an_unknown_type_is_ignored_and_an_unknown_major_version_parked"),
        ),
        note="Two releases side by side on one database are not tried: there is only one.",
    ),
    "webhooks": Proof(
        "A call to a county system whose process died is made again with the same id, and an overtaken caller overwrites nothing",
        (
            *of("faults/send/test_webhooks.py", "test_a_call_whose_process_died_is_made_again_with_the_same_id"),
            *of("notify/jobs/test_calling.py", "test_a_caller_that_froze_past_its_lease_overwrites_nothing"),
        ),
    ),
    "cover": Proof(
        "A time that falls open is seen, and each backup is asked once and in order, whoever is killed or frozen; of fifty who say"
        " yes at once as many win as are missing",
        (
            *of(
                "faults/cover/test_places.py",
                "test_a_ticker_that_dies_before_it_asks_on_is_followed_by_one_that_does",
                "test_a_consumer_that_dies_before_it_asks_has_done_nothing_and_its_successor_all",
                "test_a_ticker_that_froze_is_overtaken_and_asks_nobody_again_when_it_wakes",
            ),
            *of("faults/cover/test_killed_at_random.py", "test_kills_at_random_lose_no_ask_and_double_none"),
            *of("network/use_cases/test_fifty_at_once.py", "test_as_many_win_as_are_missing_and_everybody_else_is_thanked"),
            *of("network/use_cases/test_any_evening.py", "test_what_is_on_record_as_open_is_what_lies_open"),
            *of("network/use_cases/test_asking_after_a_pause.py", "test_hours_without_a_process_are_caught_up_in_one_look"),
        ),
    ),
    # -- the link, fault by fault
    "killed before commit, or before numbering": Proof(
        "No change and no event; or the next relay numbers it",
        (
            *of("faults/link/test_places.py", "test_a_request_whose_api_died_is_repeated_and_done_once"),
            *of("shared/bus/test_relay.py", "test_a_fact_has_no_position_until_its_transaction_has_committed"),
        ),
    ),
    "relay killed around XADD": Proof(
        "The next relay publishes; what was there is refused, which means published",
        of("faults/link/test_places.py", "test_a_relay_that_dies_is_followed_by_one_that_publishes_the_rest"),
    ),
    "two relays": Proof(
        "Positions stay gapless and in order", of("shared/bus/test_relay.py", "test_many_writers_and_two_relays_leave_no_gap")
    ),
    "a frozen relay or consumer": Proof(
        "Its lock lapses within seconds; on waking it finds its connection gone",
        of("faults/link/test_frozen.py", "test_a_frozen_relay_and_a_frozen_consumer_are_replaced_and_wake_to_no_harm"),
    ),
    "two consumers": Proof(
        "The cursor moves once; the other is rolled back whole",
        of(
            "shared/bus/test_consumer.py",
            "test_two_consumers_apply_each_event_once",
            "test_a_frozen_consumer_that_wakes_changes_nothing",
        ),
    ),
    "the stream flushed, away or trimmed": Proof(
        "The producer's log is read over HTTP",
        (
            *of("faults/link/test_away.py", "test_facts_pass_while_the_stream_is_flushed_replaced_and_paused"),
            *of("shared/bus/test_consumer.py", "test_a_trimmed_stream_is_a_gap", "test_without_a_stream_the_log_is_read_over_http"),
        ),
    ),
    "the producer down as well": Proof(
        "It is waited for", of("faults/link/test_away.py", "test_a_producer_that_is_down_as_well_is_waited_for")
    ),
    "consumer killed around its commit": Proof(
        "It goes on from the cursor",
        of("faults/link/test_places.py", "test_a_consumer_that_dies_around_its_commit_is_followed_from_the_cursor"),
    ),
    "old or doubled positions": Proof(
        "They are passed over", of("shared/bus/test_consumer.py", "test_doubled_and_old_entries_are_passed_over")
    ),
    "a parked event": Proof(
        "It is visible, and replayed once",
        of(
            "shared/bus/test_consumer.py",
            "test_an_event_that_keeps_failing_is_parked_and_the_others_go_on",
            "test_a_parked_event_is_replayed_once",
        ),
    ),
    "a database restored from a backup": Proof(
        "An older consumer applies again; an older producer stops its reader with an alarm",
        of(
            "faults/link/test_away.py",
            "test_a_consumer_restored_from_a_backup_applies_again_what_it_has_forgotten",
            "test_a_producer_restored_from_a_backup_stops_its_reader_with_an_alarm",
        ),
    ),
}

EXPECTED = frozenset(f"R{number}" for number in range(1, 21))


def page() -> str:
    """Return the table for a reader."""
    return table(
        "Promises",
        "What holds whatever is pulled, and the tests that fail when it no longer does. Generated: "
        "`.venv/bin/python -m tests.architecture.promises`. Tests in `soak` files and ten-thousandfold ones run in `make soak`.",
        PROMISES,
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
