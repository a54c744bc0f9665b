"""Routes of releases: who may be shown what, and separations that rest."""

from services.network.domain import errors as no
from services.network.domain import release_errors as never
from services.network.web import releases, separations
from services.network.web.schemas.releases import OverrideIn, OverrideOut, ReleaseIn, ReleaseOut, RevokeIn, SightOut
from shared.web.fields import Page, PageQuery
from shared.web.routing import Route, delete, get, post

CASE = "/v1/cases/{case_id}"
RELEASE = f"{CASE}/releases/{{release_id}}"
OVERRIDES = f"{CASE}/separation-rules/{{rule_id}}/overrides"

# fmt: off
ROUTES: tuple[Route, ...] = (
    post(f"{CASE}/releases", releases.post_release, needs="plans.write", body=ReleaseIn, answer=ReleaseOut, status=201,
         idempotent=True, etag=True,
         raises=(no.CaseIsClosed, never.AdoptionNeverReleased, never.ReleaseNotWritten, never.SignedLater, never.Part2StandsAlone,
                 never.Part2NamesRecipients, never.NotOfThisFamily, never.ReleaseAcrossSeparation)),
    get(f"{CASE}/releases", releases.get_releases, needs="plans.read", query=PageQuery, answer=Page[ReleaseOut]),
    get(RELEASE, releases.get_release, needs="plans.read", answer=ReleaseOut, etag=True),
    post(f"{RELEASE}:revoke", releases.revoke, needs="plans.write", body=RevokeIn, answer=ReleaseOut, etag=True,
         raises=(never.ReleaseEnded, never.SignedLater, never.RevokedBeforeSigned)),
    get(f"{CASE}/members/{{member_id}}/sight", releases.get_sight, needs="plans.read", answer=SightOut),
    post(OVERRIDES, separations.post_override, needs="cases.write", body=OverrideIn, answer=OverrideOut, status=201,
         idempotent=True,
         raises=(no.CaseIsClosed, no.ProtectiveOrderStands, never.NotYoursToOverride, never.SeparationNotActive,
                 never.OverrideTooLong)),
    delete(OVERRIDES, separations.delete_overrides, needs="cases.write", status=204, raises=(never.SeparationDoesNotRest,)),
)
# fmt: on
