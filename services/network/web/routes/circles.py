"""Routes of circles: the four qualities and vetting, moves, the prompt list, relatives' notices, and people who are alike."""

from services.network.domain import circle_errors as no
from services.network.domain.errors import CaseIsClosed
from services.network.web import circles, people
from services.network.web.schemas.circles import (
    CircleMoveOut,
    KinNoticeIn,
    KinNoticeOut,
    KinNoticePatch,
    KinNoticesQuery,
    LookedIntoIn,
    NetworkOut,
    PromptOut,
    QualitiesOut,
    QualityIn,
    VettingIn,
)
from services.network.web.schemas.people import KeptBothIn, KeptBothOut, MatchOut
from services.network.web.schemas.roster import MemberOut
from shared.web.fields import Page, PageQuery
from shared.web.routing import Route, delete, get, patch, post, put

CASE = "/v1/cases/{case_id}"
MEMBER = f"{CASE}/members/{{member_id}}"
ALIKE = "/v1/people/{person_id}/possible-duplicates"

# fmt: off
ROUTES: tuple[Route, ...] = (
    get(ALIKE, people.get_duplicates, needs="people.read", answer=Page[MatchOut]),
    put(f"{ALIKE}/{{other_person_id}}", people.put_kept_both, needs="people.write", body=KeptBothIn, answer=KeptBothOut),

    get(f"{CASE}/network", circles.get_network, needs="cases.read", answer=NetworkOut),
    get(f"{MEMBER}/circle-moves", circles.get_circle_moves, needs="cases.read", query=PageQuery, answer=Page[CircleMoveOut]),
    get(f"{CASE}/qualities", circles.get_qualities, needs="plans.read", query=PageQuery, answer=Page[QualitiesOut]),
    put(f"{MEMBER}/qualities/{{quality}}", circles.put_quality, needs="cases.write", body=QualityIn, answer=MemberOut, etag=True,
        raises=(CaseIsClosed, no.QualityIsDerived)),
    delete(f"{MEMBER}/qualities/{{quality}}", circles.delete_quality, needs="cases.write", answer=MemberOut, etag=True,
           raises=(CaseIsClosed, no.QualityIsDerived)),
    put(f"{MEMBER}/vetting", circles.put_vetting, needs="cases.write", body=VettingIn, answer=MemberOut, etag=True,
        raises=(CaseIsClosed,)),

    get(f"{CASE}/prompts", circles.get_prompts, needs="people.read", answer=Page[PromptOut]),
    put(f"{CASE}/prompts/{{prompt}}", circles.put_prompt, needs="cases.write", body=LookedIntoIn, answer=PromptOut,
        raises=(CaseIsClosed,)),

    post(f"{CASE}/kin-notices", circles.post_kin_notice, needs="cases.write", body=KinNoticeIn, answer=KinNoticeOut, status=201,
         idempotent=True, etag=True, raises=(CaseIsClosed, no.KinNoticeExists)),
    get(f"{CASE}/kin-notices", circles.get_kin_notices, needs="people.read", query=PageQuery, answer=Page[KinNoticeOut]),
    patch(f"{CASE}/kin-notices/{{kin_notice_id}}", circles.patch_kin_notice, needs="cases.write", body=KinNoticePatch,
          answer=KinNoticeOut, etag=True, raises=(CaseIsClosed, no.KinNoticeStep)),
    get("/v1/kin-notices", circles.get_owed_notices, needs="people.read", query=KinNoticesQuery, answer=Page[KinNoticeOut]),
)
# fmt: on
