"""Queries about the reviews of plans."""

from sqlalchemy import select

from services.network.domain.cases import CaseId
from services.network.domain.commitments import PlanId
from services.network.domain.reviews import Review, ReviewId, ReviewOutcome
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.plans import ReviewRow
from shared.db.unit import Unit

_TABLE = "plan_reviews"


async def list_of_plan(unit: Unit, plan_id: PlanId) -> list[Review]:
    """Return the reviews of a plan, in the order in which they were recorded."""
    query = select(ReviewRow).where(ReviewRow.county_id == unit.county_id, ReviewRow.plan_id == plan_id).order_by(ReviewRow.id)
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_review(unit, row) for row in rows]


async def add(unit: Unit, review: Review) -> None:
    """Store a review that was held."""
    unit.session.add(
        ReviewRow(
            id=review.id,
            county_id=unit.county_id,
            case_id=review.case_id,
            plan_id=review.plan_id,
            held_on=review.held_on,
            outcome=review.outcome.value,
            words=await seal_words(unit, review.case_id, {"text": review.text}, table=_TABLE, row_id=review.id),
            review_on=review.review_on,
            recorded_at=review.recorded_at,
            recorded_by=review.recorded_by,
        )
    )


async def _to_review(unit: Unit, row: ReviewRow) -> Review:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return Review(
        id=ReviewId(row.id),
        case_id=CaseId(row.case_id),
        plan_id=PlanId(row.plan_id),
        held_on=row.held_on,
        outcome=ReviewOutcome(row.outcome),
        text=words["text"],
        review_on=row.review_on,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
    )
