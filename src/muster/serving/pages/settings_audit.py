"""(h) The audit trail: who did what, newest first, and whether every row is as it was written."""

from __future__ import annotations

import json

from fastapi import APIRouter

from muster.serving.paging import page_asked, pages_of
from muster.serving.reading import Reading
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import parts_for
from muster.store.audit import entries, first_broken

router = APIRouter(include_in_schema=False)
PAGE = 100
_COLUMNS = ("number", "at", "who", "action", "subject", "detail", "seal")


@screen(router, "/settings/audit", needs="see_audit")
def audit(asked: Reading) -> Screen:
    """A hundred rows a page; the chain of seals is checked whenever it is shown."""
    told = entries(asked.store)
    broken = first_broken(told)
    who, action = asked.query.get("who", ""), asked.query.get("action", "")
    found = [e for e in reversed(told) if who in ("", e.who) and action in ("", e.action)]
    pages = pages_of(len(found), PAGE)
    page = page_asked(asked.query, pages)
    more = {
        "parts": parts_for(asked.viewer),
        "part": "/settings/audit",
        "broken": broken,
        "shown": [(entry, in_words(entry.detail)) for entry in found[(page - 1) * PAGE : page * PAGE]],
        "page": page,
        "pages": pages,
        "people": sorted({e.who for e in told}),
        "actions": sorted({e.action for e in told}),
        "last_seal": told[-1].seal if told else "",
    }
    rows = tuple(tuple(getattr(entry, column) for column in _COLUMNS) for entry in found)
    sheet = Sheet("audit", "The audit trail", _COLUMNS, rows)
    return Screen("settings_audit.html", "Audit", found, (sheet,), active="/settings", more=more)


def in_words(detail: str) -> str:
    """What an entry holds besides, as a reader would write it; seals and twins keep it as it was written.

    >>> in_words('{"how": "password", "owner_ids": ["u7", "u9"], "until": null}')
    'how: password; owner ids: u7, u9; until: none'
    >>> in_words('{"before": {"name": "Ann", "role": "rep"}, "after": {"name": "Ann", "role": "analyst"}}')
    'role: rep, now analyst'
    >>> in_words('{"before": null, "after": {"name": "Ann", "is_disabled": false}}')
    'name: Ann'
    """
    told = json.loads(detail)
    if isinstance(told.get("after"), dict):
        told |= _changed(told.pop("before", None) or {}, told.pop("after"))
    return "; ".join(f"{key.replace('_', ' ')}: {_value(value)}" for key, value in told.items())


def _changed(before: dict[str, object], after: dict[str, object]) -> dict[str, str]:
    """What a row that was changed says otherwise than before; what a new one says at all."""
    return {
        key: f"{_value(before.get(key))}, now {_value(value)}" if before else _value(value)
        for key, value in after.items()
        if (value != before.get(key) if before else value not in (None, False, [], ""))
    }


def _value(value: object) -> str:
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return (
        "none"
        if value is None
        else {True: "yes", False: "no"}[value]
        if isinstance(value, bool)
        else str(value)
    )
