"""Two people who must never meet: no table has both, and neither learns anything of the other."""

from datetime import datetime, time

import pytest

from tests.support.journey import Family, Journey, Person, seat
from tests.support.outside import ZONE

pytestmark = pytest.mark.stack


async def kept_apart(journey: Journey) -> tuple[Family, Person, Person]:
    """A family with a mother and two fathers, of whom two must not meet."""
    family = await journey.family()
    tom = await family.member("Tom", "father", mail=True)
    raul = await family.member("Raul", "father", text="granted", language="es")
    rule = {"person_a": tom.id, "person_b": raul.id, "reason": "no_contact_order"}
    (await family.county.post("network", f"/v1/cases/{family.case_id}/separation-rules", rule)).ok()
    return family, tom, raul


async def test_one_table_is_refused_and_a_linked_pair_proposed(journey: Journey) -> None:
    family, tom, raul = await kept_apart(journey)
    kara = await family.member("Kara", "mother", mail=True)
    day = family.county.workday((await journey.outside.now()).astimezone(ZONE).date(), days=9)
    nine = datetime.combine(day, time(9), ZONE)

    await journey.outside.heard()
    reply = await family.try_to_book(nine, seat(kara), seat(tom), seat(raul))
    problem = reply.refused("separated")
    assert "no_contact" not in reply.text
    tables = [set(table) for table in problem["linked_pair"]["tables"]]
    assert tables in ([{kara.id, tom.id}, {kara.id, raul.id}], [{kara.id, raul.id}, {kara.id, tom.id}])

    # The pair, at different times: each father is told of his own meeting, and of nobody else's.
    first = await family.book(nine, seat(kara), seat(tom))
    second = await family.book(nine.replace(hour=14), seat(kara), seat(raul), linked_to=first.id)
    await journey.outside.mails(tom.mailbox, count=1)
    await journey.outside.texts(raul.phone, count=1)
    await journey.outside.mails(kara.mailbox, count=2)
    (await family.county.post("meetings", f"{first.path}/participants", seat(raul), etag=(await first.read())["etag"])).refused(
        "separated"
    )
    (await second.do("cancel", {"reason_code": "family_request"})).ok()
    await journey.outside.texts(raul.phone, count=2)
    await journey.outside.caught_up()
    assert len(await journey.outside.mails(tom.mailbox)) == 1
