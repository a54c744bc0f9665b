"""Routes of people and families: who they are, who holds them, who must never meet."""

from services.network.domain import errors as no
from services.network.domain.circle_errors import RelayIsMinor, RelayNotPossible
from services.network.web import cases, children, history, members, people, separations, sign_ins
from services.network.web.schemas.cases import AccessIn, CaseIn, CaseOut, CasePatch, CasesQuery, HoldersOut
from services.network.web.schemas.people import MatchOut, PersonFactsIn, PersonIn, PersonOut, PersonPatch, RegisteredOut, SearchIn
from services.network.web.schemas.roster import ChildIn, ChildOut, ChildPatch, MemberIn, MemberOut, MemberPatch
from services.network.web.schemas.separations import SeparationIn, SeparationOut
from shared.web.fields import Page, PageQuery
from shared.web.history import ChangeOut
from shared.web.looks import LookOut, ViewerOut
from shared.web.routing import Route, delete, get, patch, post, put

CASE = "/v1/cases/{case_id}"
KEPT = (no.ExternalIdTaken, no.StaffIdTaken, no.ColleagueRecord, RelayNotPossible, RelayIsMinor)

# fmt: off
ROUTES: tuple[Route, ...] = (
    post("/v1/people", people.post_person, needs="people.write", body=PersonIn, answer=RegisteredOut, status=201,
         idempotent=True, etag=True, raises=KEPT),
    post("/v1/people:search", people.search_people, needs="people.read", body=SearchIn, answer=Page[MatchOut]),
    put("/v1/people/by-external-id/{key}", people.put_person, needs="people.write", body=PersonFactsIn,
        answer=PersonOut, etag=True, raises=(no.CountySystemsOnly, no.StaffIdTaken, no.ConsentWithdrawn)),
    get("/v1/people/{person_id}", people.get_person, needs="people.read", answer=PersonOut, etag=True),
    get("/v1/people/{person_id}/access-log", people.get_access_log, needs="audit.read", query=PageQuery, answer=Page[LookOut],
        raises=(no.WholeCountyOnly,)),
    get("/v1/people/{person_id}/history", history.get_person_history, needs="people.read", query=PageQuery, answer=Page[ChangeOut]),
    patch("/v1/people/{person_id}", people.patch_person, needs="people.write", body=PersonPatch, answer=PersonOut,
          etag=True, raises=(*KEPT, no.ConsentWithdrawn)),

    post("/v1/cases", cases.post_case, needs="cases.write", body=CaseIn, answer=CaseOut, status=201,
         idempotent=True, etag=True, raises=(no.ExternalIdTaken,)),
    get("/v1/cases", cases.get_cases, needs="cases.read", query=CasesQuery, answer=Page[CaseOut]),
    get(CASE, cases.get_case, needs="cases.read", answer=CaseOut, etag=True),
    get(f"{CASE}/history", history.get_case_history, needs="cases.read", query=PageQuery, answer=Page[ChangeOut]),
    patch(CASE, cases.patch_case, needs="cases.write", body=CasePatch, answer=CaseOut, etag=True,
          raises=(no.CaseIsClosed, no.ExternalIdTaken)),
    post(f"{CASE}:close", cases.close_case, needs="cases.write", answer=CaseOut, etag=True, raises=(no.CaseIsClosed,)),
    put(f"{CASE}/access", cases.put_access, needs="cases.write", body=AccessIn, answer=CaseOut, etag=True,
        raises=(no.CaseIsClosed, no.NotYoursToReassign)),
    get(f"{CASE}/access", cases.get_access, needs="cases.read", answer=HoldersOut),
    get(f"{CASE}/viewers", cases.get_viewers, needs="audit.read", answer=Page[ViewerOut]),
    get(f"{CASE}/access-log", cases.get_access_log, needs="audit.read", query=PageQuery, answer=Page[LookOut]),

    post(f"{CASE}/children", children.post_child, needs="cases.write", body=ChildIn, answer=ChildOut, status=201,
         idempotent=True, etag=True, raises=(no.CaseIsClosed, no.AlreadyChild)),
    get(f"{CASE}/children", children.get_children, needs="people.read", answer=Page[ChildOut]),
    patch(f"{CASE}/children/{{child_id}}", children.patch_child, needs="cases.write", body=ChildPatch,
          answer=ChildOut, etag=True, raises=(no.CaseIsClosed,)),

    post(f"{CASE}/members", members.post_member, needs="cases.write", body=MemberIn, answer=MemberOut, status=201,
         idempotent=True, etag=True, raises=(no.CaseIsClosed, no.AlreadyMember)),
    get(f"{CASE}/members", members.get_members, needs="people.read", query=PageQuery, answer=Page[MemberOut]),
    patch(f"{CASE}/members/{{member_id}}", members.patch_member, needs="cases.write", body=MemberPatch,
          answer=MemberOut, etag=True, raises=(no.CaseIsClosed,)),
    delete(f"{CASE}/members/{{member_id}}", members.delete_member, needs="cases.write", status=204, etag=True,
           raises=(no.CaseIsClosed,)),

    post(f"{CASE}/separation-rules", separations.post_separation, needs="cases.write", body=SeparationIn,
         answer=SeparationOut, status=201, idempotent=True, etag=True, raises=(no.CaseIsClosed, no.SeparationExists)),
    get(f"{CASE}/separation-rules", separations.get_separations, needs="cases.read", answer=Page[SeparationOut]),
    delete(f"{CASE}/separation-rules/{{rule_id}}", separations.delete_separation, needs="cases.write", status=204, etag=True,
           raises=(no.ProtectiveOrderStands,)),

    post("/v1/sign-in-endings", sign_ins.post_ending, needs="people.write", body=sign_ins.EndingIn, status=204, idempotent=True,
         raises=(no.AdministratorsOnly,)),
)
# fmt: on
