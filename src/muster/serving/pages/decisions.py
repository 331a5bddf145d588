"""Answer a hand-off, correct a role, take it back; and the list of what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from muster.deciding import roles
from muster.deciding.answers import take_back
from muster.deciding.decided import undo
from muster.deciding.hand_off import find_hand_off
from muster.problems import WrongUse
from muster.serving.deciding import First, Names, facts_of, group_in, names_of, placed, said_of
from muster.serving.deciding import answer as decided
from muster.serving.figures.group.group import group_of
from muster.serving.figures.owners import owner_names
from muster.serving.form_again import Refused
from muster.serving.forms import answer_form, just_done, sellers
from muster.serving.paging import page_asked, pages_of
from muster.serving.reading import Forbidden, Missing, Reading
from muster.serving.screen import Asked, Screen, Sheet, screen
from muster.store.decisions import written_at
from muster.workspace import Workspace

router = APIRouter()
PAGE = 50
_ABOUT = ("accepted", "rejected", "recycled", "nurture", "reassign", "note", "role")
# The field of a form that holds what a verb takes as its value or its reason.
FIELDS = {
    ("reject", "value"): "words",
    ("nurture", "value"): "until",
    ("reassign", "value"): "owner",
    ("note", "reason"): "words",
}
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Row:
    """One decision of the list."""

    decision_id: str
    kind: str
    buying_group_id: str
    account: str
    solution: str
    sentence: str
    by: str
    written_at: str
    state: str
    is_pending: bool


class Sent(BaseModel):
    """What the forms that answer a hand-off send; `seen` is the last decision that their page told of."""

    verb: str
    seen: str = ""
    reason: str = ""
    words: str = ""
    until: str = ""
    trigger: str = ""
    owner: str = ""
    key: str = ""
    back: str = "/worklist"


@router.post("/hand-offs/{hand_off_id}/answer")
def answer(asked: Asked, hand_off_id: str, sent: Annotated[Sent, Form()]) -> Response:
    """Decide about a hand-off, then go back; where somebody else was first, say who."""
    may_decide(asked)
    facts = facts_of(asked)
    try:
        hand_off = find_hand_off(facts.tables, hand_off_id)
    except WrongUse:
        raise Missing from None
    subject, group_id = hand_off.hand_off_id, hand_off.buying_group_id
    owner = sellers(owner_names(asked)).get(sent.owner, sent.owner)
    values = {"reject": sent.words, "nurture": sent.trigger or sent.until, "reassign": owner}
    said = values.get(sent.verb, ""), sent.words if sent.verb == "note" else sent.reason
    try:
        made = decided(
            *(asked, facts, sent.verb, subject), value=said[0], reason=said[1], seen=sent.seen, key=sent.key
        )
    except First as first:
        return back_to(sent.back, {"first": first.decision_id}, row=group_id)
    except WrongUse as error:
        field = FIELDS.get((sent.verb, error.field), error.field)
        raise Refused(error.message, remedy=error.remedy, field=field) from None
    return back_to(sent.back, {"done": made}, row=group_id)


@router.post("/groups/{group_id}/roles")
def role(asked: Asked, group_id: str, person: Text, role: Text, words: Text = "") -> Response:
    """Say which part somebody plays in a group that the viewer may see."""
    may_decide(asked)
    if group_of(asked.tables, group_id) is None:
        raise Missing
    workspace = Workspace(asked.house.workspace)
    made = roles.correct(workspace, group_id, person, role, reason=words, by=asked.viewer.email)
    return back_to(f"/groups/{group_id}", {"done": made.decision.decision_id}, row=person)


@router.post("/decisions/{decision_id}/undo")
def undo_form(asked: Asked, decision_id: str, back: Text = "/decisions") -> Response:
    """Take a decision back that the viewer may see the subject of."""
    may_decide(asked)
    for row in _rows(asked, names_of(asked, {})):
        if row.decision_id == decision_id:
            if row.kind == "role":
                workspace = Workspace(asked.house.workspace)
                undo(workspace, decision_id, about=roles.ROLES, by=asked.viewer.email)
            else:
                take_back(asked.store, facts_of(asked), decision_id, by=asked.viewer.email)
            return back_to(back, {"undone": decision_id}, row=row.buying_group_id)
    raise Missing


@screen(router, "/decisions", needs="see_groups")
def decisions(asked: Reading) -> Screen:
    """What was decided about the groups the viewer may see, the latest first."""
    names = names_of(asked, owner_names(asked))
    rows = _rows(asked, names)
    whose = asked.query.get("whose", "mine")
    listed = [row for row in rows if whose == "all" or row.by == asked.viewer.email]
    pages = pages_of(len(listed), PAGE)
    page = page_asked(asked.query, pages)
    columns = tuple(Row.__slots__)
    return Screen(
        "decisions.html",
        "Decisions",
        listed,
        (
            Sheet(
                "decisions",
                "Decisions",
                columns,
                tuple(tuple(getattr(r, c) for c in columns) for r in listed),
            ),
        ),
        active="/worklist",
        more={
            "shown": listed[(page - 1) * PAGE : page * PAGE],
            "page": page,
            "pages": pages,
            "whose": whose,
            "pending": sum(row.is_pending for row in listed),
            "form": answer_form(asked),
            "done": just_done(asked, names),
        },
    )


def _rows(asked: Reading, names: Names) -> list[Row]:
    """Decisions about hand-offs and roles, of groups that the viewer may see, the latest first."""
    said = [one for about in said_of(asked).values() for one in about if one.decision.kind in _ABOUT]
    where = placed(asked, [one.decision.subject_id for one in said])
    rows = []
    for one in said:
        there = where.get(group_in(one.decision.subject_id))
        if there is not None:
            d = one.decision
            rows.append(
                Row(
                    d.decision_id,
                    d.kind,
                    there["buying_group_id"],
                    there["account"],
                    there["solution_id"],
                    names.did(d),
                    d.decided_by,
                    _written(d.decision_id, d.decided_at),
                    one.state,
                    one.is_pending,
                )
            )
    return sorted(rows, key=lambda row: (row.written_at, row.decision_id), reverse=True)


def _written(decision_id: str, decided_at: str) -> str:
    """When one of ours was written down, from its id; of others the date that they tell."""
    at = written_at(decision_id)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at is not None else decided_at[:19].replace("T", " ")


def may_decide(asked: Reading) -> None:
    """Raise Forbidden for who only looks."""
    if not asked.viewer.may("decide"):
        raise Forbidden


def back_to(address: str, told: Mapping[str, str], *, row: str = "") -> Response:
    """To the page that a form stood on, never another site, with what happened; down to a row of it."""
    ours = address.startswith(("/worklist", "/groups/", "/decisions")) and "\\" not in address
    address = address if ours else "/worklist"
    anchor = f"#{quote(row)}" if row and not address.startswith("/decisions") else ""
    joint = "&" if "?" in address else "?"
    return RedirectResponse(f"{address}{joint}{urlencode(told, safe=',')}{anchor}", 303)
