"""Answer several hand-offs of the list at once, and take them back at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from muster.serving.figures.owners import owner_names
from muster.serving.forms import sellers
from muster.serving.pages.decisions import may_decide, own_page
from muster.serving.reading import Reading, reading
from muster.serving.several import decide_several, undo_several, value_of

router = APIRouter(include_in_schema=False)
Asked = Annotated[Reading, Depends(reading)]


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
    outcome = decide_several(asked, sent.picked, sent.verb, value=value, reason=reason, key=sent.key)
    return _to(sent.back, outcome.address)


@router.post("/decisions/undo")
def undo(asked: Asked, ids: Annotated[str, Form()], back: Annotated[str, Form()] = "/worklist") -> Response:
    """Take several decisions back."""
    may_decide(asked)
    listed = ids.split(",")
    undo_several(asked, listed)
    return _to(back, f"went={','.join(listed)}")


def _to(back: str, told: str) -> Response:
    address = own_page(back)
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{told}", 303)
