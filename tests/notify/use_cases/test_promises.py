"""A promise as an entry: one object in a calendar, reminders by turn, and never an older revision over a newer one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.notify.domain.working_hours import is_open
from services.notify.storage import entries
from services.notify.use_cases.alert_staff import alert_staff
from services.notify.use_cases.ask_for_help import ask_for_help
from services.notify.use_cases.begin_attempts import begin_attempts
from services.notify.use_cases.claim_due import claim_due
from services.notify.use_cases.forget_words import forget_words
from services.notify.use_cases.keep_roster import close_case
from shared.events.network import CaseClosed, Channel, Consent, StaffNeeded
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import resolve
from tests.notify.office import ZONE, Office, Person, night_now, outlet, where_it_is_day
from tests.notify.promises import promise, turns_from, whole_hours
from tests.support.icslint import lint

TURNS = ("turn_reminder", "check_in")


async def waiting(office: Office) -> list[tuple[str, datetime]]:
    """Kind and turn of what waits about turns, in order."""
    found = await office.rows(
        "SELECT kind, turn_starts_at FROM messages WHERE county_id = :county AND state = 'pending' AND turn_starts_at IS NOT NULL"
        " ORDER BY turn_starts_at, kind"
    )
    return [(row.kind, row.turn_starts_at) for row in found]


async def test_an_offer_by_mail_is_one_invitation_to_one_person_and_says_nothing(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await promise(office, kim, *turns_from(whole_hours(days=3), count=4)).offer()
    await office.send_due()
    [mail] = office.mail.to(kim.mail)
    assert lint(mail.calendar) == []
    for part in (b"METHOD:REQUEST", b"RRULE:FREQ=WEEKLY", b"SEQUENCE:0", b"SUMMARY;LANGUAGE=en:On my plan", b"CLASS:PRIVATE"):
        assert part in mail.calendar
    assert mail.calendar.count(b"ATTENDEE") == 1
    assert b"LOCATION" not in mail.calendar
    everything = mail.text + mail.calendar.decode()
    assert not any(word in everything for word in ("Zoe", "Elm", "Sleep"))
    assert await waiting(office) == []
    assert told.id.hex not in mail.text


async def test_a_yes_plans_a_reminder_and_a_question_for_every_turn(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(days=3), count=3)).offer()).confirm()
    assert await waiting(office) == [(kind, turn.starts_at) for turn in told.turns for kind in ("check_in", "turn_reminder")]
    rows = await office.rows(
        "SELECT kind, due_at - turn_starts_at AS before, due_at - turn_ends_at AS after FROM messages"
        " WHERE county_id = :county AND turn_starts_at IS NOT NULL"
    )
    assert {(row.kind, row.before if row.kind == "turn_reminder" else row.after) for row in rows} == {
        ("turn_reminder", -timedelta(hours=2)),
        ("check_in", timedelta(minutes=15)),
    }


async def test_a_turn_taken_out_ends_its_reminders_and_keeps_the_others(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(days=3), count=3)).offer()).confirm()
    await office.send_due()
    fewer = await told.without(told.turns[1])
    await office.send_due()
    assert {at for _, at in await waiting(office)} == {turn.starts_at for turn in fewer.turns}
    revisions = await office.rows(
        "SELECT DISTINCT revision FROM messages WHERE county_id = :county AND state = 'pending' AND turn_starts_at IS NOT NULL"
    )
    assert [row.revision for row in revisions] == [fewer.revision]
    mail = office.mail.to(kim.mail)[-1]
    assert b"EXDATE;TZID=America/Los_Angeles:" in mail.calendar
    assert b"SEQUENCE:2" in mail.calendar
    assert "Thank you for telling us" in mail.text
    await office.make_due("turn_reminder")
    await office.send_due()
    assert [state for kind, _, state in await office.states("turn_reminder")].count("sent") == 2


async def test_the_end_is_a_cancellation_and_nothing_more_leaves(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(days=3), count=3)).offer()).confirm()
    await office.send_due()
    await told.end()
    await office.make_due("turn_reminder")
    await office.send_due()
    mail = office.mail.to(kim.mail)[-1]
    assert b"METHOD:CANCEL" in mail.calendar
    assert b"STATUS:CANCELLED" in mail.calendar
    assert {state for kind, _, state in await office.states(*TURNS)} == {"cancelled"}


async def test_who_was_never_told_is_told_of_no_end(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await promise(office, kim).offer()
    await told.end()
    await office.send_due()
    assert office.mail.mails == []


async def test_a_backup_who_was_asked_hears_that_it_is_covered(office: Office) -> None:
    luis = await office.known(Channel.SMS, name="Luis")
    asked = await promise(office, luis).ask()
    await office.send_due()
    await asked.cover()
    await office.send_due()
    assert office.texts.to(luis.phone)[1].endswith("is already covered, thank you.")


async def test_a_pause_stops_the_reminders_and_going_on_plans_them_anew(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(days=3), count=2)).offer()).confirm()
    paused = await told.settle("paused")
    assert await waiting(office) == []
    await paused.settle("active")
    assert len(await waiting(office)) == 4


async def test_a_promise_that_rests_says_so_and_keeps_its_page(office: Office) -> None:
    kim = await office.known(Channel.SMS, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(days=3), count=2)).offer()).confirm()
    await office.send_due()
    await told.pause()
    await office.send_due()
    assert "your plan rests for now" in office.texts.to(kim.phone)[-1]
    assert await waiting(office) == []
    [link] = await office.rows("SELECT expires_at FROM links WHERE county_id = :county AND purpose = 'answer'")
    assert link.expires_at > told.turns[-1].ends_at


async def test_a_declined_offer_is_over_without_another_word(office: Office) -> None:
    kim = await office.known(Channel.SMS, name="Kim")
    told = await promise(office, kim).offer()
    await office.send_due()
    await told.settle("declined")
    await office.send_due()
    assert len(office.texts.to(kim.phone)) == 1
    [row] = await office.rows("SELECT status, standing, answer FROM entries WHERE county_id = :county")
    assert (row.status, row.standing, row.answer) == ("cancelled", "declined", "declined")


async def test_hearing_everything_again_changes_nothing_and_sends_nothing(office: Office) -> None:
    kim = await office.known(Channel.SMS, name="Kim")
    offered = await promise(office, kim, *turns_from(whole_hours(days=3), count=3)).offer()
    active = await offered.confirm()
    fewer = await active.without(active.turns[1])
    await office.send_due()
    before = await office.rows("SELECT e::text FROM entries e WHERE county_id = :county"), await office.states()
    for each in (offered, active, fewer, offered):
        await each.again()
    await office.send_due()
    assert (await office.rows("SELECT e::text FROM entries e WHERE county_id = :county"), await office.states()) == before


async def test_a_turn_of_the_past_is_still_asked_about_after_a_later_change(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(hours=-3), hours=6, count=3)).offer()).confirm()
    rest = replace(told, turns=told.turns[1:])
    await rest.without(rest.turns[0])
    assert ("check_in", told.turns[0].starts_at) in await waiting(office)


@pytest.mark.parametrize("may_be_woken", [False, True])
async def test_an_ask_in_the_night_waits_unless_it_was_allowed(office: Office, may_be_woken: bool) -> None:
    abara = office.person(Channel.SMS, name="Abara", urgent_at_night=may_be_woken)
    abara = replace(abara, quiet=night_now())
    await office.tell(abara)
    await promise(office, abara).ask()
    await office.ticker.tick()
    await office.ticker.drained()
    assert len(office.texts.to(abara.phone)) == may_be_woken


async def test_an_ask_passes_the_texts_of_the_day_and_a_reminder_does_not(office: Office) -> None:
    abara = await office.known(Channel.SMS, name="Abara", time_zone=where_it_is_day())
    for days in (2, 3, 4):
        await promise(office, abara, *turns_from(whole_hours(days=days))).offer()
    await office.send_due()
    await promise(office, abara, *turns_from(whole_hours(days=5))).ask()
    await (await promise(office, abara, *turns_from(whole_hours(days=6))).offer()).confirm()
    await office.send_due()
    assert [kind for kind, way, state in await office.states("backup_ask") if state == "sent"] == ["backup_ask"]
    reasons = await office.rows("SELECT kind, reason FROM call_tasks WHERE county_id = :county")
    assert [(row.kind, row.reason) for row in reasons] == [("promise_confirmed", "enough_texts")]


# --- whom nothing reaches directly -------------------------------------------------------------------------------------------


async def test_what_is_for_somebody_with_a_relay_is_a_call_to_the_relay(office: Office) -> None:
    grandmother = await office.known(Channel.VOICE, name="Mae")
    teen = await office.known(Channel.SMS, name="Sam", relay_person_id=grandmother.id)
    await promise(office, teen).offer()
    await office.send_due()
    assert office.texts.texts == []
    [task] = await office.rows("SELECT person_id, reason, contact_point_id FROM call_tasks WHERE county_id = :county")
    assert (task.person_id, task.reason) == (teen.id, "relay")
    assert task.contact_point_id == grandmother.points[0].contact_point_id


async def test_nothing_goes_to_a_minor_whom_nothing_may_reach(office: Office) -> None:
    child = await office.known(Channel.SMS, name="Eli", is_minor=True, age_band="under_12", direct_messages_ok=False)
    await promise(office, child).offer()
    await office.send_due()
    assert office.texts.texts == []
    [task] = await office.rows("SELECT reason, contact_point_id FROM call_tasks WHERE county_id = :county")
    assert (task.reason, task.contact_point_id) == ("minor", None)


async def test_a_minor_whom_nothing_may_reach_is_not_even_asked_for_consent(office: Office) -> None:
    child = await office.known(Channel.SMS, name="Eli", consent=Consent.REQUESTED, is_minor=True, direct_messages_ok=False)
    await office.send_due()
    assert office.texts.to(child.phone) == []
    await office.tell(replace(child, facts={**child.facts, "direct_messages_ok": True}), changed=True)
    await office.send_due()
    assert len(office.texts.to(child.phone)) == 1


async def test_a_check_in_that_no_machine_can_send_is_not_planned(office: Office) -> None:
    mae = await office.known(Channel.VOICE, name="Mae")
    await (await promise(office, mae, *turns_from(whole_hours(days=3), count=2)).offer()).confirm()
    assert [kind for kind, _ in await waiting(office)] == ["turn_reminder", "turn_reminder"]


# --- staff -------------------------------------------------------------------------------------------------------------------


async def alert(office: Office, *staff: str, reason: str = "coverage_gap", subject: UUID | None = None) -> None:
    """Let network say that staff are needed."""
    async with office.unit() as unit:
        fact = StaffNeeded(
            case_id=uuid4(), subject_id=subject or uuid4(), reason=reason, staff_ids=staff, answer_by=None, at=unit.now
        )
        await alert_staff(unit, fact)


async def omar_of(office: Office, **facts: object) -> Person:
    """A worker with a phone."""
    return await office.known(Channel.SMS, name="Omar", staff_id=f"omar-{uuid4().hex[:6]}", **facts)


async def test_staff_are_told_once_that_a_time_needs_them_and_nothing_else(office: Office) -> None:
    omar, gap = await omar_of(office), uuid4()
    for reason in ("coverage_gap", "coverage_gap", "coverage_urgent"):
        await alert(office, str(omar.facts["staff_id"]), "nobody-known", reason=reason, subject=gap)
    await office.send_due()
    texts = office.texts.to(omar.phone)
    assert texts == ["Family Team Calendar: a time on your calendar needs you. Please sign in."] * 2


@pytest.mark.parametrize(("reason", "wakes"), [("coverage_uncovered", 1), ("coverage_gap", 0), ("review_due", 0)])
async def test_staff_are_woken_only_for_what_is_loud(office: Office, reason: str, wakes: int) -> None:
    omar = replace(office.person(Channel.SMS, staff_id="omar"), quiet=night_now())
    await office.tell(omar)
    await alert(office, "omar", reason=reason)
    await office.ticker.tick()
    await office.ticker.drained()
    assert len(office.texts.to(omar.phone)) == wakes


async def test_who_is_on_call_is_woken_for_everything(office: Office) -> None:
    night = night_now()
    oda = replace(office.person(Channel.SMS, staff_id="oda", name="Oda"), quiet=night)
    omar = replace(office.person(Channel.SMS, staff_id="omar", name="Omar"), quiet=night)
    for each in (oda, omar):
        await office.tell(each)
    await alert(office, "oda", "omar", reason="coverage_unfilled")
    way_out = replace(outlet(office), county=replace(office.county, on_call=("oda",)))
    lease = uuid4()
    async with office.unit() as unit:
        ids = [each.message.id for each in await claim_due(unit, lease=lease, most=10)]
        begun = await begin_attempts(unit, ids, lease=lease, outlet=way_out)
    assert [each.message.person_id for each in begun] == [oda.id]


@pytest.mark.parametrize(("at", "answers"), [("2027-03-01T15:00", True), ("2027-03-01T18:45", False), ("2027-03-06T12:00", False)])
def test_the_office_answers_on_working_days_until_five(at: str, answers: bool) -> None:
    instant = resolve(datetime.fromisoformat(at), ZONE).instant
    assert is_open(instant, ZONE, ()) is answers
    assert not is_open(instant, ZONE, {at[:10]})


async def test_after_hours_who_is_on_call_is_alerted_too(office: Office) -> None:
    oda = await office.known(Channel.SMS, name="Oda", staff_id="oda")
    told = await (await promise(office, await office.known(Channel.SMS, name="Kim")).offer()).confirm()
    never_open = frozenset((datetime.now(UTC) + timedelta(days=days)).date().isoformat() for days in (-1, 0, 1))
    county = replace(office.county, on_call=("oda",), holidays=tuple(never_open))
    async with office.unit() as unit:
        entry = await entries.find_for_update(unit, told.id, 0)
        assert entry is not None
        await ask_for_help(unit, entry, county, cause="a turn")
    await office.send_due()
    assert len(office.texts.to(oda.phone)) == 1


async def test_who_holds_the_family_is_alerted_when_somebody_needs_help(office: Office) -> None:
    amy = await office.known(Channel.SMS, name="Amy", staff_id="amy")
    kim = await office.known(Channel.SMS, name="Kim")
    told = await (await promise(office, kim).offer()).confirm()
    await office.held_by_case(told.case_id, "amy")
    async with office.unit() as unit:
        entry = await entries.find_for_update(unit, told.id, 0)
        assert entry is not None
        for _ in range(2):
            await ask_for_help(unit, entry, office.county, cause="a turn")
    await office.send_due()
    assert len(office.texts.to(amy.phone)) == 1
    assert [task["reason"] for task in await office.facts("call_task_opened")] == ["needs_help"]
    [dialled] = await office.rows(
        "SELECT p.person_id, p.channel FROM call_tasks t JOIN contact_points p ON p.id = t.contact_point_id"
        " WHERE t.county_id = :county"
    )
    assert (dialled.person_id, dialled.channel) == (kim.id, "sms"), "whoever phones knows which number"


# --- what ends with what it rests on -----------------------------------------------------------------------------------------


async def test_a_closed_family_ends_its_promises_and_what_waits(office: Office) -> None:
    kim = await office.known(Channel.SMS, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(days=3), count=2)).offer()).confirm()
    await office.send_due()
    async with office.unit() as unit:
        await close_case(unit, CaseClosed(case_id=told.case_id, at=unit.now))
    assert await waiting(office) == []
    await told.end()
    await office.send_due()
    assert "is off your plan" in office.texts.to(kim.phone)[-1]


@pytest.mark.parametrize("kind", [KeyKind.CASE, KeyKind.PERSON])
async def test_destroyed_words_end_the_promise_and_are_nowhere(office: Office, kind: KeyKind) -> None:
    kim = await office.known(Channel.SMS, name="Kim")
    told = await (await promise(office, kim).offer()).confirm()
    async with office.unit() as unit:
        await forget_words(unit, KeyOf(kind, told.case_id if kind is KeyKind.CASE else kim.id))
    await office.send_due()
    assert [row.status for row in await office.rows("SELECT status FROM entries WHERE county_id = :county")] == ["cancelled"]
    assert await waiting(office) == []


async def test_words_rest_sealed_only(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    await (await promise(office, kim).offer()).confirm()
    await office.send_due()
    for table in ("entries", "messages", "log", "contents"):
        found = await office.rows(f"SELECT t::text AS row FROM {table} t WHERE county_id = :county")  # noqa: S608  our own tables
        assert found
        assert not any("Elm" in each.row or "Zoe" in each.row for each in found)


async def test_a_fact_that_was_cut_short_by_the_clock_change_is_kept_as_it_was_told(office: Office) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    night = turns_from(datetime(2027, 11, 7, 5, tzinfo=UTC), hours=9)
    told = await promise(office, kim, *night).offer()
    [row] = await office.rows("SELECT starts_at, over_at FROM entries WHERE county_id = :county")
    assert (row.starts_at, row.over_at) == (told.turns[0].starts_at, told.turns[0].ends_at)
