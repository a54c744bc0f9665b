"""Routes of safety plans: what they require, what is promised in them, and what lies open."""

from services.network.domain import errors as no
from services.network.domain import plan_errors as cannot
from services.network.web import commitments, plans
from services.network.web.schemas.plans import (
    AnswerIn,
    CommitmentIn,
    CommitmentOut,
    CommitmentPatch,
    CoverageOut,
    CoverageQuery,
    GapAcceptIn,
    GapOut,
    GapsQuery,
    PlanEndIn,
    PlanIn,
    PlanOut,
    PlanPatch,
    ReadinessOut,
)
from shared.web.fields import Page, PageQuery
from shared.web.routing import Route, get, patch, post

CASE = "/v1/cases/{case_id}"
PLAN = "/v1/plans/{plan_id}"
COMMITMENT = f"{PLAN}/commitments/{{commitment_id}}"
ANSWERS = (
    cannot.PlanHasEnded,
    cannot.CommitmentHasEnded,
    cannot.AlreadyAnswered,
    cannot.AlreadyCovered,
    cannot.NotAccepted,
    cannot.NoSuchTurn,
    cannot.TurnIsOver,
    cannot.TurnNotOver,
    cannot.WitnessNeeded,
    cannot.MemberCannotProtect,
)

# fmt: off
ROUTES: tuple[Route, ...] = (
    post(f"{CASE}/plans", plans.post_plan, needs="plans.write", body=PlanIn, answer=PlanOut, status=201,
         idempotent=True, etag=True, raises=(no.CaseIsClosed,)),
    get(f"{CASE}/plans", plans.get_plans, needs="plans.read", query=PageQuery, answer=Page[PlanOut]),
    get(PLAN, plans.get_plan, needs="plans.read", answer=PlanOut, etag=True),
    patch(PLAN, plans.patch_plan, needs="plans.write", body=PlanPatch, answer=PlanOut, etag=True,
          raises=(no.CaseIsClosed, cannot.PlanIsActive, cannot.PlanHasEnded)),
    get(f"{PLAN}/readiness", plans.get_readiness, needs="plans.read", answer=ReadinessOut),
    post(f"{PLAN}:activate", plans.post_activation, needs="plans.write", answer=PlanOut, etag=True,
         raises=(no.CaseIsClosed, cannot.PlanNotReady, cannot.PlanIsActive, cannot.PlanHasEnded)),
    post(f"{PLAN}:end", plans.post_ending, needs="plans.write", body=PlanEndIn, answer=PlanOut, etag=True,
         raises=(no.CaseIsClosed, cannot.PlanHasEnded, cannot.PlanNotActive)),
    get(f"{PLAN}/coverage", plans.get_coverage, needs="plans.read", query=CoverageQuery, answer=CoverageOut),

    post(f"{PLAN}/commitments", commitments.post_commitment, needs="plans.write", body=CommitmentIn, answer=CommitmentOut,
         status=201, idempotent=True, etag=True,
         raises=(no.CaseIsClosed, cannot.PlanHasEnded, cannot.MemberCannotProtect, cannot.KeptApart, cannot.TooManyTurns)),
    get(f"{PLAN}/commitments", commitments.get_commitments, needs="plans.read", answer=Page[CommitmentOut]),
    get(COMMITMENT, commitments.get_commitment, needs="plans.read", answer=CommitmentOut, etag=True),
    patch(COMMITMENT, commitments.patch_commitment, needs="plans.write", body=CommitmentPatch, answer=CommitmentOut, etag=True,
          raises=(no.CaseIsClosed, cannot.PlanHasEnded, cannot.CommitmentHasEnded)),
    post(f"{COMMITMENT}/answers", commitments.post_answer, needs="plans.write", body=AnswerIn, answer=CommitmentOut,
         idempotent=True, etag=True, raises=(no.CaseIsClosed, *ANSWERS)),

    get("/v1/gaps", plans.get_gaps, needs="plans.read", query=GapsQuery, answer=Page[GapOut]),
    post(f"{PLAN}/gaps/{{gap_id}}:accept", plans.post_gap_acceptance, needs="plans.write", body=GapAcceptIn, answer=GapOut,
         etag=True, raises=(no.CaseIsClosed, cannot.GapIsClosed, cannot.ReasonNeeded)),
)
# fmt: on
