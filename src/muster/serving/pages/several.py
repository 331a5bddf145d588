"""Answer several hand-offs of the list at once, and take them back at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.responses import Response

from muster.problems import WrongUse
from muster.serving.figures.owners import owner_names
from muster.serving.form_again import Refused
from muster.serving.forms import sellers
from muster.serving.pages.decisions import FIELDS, back_to, may_decide
from muster.serving.screen import Asked
from muster.serving.several import decide_several, undo_several, value_of

_FIELDS = FIELDS | {("nurture", "reason"): "nurture_why", ("reassign", "reason"): "pass_why"}
router = APIRouter(include_in_schema=False)


class Ticked(BaseModel):
    """What the list's one form sends: the rows that are ticked, the verb, and the fields of every verb."""

    verb: str = ""
    picked: list[str] = Field(default=[])
    reason: str = ""
    words: str = ""
    until: str = ""
    trigger: str = ""
    nurture_why: str = ""
    owner: str = ""
    pass_why: str = ""
    key: str = ""
    back: str = "/worklist"


@router.post("/hand-offs/answers")
def answers(asked: Asked, sent: Annotated[Ticked, Form()]) -> Response:
    """Decide about every ticked row, then go back to the list, which says what became of each."""
    may_decide(asked)
    owner = sellers(owner_names(asked)).get(sent.owner, sent.owner)
    value, reason = value_of(sent.verb, sent.model_dump() | {"owner": owner})
    try:
        outcome = decide_several(asked, sent.picked, sent.verb, value=value, reason=reason, key=sent.key)
    except WrongUse as error:
        said = _FIELDS.get((sent.verb, error.field), error.field)
        raise Refused(error.message, remedy=error.remedy, field=said) from None
    return back_to(sent.back, outcome.told)


@router.post("/decisions/undo")
def undo(asked: Asked, ids: Annotated[str, Form()], back: Annotated[str, Form()] = "/worklist") -> Response:
    """Take several decisions back."""
    may_decide(asked)
    listed = ids.split(",")
    undo_several(asked, listed)
    return back_to(back, {"went": ",".join(listed)})
