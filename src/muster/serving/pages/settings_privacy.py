"""(h) Privacy: what is kept how long, when strangers lose their names, erasing one person: look, then do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from muster.config.settings import Config
from muster.deciding.erasure import Preview, erased_before, preview_erasure
from muster.deciding.strangers import Concerned, days_now, preview_strangers, rule_row
from muster.engine.lock import HOME
from muster.erasing.retention import read_gone
from muster.problems import RuleError, WrongUse
from muster.serving.background import begin, work
from muster.serving.form_again import Refused
from muster.serving.reading import Reading
from muster.serving.rendering import render
from muster.serving.rule_drafts import keep_row
from muster.serving.screen import Asked, Screen, Sheet, screen
from muster.serving.settings import demand, parts_for
from muster.sources.suppression import read_suppression
from muster.workspace import open_workspace

router = APIRouter(include_in_schema=False)
_WORK = "erase"
_TOLD_IN = Path(HOME, "log", "serving-erased.json")  # counts and places: nothing that names anybody
_FOR_GOOD = "for good"


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of what is kept how long, and the key of muster.toml that says so."""

    what: str
    how_long: str
    key: str
    meaning: str


@screen(router, "/settings/privacy", needs="erase_people")
def privacy(asked: Reading) -> Screen:
    """Retention as it stands, who was erased, and the form that finds one person."""
    return _screen(asked)


@router.post("/settings/privacy/find")
def find(asked: Asked, who: Annotated[str, Form()]) -> Response:
    """What would go with one person. A form and no address with a query: their name belongs into no log."""
    demand(asked.viewer, "erase_people")
    workspace = open_workspace(asked.house.workspace)
    before = erased_before(workspace, who)
    if before is not None and before.is_done:
        gone = f"Erased already, on {before.erased_at[:10]}; goes by {before.name} since."
        return render(asked, _screen(asked, said=gone))
    try:
        preview = preview_erasure(workspace, who)
    except WrongUse as error:
        raise Refused(error.message, remedy=error.remedy, field="who") from None
    return render(asked, _screen(asked, preview=preview))


@router.post("/settings/privacy")
def erase(asked: Asked, person_id: Annotated[str, Form()], typed: Annotated[str, Form()] = "") -> Response:
    """Begin to erase whoever was looked at, in a process of its own, if the word was typed."""
    viewer, house = asked.viewer, asked.house
    demand(viewer, "erase_people")
    preview = preview_erasure(open_workspace(house.workspace), person_id)
    if typed.strip().lower() != word_of(preview):
        raise Refused(
            "What was typed is not what was asked for, so nobody was erased.",
            remedy="Look at the person again, and type what the page asks for.",
            field="typed",
            page=render(asked, _screen(asked, preview=preview)),
        )
    arguments = ["erase", preview.whom.person_id, "--yes", "--json", "--by", viewer.email]
    begin(house.workspace, _WORK, arguments, told_in=house.workspace / _TOLD_IN)
    return RedirectResponse("/settings/privacy", 303)


@router.post("/settings/privacy/strangers")
def strangers(
    asked: Asked,
    days: Annotated[int, Form(ge=0, le=36_500)],
    why: Annotated[str, Form()],
    verdict: Annotated[str, Form()] = "",
) -> Response:
    """Whom so many days of silence would concern; saved as a dated rule only once that was seen."""
    demand(asked.viewer, "erase_people")
    demand(asked.viewer, "edit_rules")
    if not why.strip():
        raise Refused("A rule needs a reason.", remedy="Write what it is for.", field="why")
    row = rule_row(days, why.strip(), on=datetime.now(UTC))
    workspace = open_workspace(asked.house.workspace)
    try:
        concerned = preview_strangers(workspace, row)
    except RuleError as error:
        named = error.field if error.field in {"days", "why"} else "days"
        raise Refused(error.message, remedy=error.remedy, field=named) from None
    if verdict != "save":
        return render(asked, _screen(asked, concerned=concerned, why=why.strip()))
    keep_row(workspace.folder, asked.house.store, "retention", row, who=asked.viewer.email)
    return RedirectResponse("/settings/privacy#strangers-title", 303)


def word_of(preview: Preview) -> str:
    """What is typed to confirm: the person's address, else their id."""
    return (preview.whom.addresses or (preview.whom.person_id,))[0].lower()


def _screen(
    asked: Reading,
    *,
    preview: Preview | None = None,
    said: str = "",
    concerned: Concerned | None = None,
    why: str = "",
) -> Screen:
    workspace = asked.house.workspace
    told = read_suppression(workspace)
    people = told.people if told is not None else ()
    erased = tuple((p.name, p.erased_at, p.by, p.is_done) for p in reversed(people))
    days = days_now(open_workspace(workspace))
    kept = _kept(asked.house.config, stranger_days=days)
    gone = read_gone(workspace)[:20]
    sheets: tuple[Sheet, ...] = (
        Sheet("erased", "Who was erased", ("now called", "erased_at", "by", "is_done"), erased),
        Sheet(
            "kept",
            "What is kept how long",
            ("what", "how_long", "key"),
            tuple((k.what, k.how_long, k.key) for k in kept),
        ),
        Sheet("gone", "What went", ("at", "what", "count"), tuple((g.at, g.what, g.count) for g in gone)),
    )
    more = {
        "parts": parts_for(asked.viewer),
        "part": "/settings/privacy",
        "kept": kept,
        "gone": gone,
        "erased": erased,
        "preview": preview,
        "word": word_of(preview) if preview is not None else "",
        "said": said,
        "days": days,
        "concerned": concerned,
        "why": why,
        "work": work(workspace, _WORK),
        "outcome": _outcome(workspace),
    }
    if asked.request.method == "POST":  # what a form was answered with has no address that twins could have
        sheets = ()
    data = {"kept": [asdict(one) for one in kept], "erased": [p[:3] for p in erased]}
    return Screen("settings_privacy.html", "Privacy", data, sheets, active="/settings", more=more)


def _outcome(workspace: Path) -> dict[str, Any] | None:
    """What the last erasure that a page began has done; None where none has ended well."""
    try:
        found: dict[str, Any] = json.loads((workspace / _TOLD_IN).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if not found.get("is_new"):
        return None
    places: dict[tuple[str, str], list[int]] = {}
    for place in found.get("still_in_exports", ()):
        places.setdefault((place["source"], place["file"]), []).append(place["row"])
    is_same = found.get("money") == found.get("money_after")
    return found | {"places": [(*where, rows) for where, rows in sorted(places.items())], "is_same": is_same}


def _kept(config: Config, *, stranger_days: int | None) -> tuple[Kept, ...]:
    kept = config.retention

    def days(number: int | None) -> str:
        return _FOR_GOOD if number is None else f"{number} day{'' if number == 1 else 's'}"

    return (
        Kept(
            "Tables of the run before",
            "until the next run" if kept.run_before and stranger_days is None else "not kept",
            "retention.run_before",
            "What is in force stays as it is; this is the one before it.",
        ),
        Kept(
            "Text of rows set aside",
            days(kept.set_aside_days),
            "retention.set_aside_days",
            "By when their file was last changed. That they were set aside, and why, stays.",
        ),
        Kept(
            "Logs of runs",
            days(kept.logs_days),
            "retention.logs_days",
            "When a run began, how it ended, what work that pages began has said.",
        ),
        Kept(
            "Sessions that are over",
            "until anybody signs in",
            "",
            "Where and when somebody was signed in. The audit trail still says that they signed in.",
        ),
        Kept(
            "Texts of messages",
            days(config.messages.keep_days),
            "messages.keep_days",
            "That a message was sent stays, so that nothing is told twice.",
        ),
        Kept(
            "Names of strangers",
            "for good" if stranger_days is None else f"{stranger_days} days of silence",
            "rules/retention.csv",
            "Addresses and browsers that no record of the CRM names. What they did counts on without a name.",
        ),
        Kept(
            "Engagements, people, deals",
            _FOR_GOOD,
            "",
            "As long as your exports hold them: a run makes every table of what is there.",
        ),
    )
