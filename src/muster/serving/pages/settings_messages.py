"""(h) Messages: where they go, what became of each, once more or no more; and one's own choices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from muster.messages.kinds import KINDS
from muster.messages.outbox import new_target, try_target, wish, wishes
from muster.problems import WrongUse
from muster.serving.reading import Reading, house_of, viewer_of
from muster.serving.rendering import render_plain
from muster.serving.screen import Screen, Sheet, screen
from muster.serving.settings import demand, parts_for
from muster.store.choices import Choice
from muster.store.deliveries import counted_by_state, discard, read_deliveries, redeliver
from muster.store.targets import enable_target, read_targets, remove_target, target_named
from muster.store.users import read_users, user_by_id

router = APIRouter(include_in_schema=False)
_COLUMNS = ("number", "kind", "channel", "to", "state", "attempts", "next_at", "last_answer", "created_at")
_SHOWN = 200


@screen(router, "/settings/messages", needs="manage_deliveries")
def messages(asked: Reading) -> Screen:
    """The latest deliveries, of one state where asked, and every target."""
    state = asked.query.get("state", "")
    counts = counted_by_state(asked.store)
    found = read_deliveries(asked.store, states=[state] if state in counts else [], most=_SHOWN)
    targets = read_targets(asked.store)
    names: dict[object, str] = {target.target_id: target.name for target in targets}
    users = read_users(asked.store)
    names |= {user.user_id: user.email for user in users}
    told = [
        {
            **{column: getattr(one, column) for column in _COLUMNS if column != "to"},
            "to": names.get(one.target_id or one.user_id, ""),
            "sentence": one.payload.get("sentence", ""),
        }
        for one in found
    ]
    more = {
        "parts": parts_for(asked.viewer),
        "part": "/settings/messages",
        "counts": counts,
        "targets": targets,
        "kinds": KINDS,
        "users": [user for user in users if not user.is_disabled],
        "seeing": {target.target_id: names.get(target.user_id, "") for target in targets},
        "has_mail": asked.house.config.messages.smtp is not None,
    }
    rows = tuple(tuple(one[column] for column in _COLUMNS) for one in told)
    sheet = Sheet("deliveries", "Deliveries", _COLUMNS, rows)
    return Screen("settings_messages.html", "Messages", told, (sheet,), active="/settings", more=more)


@router.post("/settings/messages/{number}")
def once_more(request: Request, number: int, verdict: Annotated[str, Form()]) -> Response:
    """Send a message once more, or no more."""
    viewer, store = viewer_of(request), house_of(request).store
    demand(viewer, "manage_deliveries")
    if verdict == "redeliver":
        redeliver(store, number, by=viewer.email, now=datetime.now(UTC))
    else:
        discard(store, number, by=viewer.email)
    return RedirectResponse("/settings/messages", 303)


@router.post("/settings/targets")
def add(  # noqa: PLR0917 - a form has as many fields
    request: Request,
    name: Annotated[str, Form()],
    channel: Annotated[str, Form()],
    address: Annotated[str, Form()],
    sees: Annotated[str, Form()] = "",
    kinds: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """A new place that messages go to; a webhook's secret is shown once."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "manage_deliveries")
    made = new_target(
        *(house.store, house.config, name),
        channel=channel,
        address=address,
        kinds=kinds or (),
        user_id=int(sees) if sees.isascii() and sees.isdigit() else None,
        by=viewer.email,
    )
    if not made.secret:
        return RedirectResponse("/settings/messages", 303)
    told: dict[str, Any] = {"title": f"The secret of {made.name}", "secret": made.secret}
    told |= {"sentence": "With it a receiver checks that a message is from here. Nothing can show it again."}
    return render_plain(request, "shown_once.html", back="/settings/messages", **told)


@router.post("/settings/targets/{name}")
def change(request: Request, name: str, verdict: Annotated[str, Form()]) -> Response:
    """Send a test to a target, take up one that was disabled, or remove it."""
    viewer, house = viewer_of(request), house_of(request)
    demand(viewer, "manage_deliveries")
    if verdict == "remove":
        remove_target(house.store, name, by=viewer.email)
        return RedirectResponse("/settings/messages", 303)
    if verdict == "enable":
        enable_target(house.store, target_named(house.store, name).target_id, by=viewer.email)
        return RedirectResponse("/settings/messages", 303)
    answer = try_target(house.store, house.config, name, public_url=house.config.serve.public_url or "")
    told: dict[str, Any] = {"title": "The test went out" if answer.is_taken else "The test did not arrive"}
    told |= {"sentence": answer.told, "remedy": "", "address": "/settings/messages", "word": "Back"}
    return render_plain(request, "message.html", **told)


@router.get("/me/messages")
def my_messages(request: Request) -> Response:
    """Which messages one gets, and by which way."""
    viewer, house = viewer_of(request), house_of(request)
    user = user_by_id(house.store, viewer.user_id)
    assert user is not None
    found = wishes(house.store, user, house.config)
    return render_plain(request, "my_messages.html", title="Your messages", wishes=found)


@router.post("/me/messages")
def choose(
    request: Request,
    kind: Annotated[str, Form()],
    channel: Annotated[str, Form()],
    is_on: Annotated[bool, Form()] = False,
    weekday: Annotated[int, Form()] = 0,
) -> Response:
    """Keep one choice."""
    viewer = viewer_of(request)
    if not 0 <= weekday < 7:
        raise WrongUse("A week has seven days, 0 (Monday) to 6.", field="weekday")
    choice = Choice(viewer.user_id, kind, channel, is_on, weekday)
    wish(house_of(request).store, choice, by=viewer.email)
    return RedirectResponse("/me/messages", 303)
