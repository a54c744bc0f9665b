"""Queries about who agreed to a plan. An agreement is never changed; it ends with what the plan said, or is taken back."""

from sqlalchemy import select, update

from services.network.domain.agreements import Agreement, AgreementId, AgreementMethod, Capacity
from services.network.domain.cases import CaseId
from services.network.domain.commitments import PlanId
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.plans import AgreementRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_TABLE = "plan_agreements"


async def list_of_plan(unit: Unit, plan_id: PlanId) -> list[Agreement]:
    """Return who agreed to a plan, those whose agreement is void too, in the order in which it was recorded."""
    query = select(AgreementRow).where(AgreementRow.county_id == unit.county_id, AgreementRow.plan_id == plan_id)
    rows = (await unit.session.scalars(query.order_by(AgreementRow.id))).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_agreement(unit, row) for row in rows]


async def add(unit: Unit, agreement: Agreement) -> None:
    """Store that somebody agreed."""
    words = {"name": agreement.name, "witness": agreement.witness}
    unit.session.add(
        AgreementRow(
            id=agreement.id,
            county_id=unit.county_id,
            case_id=agreement.case_id,
            plan_id=agreement.plan_id,
            member_id=agreement.member_id,
            child_id=agreement.child_id,
            capacity=agreement.capacity.value,
            method=agreement.method.value,
            words=await seal_words(unit, agreement.case_id, words, table=_TABLE, row_id=agreement.id),
            signed_on=agreement.signed_on,
            recorded_at=agreement.recorded_at,
            recorded_by=agreement.recorded_by,
            void_at=agreement.void_at,
        )
    )


async def get(unit: Unit, plan_id: PlanId, agreement_id: AgreementId) -> Agreement:
    """Return an agreement to this plan, to no other."""
    row = await unit.session.scalar(
        select(AgreementRow).where(
            AgreementRow.county_id == unit.county_id, AgreementRow.plan_id == plan_id, AgreementRow.id == agreement_id
        )
    )
    if row is None:
        raise NotFound
    return await _to_agreement(unit, row)


async def end(unit: Unit, agreement: Agreement) -> None:
    """Keep since when an agreement does not stand any more."""
    row = await unit.session.get_one(AgreementRow, agreement.id)
    row.void_at = agreement.void_at


async def make_void(unit: Unit, plan_id: PlanId) -> None:
    """Keep that nobody has agreed to a plan as it is from now on."""
    await unit.session.execute(
        update(AgreementRow)
        .where(AgreementRow.county_id == unit.county_id, AgreementRow.plan_id == plan_id, AgreementRow.void_at.is_(None))
        .values(void_at=unit.now)
        .execution_options(synchronize_session="fetch")
    )


async def _to_agreement(unit: Unit, row: AgreementRow) -> Agreement:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return Agreement(
        id=AgreementId(row.id),
        case_id=CaseId(row.case_id),
        plan_id=PlanId(row.plan_id),
        member_id=MemberId(row.member_id) if row.member_id else None,
        child_id=PersonId(row.child_id) if row.child_id else None,
        name=words["name"],
        capacity=Capacity(row.capacity),
        method=AgreementMethod(row.method),
        witness=words["witness"],
        signed_on=row.signed_on,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        void_at=row.void_at,
    )
