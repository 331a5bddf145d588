"""(g) What somebody should judge: pairs of people and accounts, joined or held apart, with yes and no."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.deciding.accounts import ACCOUNTS
from muster.deciding.people import PEOPLE
from muster.deciding.who_is_who import merge, split
from muster.problems import WrongUse
from muster.serving.figures.review import Pair, pairs
from muster.serving.pages.health import PARTS
from muster.serving.reading import Forbidden, Reading, house_of, viewer_of
from muster.serving.screen import Screen, Sheet, screen
from muster.store.decisions import UNDO, Decision, read_decisions
from muster.workspace import Workspace

router = APIRouter(include_in_schema=False)
_COLUMNS = (
    *("matter", "one", "other", "one_shown", "other_shown", "one_is", "other_is"),
    *("fate", "probability", "why", "groups"),
)
_MATTERS = {"people": PEOPLE, "accounts": ACCOUNTS}


@screen(router, "/health/review", needs="see_data_health")
def review(asked: Reading) -> Screen:
    """The pairs, riskiest first, each with what was decided about it since."""
    found = asked.once("pairs", lambda: pairs(asked.tables))
    rows = tuple(tuple(getattr(pair, column) for column in _COLUMNS) for pair in found)
    said = _decided(read_decisions(asked.store))
    more = {"parts": PARTS, "part": "/health/review", "said": {pair: said.get(_key(pair)) for pair in found}}
    sheet = Sheet("pairs", "Pairs to review", _COLUMNS, rows)
    return Screen("health_review.html", "To review", found, (sheet,), active="/health", more=more)


@router.post("/health/review")
def judge(  # noqa: PLR0917 - a form has as many fields
    request: Request,
    matter: Annotated[str, Form()],
    one: Annotated[str, Form()],
    other: Annotated[str, Form()],
    verdict: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Keep that two are one (`one`), or that they are two (`two`); the next run applies it."""
    viewer = viewer_of(request)
    if not viewer.may("merge"):
        raise Forbidden
    if matter not in _MATTERS or verdict not in {"one", "two"}:
        raise WrongUse("That is no verdict about people or accounts.", remedy="Use the buttons of the page.")
    workspace = Workspace(house_of(request).workspace)
    decide = merge if verdict == "one" else split
    decide(workspace, one, other, about=_MATTERS[matter], reason=reason, by=viewer.email)
    return RedirectResponse("/health/review", 303)


def _decided(decisions: list[Decision]) -> dict[frozenset[str], str]:
    """What was said of each pair last, unless it was taken back."""
    taken_back = {d.subject_id for d in decisions if d.kind == UNDO}
    return {d.pair: d.says for d in decisions if d.kind != UNDO and d.decision_id not in taken_back}


def _key(pair: Pair) -> frozenset[str]:
    return frozenset((pair.one, pair.other))
