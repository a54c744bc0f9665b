"""Routes of safety plans: what they require, what is promised in them, and what lies open."""

from services.network.domain import errors as no
from services.network.domain import plan_errors as cannot
from services.network.web import commitments, plans, reviews, steps, threats
from services.network.web.schemas.commitments import AnswerIn, CommitmentIn, CommitmentOut, CommitmentPatch
from services.network.web.schemas.coverage import CoverageOut, CoverageQuery, GapAcceptIn, GapOut, GapsQuery
from services.network.web.schemas.plans import PlanEndIn, PlanIn, PlanOut, PlanPatch, ReadinessOut
from services.network.web.schemas.safety import (
    AgreementIn,
    AgreementOut,
    PlanReturnIn,
    PlanReviseIn,
    ReviewIn,
    ReviewOut,
    SheetOut,
    SheetQuery,
    StepAgreeIn,
    StepIn,
    StepOut,
    StepPatch,
    ThreatIn,
    ThreatOut,
    ThreatPatch,
)
from shared.web.fields import Page, PageQuery
from shared.web.routing import Route, delete, get, patch, post

CASE = "/v1/cases/{case_id}"
PLAN = "/v1/plans/{plan_id}"
STEP = f"{PLAN}/steps/{{step_id}}"
COMMITMENT = f"{PLAN}/commitments/{{commitment_id}}"
ANSWERS = (
    cannot.PlanHasEnded,
    cannot.CommitmentHasEnded,
    cannot.AlreadyAnswered,
    cannot.AlreadyCovered,
    cannot.RestIsCovered,
    cannot.NotAccepted,
    cannot.NoSuchTurn,
    cannot.TurnIsOver,
    cannot.TurnNotOver,
    cannot.WitnessNeeded,
    cannot.MemberCannotProtect,
    cannot.KeptApart,
)

DRAFT = (no.CaseIsClosed, cannot.PlanIsActive, cannot.PlanHasEnded)
SUPERVISOR = (no.CaseIsClosed, cannot.PlanReviewRefused, cannot.PlanNotAgreed, cannot.PlanHasEnded)

# fmt: off
ROUTES: tuple[Route, ...] = (
    post(f"{CASE}/threats", threats.post_threat, needs="plans.write", body=ThreatIn, answer=ThreatOut, status=201,
         idempotent=True, etag=True, raises=(no.CaseIsClosed,)),
    get(f"{CASE}/threats", threats.get_threats, needs="plans.read", query=PageQuery, answer=Page[ThreatOut]),
    patch(f"{CASE}/threats/{{threat_id}}", threats.patch_threat, needs="plans.write", body=ThreatPatch, answer=ThreatOut,
          etag=True, raises=(no.CaseIsClosed,)),

    post(f"{CASE}/plans", plans.post_plan, needs="plans.write", body=PlanIn, answer=PlanOut, status=201,
         idempotent=True, etag=True, raises=(no.CaseIsClosed,)),
    get(f"{CASE}/plans", plans.get_plans, needs="plans.read", query=PageQuery, answer=Page[PlanOut]),
    get(PLAN, plans.get_plan, needs="plans.read", answer=PlanOut, etag=True),
    patch(PLAN, plans.patch_plan, needs="plans.write", body=PlanPatch, answer=PlanOut, etag=True,
          raises=DRAFT),
    get(f"{PLAN}/readiness", plans.get_readiness, needs="plans.read", answer=ReadinessOut),
    post(f"{PLAN}:activate", plans.post_activation, needs="plans.write", answer=PlanOut, etag=True,
         raises=(*DRAFT, cannot.PlanNotReady)),
    post(f"{PLAN}:submit", reviews.post_submission, needs="plans.write", answer=PlanOut, etag=True,
         raises=(*DRAFT, cannot.PlanNotAgreed)),
    post(f"{PLAN}:approve", reviews.post_approval, needs="plans.write", answer=PlanOut, etag=True, raises=SUPERVISOR),
    post(f"{PLAN}:return", reviews.post_return, needs="plans.write", body=PlanReturnIn, answer=PlanOut, etag=True,
         raises=SUPERVISOR),
    post(f"{PLAN}:revise", reviews.post_revision, needs="plans.write", body=PlanReviseIn, answer=PlanOut, status=201,
         idempotent=True, etag=True, raises=(no.CaseIsClosed, cannot.PlanNotActive, cannot.PlanIsRevised)),
    post(f"{PLAN}:end", plans.post_ending, needs="plans.write", body=PlanEndIn, answer=PlanOut, etag=True,
         raises=(no.CaseIsClosed, cannot.PlanHasEnded, cannot.PlanNotActive)),
    get(f"{PLAN}/sheet", plans.get_sheet, needs="plans.read", query=SheetQuery, answer=SheetOut),

    post(f"{PLAN}/steps", steps.post_step, needs="plans.write", body=StepIn, answer=StepOut, status=201, idempotent=True,
         etag=True, raises=(*DRAFT, cannot.TooManySteps)),
    get(f"{PLAN}/steps", steps.get_steps, needs="plans.read", answer=Page[StepOut]),
    patch(STEP, steps.patch_step, needs="plans.write", body=StepPatch, answer=StepOut, etag=True, raises=DRAFT),
    delete(STEP, steps.delete_step, needs="plans.write", status=204, etag=True, raises=DRAFT),
    post(f"{STEP}:agree", steps.post_step_agreement, needs="plans.write", body=StepAgreeIn, answer=StepOut, etag=True,
         raises=(no.CaseIsClosed, cannot.PlanHasEnded, cannot.WitnessNeeded)),
    post(f"{PLAN}/agreements", reviews.post_agreement, needs="plans.write", body=AgreementIn, answer=AgreementOut, status=201,
         idempotent=True, raises=(no.CaseIsClosed, cannot.PlanHasEnded, cannot.WitnessNeeded)),
    get(f"{PLAN}/agreements", reviews.get_agreements, needs="plans.read", answer=Page[AgreementOut]),
    delete(f"{PLAN}/agreements/{{agreement_id}}", reviews.delete_agreement, needs="plans.write", status=204,
           raises=(no.CaseIsClosed, cannot.PlanHasEnded)),
    post(f"{PLAN}/reviews", reviews.post_review, needs="plans.write", body=ReviewIn, answer=ReviewOut, status=201,
         idempotent=True, raises=(no.CaseIsClosed, cannot.PlanNotActive, cannot.PlanHasEnded)),
    get(f"{PLAN}/reviews", reviews.get_reviews, needs="plans.read", answer=Page[ReviewOut]),

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
