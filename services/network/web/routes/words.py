"""Routes of the words that everyone shares: statements, the map, a child's voice, scaling, acts of protection, case-plan steps."""

from services.network.domain import errors as no
from services.network.domain import word_errors as words
from services.network.web import case_steps, child_voice, protective_acts, scaling, statements
from services.network.web.schemas.child_voice import SharedWordsOut, VoiceIn, VoiceOut, VoicePatch
from services.network.web.schemas.statements import (
    MapOut,
    MoveIn,
    StatementIn,
    StatementOut,
    StatementPatch,
    StatementsQuery,
    ToldIn,
    ToldOut,
    VersionOut,
)
from services.network.web.schemas.working import (
    ActIn,
    ActOut,
    ActPatch,
    CaseStepIn,
    CaseStepOut,
    CaseStepPatch,
    ScalingAnswerIn,
    ScalingAnswerOut,
    ScalingOut,
)
from shared.web.fields import Page, PageQuery
from shared.web.routing import Route, delete, get, patch, post, put

CASE = "/v1/cases/{case_id}"
STATEMENT = f"{CASE}/statements/{{statement_id}}"
VOICE = f"{CASE}/child-voice/{{voice_id}}"
ENDED = (no.CaseIsClosed,)

# fmt: off
ROUTES: tuple[Route, ...] = (
    post(f"{CASE}/statements", statements.post_statement, needs="plans.write", body=StatementIn, answer=StatementOut, status=201,
         idempotent=True, etag=True, raises=ENDED),
    get(f"{CASE}/statements", statements.get_statements, needs="plans.read", query=StatementsQuery, answer=Page[StatementOut]),
    get(STATEMENT, statements.get_statement, needs="plans.read", answer=StatementOut, etag=True),
    patch(STATEMENT, statements.patch_statement, needs="plans.write", body=StatementPatch, answer=StatementOut, etag=True,
          raises=ENDED),
    post(f"{STATEMENT}:move", statements.post_move, needs="plans.write", body=MoveIn, answer=StatementOut, etag=True,
         raises=(*ENDED, words.SameKind)),
    delete(STATEMENT, statements.delete_statement, needs="plans.write", status=204, etag=True, raises=ENDED),
    get(f"{STATEMENT}/versions", statements.get_versions, needs="plans.read", query=PageQuery, answer=Page[VersionOut]),
    get(f"{STATEMENT}/told", statements.get_told, needs="plans.read", answer=ToldOut),
    put(f"{STATEMENT}/told/{{member_id}}", statements.put_told, needs="plans.write", body=ToldIn, answer=ToldOut,
        raises=(*ENDED, words.MayNotBeTold)),
    get(f"{CASE}/map", statements.get_map, needs="plans.read", query=PageQuery, answer=MapOut),
    get(f"{CASE}/members/{{member_id}}/words", statements.get_shared_words, needs="plans.read", answer=SharedWordsOut),

    post(f"{CASE}/child-voice", child_voice.post_voice, needs="plans.write", body=VoiceIn, answer=VoiceOut, status=201,
         idempotent=True, etag=True, raises=ENDED),
    get(f"{CASE}/child-voice", child_voice.get_voices, needs="plans.read", query=PageQuery, answer=Page[VoiceOut]),
    get(VOICE, child_voice.get_voice, needs="plans.read", answer=VoiceOut, etag=True),
    patch(VOICE, child_voice.patch_voice, needs="plans.write", body=VoicePatch, answer=VoiceOut, etag=True, raises=ENDED),
    delete(VOICE, child_voice.delete_voice, needs="plans.write", status=204, etag=True, raises=ENDED),
    put(f"{VOICE}/released/{{member_id}}", child_voice.put_release, needs="plans.write", answer=VoiceOut,
        raises=(*ENDED, words.MayNotBeTold, words.NothingToRelease)),
    delete(f"{VOICE}/released/{{member_id}}", child_voice.delete_release, needs="plans.write", status=204, etag=True, raises=ENDED),

    post(f"{CASE}/scaling-answers", scaling.post_answer, needs="plans.write", body=ScalingAnswerIn, answer=ScalingAnswerOut,
         status=201, idempotent=True, etag=True, raises=ENDED),
    delete(f"{CASE}/scaling-answers/{{answer_id}}", scaling.delete_answer, needs="plans.write", status=204, etag=True,
           raises=ENDED),
    get(f"{CASE}/scaling", scaling.get_scaling, needs="plans.read", query=PageQuery, answer=ScalingOut),

    post(f"{CASE}/acts-of-protection", protective_acts.post_act, needs="plans.write", body=ActIn, answer=ActOut, status=201,
         idempotent=True, etag=True, raises=ENDED),
    get(f"{CASE}/acts-of-protection", protective_acts.get_acts, needs="plans.read", query=PageQuery, answer=Page[ActOut]),
    patch(f"{CASE}/acts-of-protection/{{act_id}}", protective_acts.patch_act, needs="plans.write", body=ActPatch, answer=ActOut,
          etag=True, raises=ENDED),
    delete(f"{CASE}/acts-of-protection/{{act_id}}", protective_acts.delete_act, needs="plans.write", status=204, etag=True,
           raises=ENDED),

    post(f"{CASE}/case-steps", case_steps.post_case_step, needs="plans.write", body=CaseStepIn, answer=CaseStepOut, status=201,
         idempotent=True, etag=True, raises=ENDED),
    get(f"{CASE}/case-steps", case_steps.get_case_steps, needs="plans.read", query=PageQuery, answer=Page[CaseStepOut]),
    patch(f"{CASE}/case-steps/{{case_step_id}}", case_steps.patch_case_step, needs="plans.write", body=CaseStepPatch,
          answer=CaseStepOut, etag=True, raises=ENDED),
    delete(f"{CASE}/case-steps/{{case_step_id}}", case_steps.delete_case_step, needs="plans.write", status=204, etag=True,
           raises=ENDED),
)
# fmt: on
