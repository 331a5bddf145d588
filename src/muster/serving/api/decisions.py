"""What people decide: read it, and decide, with nobody overwriting what they did not know of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query
from pydantic import Field
from starlette.responses import Response

from muster.deciding.answers import Made, already, decide, take_back
from muster.deciding.facts import Facts, every_decision, recorded
from muster.deciding.pending import Said, said_of
from muster.problems import Conflict
from muster.serving.api.answers import Answer, Page, row_model, tags_of, written
from muster.serving.api.callers import Call, reads
from muster.serving.api.listing import After, Id, Limit, Since, key_of, next_page, refuse_unknown, row_of
from muster.serving.api.problems import Refused, described, not_there
from muster.serving.api.resources import HAND_OFFS
from muster.store.decisions import UNDO, written_at

Verb = Literal["accept", "reject", "nurture", "reassign", "note", "exclude", "include", "undo"]
Text = Annotated[str, Field(max_length=2000)]


class Decision(Answer):
    """What somebody decided, and where it stands."""

    decision_id: str = Field(description="its id")
    kind: str = Field(description="accepted, rejected, nurture, reassign, note, exclude, role, merge, ...")
    subject_id: str = Field(description="what it is about: a hand-off, a group, a record, a domain")
    other_id: str = Field(description="the second subject, of merges and roles; the solution of an exclusion")
    value: str = Field(description="until when, to whom, which role")
    reason: str = Field(description="why")
    decided_by: str = Field(description="who")
    decided_at: datetime = Field(description="the date of the tables it was taken on")
    written_at: datetime | None = Field(description="when it was written; null where another source tells it")
    state: str = Field(description="in force, undone or overruled by a later one")
    is_pending: bool = Field(description="the run in force did not know of it; the next one applies it")
    undone_by: str | None = Field(description="the decision that took it back")


class HandOffWithDecisions(row_model(HAND_OFFS)):  # type: ignore[misc]
    """A hand-off with what people decided about it; its ETag changes when somebody decides."""

    decisions: list[Decision] = Field(description="what people decided about it, oldest first")


class NewDecision(Answer):
    """A decision to be kept."""

    verb: Verb = Field(description="what is decided")
    subject: Annotated[str, Field(min_length=1, max_length=255)] = Field(
        description="a hand-off or its group; an account's record, id or domain (exclude, include);"
        " a decision (undo)"
    )
    reason: Text = Field("", description="why; of reject one of the reasons in rules/answers.csv")
    value: Text = Field(
        "",
        description="of nurture a day or a trigger (hand_raise, new_person, new_role, decision_maker); of"
        " reassign the seller's CRM id; of exclude the day until which; of reject more words",
    )
    solution: Annotated[str, Field(max_length=255)] = Field(
        "", description="of exclude and include: this solution alone"
    )
    seen: Annotated[str, Field(max_length=255)] = Field(
        "", description="the last decision about it that you know of, where no If-Match says so"
    )


Key = Annotated[
    str,
    Header(
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="A new one for each decision: sent again within a day, it is answered as the first time.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(max_length=500, description="The ETag of the hand-off as you read it; 412 where it has changed."),
]
_READS = reads("decisions:read", "see_groups")
_READS_HAND_OFFS = reads("hand_offs:read", "see_groups")
_WRITES = reads("decisions:write", "decide")
_AFTER_AGAIN = "Read it again, and send its ETag in If-Match if you still want to."

router = APIRouter()


@router.get(
    "/hand-offs/{id}",
    response_model=HandOffWithDecisions,
    tags=["hand-offs"],
    summary="One of hand-offs",
    response_description="The hand-off, and what people decided about it.",
)
def one_hand_off(id: Id, call: Call = Depends(_READS_HAND_OFFS)) -> Response:
    """A group given to sales, with what people decided about it so far, also since the last run."""
    refuse_unknown(call.request, set())
    return written(call.request, _hand_off(call, id))


@router.get(
    "/decisions",
    response_model=Page[Decision],
    tags=["decisions"],
    summary="List decisions",
    response_description="One page, in the order of writing.",
)
def list_decisions(
    call: Call = Depends(_READS),
    limit: Limit = 50,
    after: After = None,
    updated_since: Since = None,
    subject: Annotated[str | None, Query(max_length=255, description="Decisions about this.")] = None,
) -> Response:
    """What people decided about what the caller may see; `updated_since` is held against `written_at`."""
    refuse_unknown(call.request, {"limit", "after", "updated_since", "subject"})
    told = [one for one in _seen(call) if subject in (None, one.subject_id, one.other_id)]
    told.sort(key=lambda one: one.decision_id)  # ours sort as they were written; so do pages
    if updated_since is not None:
        told = [one for one in told if one.written_at is not None and one.written_at >= updated_since]
    if after is not None:
        key = key_of(after)
        told = [one for one in told if one.decision_id > key]
    page = told[:limit]
    following = next_page(call.request, page[-1].decision_id) if len(told) > limit else None
    return written(call.request, Page[Decision](items=page, next=following))


@router.get(
    "/decisions/{id}",
    response_model=Decision,
    tags=["decisions"],
    summary="One decision",
    response_description="The decision, and where it stands.",
)
def one_decision(id: Id, call: Call = Depends(_READS)) -> Response:
    """One decision, and whether it is in force."""
    refuse_unknown(call.request, set())
    return written(call.request, _one(call, id))


@router.post(
    "/decisions",
    response_model=Decision,
    status_code=201,
    tags=["decisions"],
    summary="Decide",
    response_description="It is kept, and on the disk.",
    responses={
        200: {"model": Decision, "description": "That was decided already; nothing was written."},
        **described(400, "The body is no JSON."),
        **described(409, "Somebody decided since, or the key was used for something else."),
        **described(412, "The hand-off is no longer what If-Match names."),
    },
)
def new_decision(
    asked: NewDecision, idempotency_key: Key, if_match: IfMatch = None, call: Call = Depends(_WRITES)
) -> Response:
    """Accept, reject, return to nurture, pass on, note, keep an account out, or take a decision back.

    Who knows of the decisions before says so, by the hand-off's ETag in If-Match or by `seen`; else only
    the first decision about something is taken. The next run applies it.
    """
    refuse_unknown(call.request, set())
    store, facts, by = call.house.store, _facts(call), call.viewer.email
    said = {"value": asked.value, "reason": asked.reason, "solution": asked.solution, "by": by}
    if asked.verb == UNDO:
        _one(call, asked.subject)
        made = take_back(store, facts, asked.subject, by=by, reason=asked.reason, key=idempotency_key)
        return _made(call, made, decision_id=asked.subject)
    if not call.tables.records(_SEEN_IDS, [[asked.subject.strip()]]):
        raise not_there()
    made_before = already(store, facts, asked.verb, asked.subject, **said, key=idempotency_key)
    if made_before is not None:
        return _made(call, made_before)
    seen = asked.seen
    if if_match is not None:
        seen = _last_seen(call, asked, if_match)
    try:
        made = decide(store, facts, asked.verb, asked.subject, **said, seen=seen, key=idempotency_key)
    except Conflict as error:
        status, code = (412, "changed") if if_match is not None else (409, "conflict")
        raise Refused(status, code, error.message, remedy=_AFTER_AGAIN) from error
    return _made(call, made)


def _last_seen(call: Call, asked: NewDecision, if_match: str) -> str:
    """The last decision that the caller knew of. Raises Refused where the hand-off changed since."""
    if asked.verb in {"exclude", "include"}:
        raise Refused(422, "invalid", "If-Match names a hand-off; of an account, say `seen`.")
    (latest,) = call.tables.records(_LATEST, [asked.subject.strip()] * 2)
    now = _hand_off(call, latest["id"] or "")
    tag = written(call.request, now).headers["etag"]
    if tag not in tags_of(if_match) and if_match.strip() != "*":
        last = now.decisions[-1] if now.decisions else None
        words = "The hand-off has changed since you read it."
        if last is not None:
            words = f"{last.decided_by} was first: {last.decision_id} says {last.kind} {last.subject_id}."
        raise Refused(412, "changed", words, remedy=_AFTER_AGAIN)
    return next((one.decision_id for one in reversed(now.decisions) if one.kind != "note"), "")


def _hand_off(call: Call, hand_off_id: str) -> HandOffWithDecisions:
    row = row_of(call, HAND_OFFS, hand_off_id)
    about = {row["hand_off_id"], row["buying_group_id"]}
    decisions = [one for one in _said(call) if one.subject_id in about]
    told: HandOffWithDecisions = HandOffWithDecisions.model_validate(row | {"decisions": decisions})
    return told


def _made(call: Call, made: Made, *, decision_id: str = "") -> Response:
    """The decision that was made; of one taken back, the one that no longer holds."""
    told = decision_id or made.decision.decision_id
    answer = written(call.request, _one(call, told), status=201 if made.is_new else 200)
    answer.headers["location"] = f"/api/v1/decisions/{told}"
    return answer


def _one(call: Call, decision_id: str) -> Decision:
    for one in _seen(call):
        if one.decision_id == decision_id:
            return one
    raise not_there()


def _facts(call: Call) -> Facts:
    snapshot = call.snapshot
    told = snapshot.once("what the run knew of decisions", lambda: recorded(snapshot.folder))
    as_of = snapshot.as_of.replace(tzinfo=UTC).isoformat()
    return Facts(call.tables, as_of, call.house.rules, told)


def _said(call: Call) -> list[Decision]:
    facts = _facts(call)
    every = every_decision(call.house.store, facts)
    told = [_told(said) for said in said_of(every, facts.recorded_ids)]
    return sorted(told, key=lambda one: one.decision_id)


def _seen(call: Call) -> list[Decision]:
    """The decisions about what the caller may see; nobody's name or id tells of anything else."""
    told = _said(call)
    if call.viewer.may("see_all_accounts"):
        return told
    ids = {id for one in told for id in _ids(one)}
    found = call.tables.records(_SEEN_IDS, [sorted(ids)])
    seen = {row["id"] for row in found}
    return [one for one in told if _ids(one) <= seen]


_LATEST = """
    SELECT ARG_MAX(h.hand_off_id, h."at") AS id FROM hand_off AS h
    WHERE h.hand_off_id = ? OR h.buying_group_id = ?"""
_SEEN_IDS = """
    SELECT x.id FROM (
        SELECT hand_off_id AS id FROM hand_off
        UNION SELECT buying_group_id FROM buying_group
        UNION SELECT account_id FROM account
        UNION SELECT account_record_id FROM account_alias
        UNION SELECT domain FROM account_domain
        UNION SELECT person_id FROM person
        UNION SELECT person_record_id FROM person_alias
        UNION SELECT email FROM person_address
    ) AS x WHERE list_contains(?, x.id)"""


def _ids(decision: Decision) -> set[str]:
    """What a decision names that belongs to an account."""
    other = decision.other_id if decision.kind not in {"exclude", "include"} else ""
    return {decision.subject_id, *([other] if other else [])}


def _told(said: Said) -> Decision:
    one = said.decision
    values: dict[str, Any] = {
        name: getattr(one, name)
        for name in ("decision_id", "kind", "subject_id", "other_id", "value", "reason", "decided_by")
    }
    return Decision(
        **values,
        decided_at=datetime.fromisoformat(one.decided_at),
        written_at=written_at(one.decision_id),
        state=said.state,
        is_pending=said.is_pending,
        undone_by=said.undone_by or None,
    )
