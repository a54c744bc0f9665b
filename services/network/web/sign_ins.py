"""Handlers about sign-ins. Sign-ins themselves are the portal's; who may end somebody's, and that they did, is kept here."""

from typing import Annotated

from services.network.use_cases.note_ended_sign_ins import note_ended_sign_ins
from shared.db.unit import Unit
from shared.web.fields import Model, Text
from shared.web.routing import Call, Reply, no_content


class EndingIn(Model):
    """Whose sign-ins end."""

    staff_id: Annotated[str, Text(200)]


async def post_ending(unit: Unit, call: Call) -> Reply:
    """Put on record that all sign-ins of somebody end.

    For a county administrator. The portal asks this before it ends them; to end sign-ins, use its page.
    """
    await note_ended_sign_ins(unit, call.body.staff_id, caller=call.staff)
    return no_content()
