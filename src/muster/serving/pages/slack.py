"""What Slack sends when somebody presses a button below a hand-off: signed by Slack, decided as their user.

No session and no page: who presses is the user whose Slack member id it is, with the rights and territories
of that user. A browser of another site gets no further than the guards, as everywhere; what comes without
Slack's signature of the last five minutes is refused before it is read.
"""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from muster.access.viewer import Viewer
from muster.deciding.answers import decide
from muster.deciding.hand_off import find_hand_off
from muster.messages.slack_answers import (
    Pressed,
    is_slack,
    pressed,
    say,
    signing_secret,
    told_to_all,
    told_to_one,
)
from muster.messages.successors import hand_off_now
from muster.problems import WrongUse
from muster.serving.deciding import facts_of, names_of
from muster.serving.figures.owners import owner_names
from muster.serving.reading import House, Missing, NoRun, house_of, reading_as
from muster.store.users import user_by_slack_id

router = APIRouter(include_in_schema=False)
_LOG = logging.getLogger("muster.serving")
_MOST = 256 * 1024  # bytes of a press; Slack's messages hold 50 blocks at most


@router.post("/slack/answers")
async def answered(request: Request) -> Response:
    """Decide what somebody pressed, and tell them; nothing is there where no secret is configured."""
    house = house_of(request)
    secret = signing_secret(house.config.messages)
    if secret is None:
        raise Missing
    if int(request.headers.get("content-length") or 0) > _MOST:
        return PlainTextResponse("That is no press of a button.\n", 413)
    body = await request.body()
    if not is_slack(body, request.headers, secret=secret):
        return PlainTextResponse("Slack did not sign this, or too long ago.\n", 401)
    found = pressed(body)
    if found is None:  # a link that was opened, a button of somebody else's
        return Response(status_code=200)
    signature = request.headers["x-slack-signature"]
    is_done, sentence = await run_in_threadpool(_decided, request, house, found, signature)
    told = told_to_all(found, sentence) if is_done else told_to_one(sentence)
    return Response(status_code=200, background=BackgroundTask(_say, house, found, told))


def _decided(request: Request, house: House, found: Pressed, signature: str) -> tuple[bool, str]:
    """Whether the press became a decision, and what to say; one sent again is the same decision."""
    user = user_by_slack_id(house.store, found.slack_id)
    if user is None or user.is_disabled:
        where = f"{(house.config.serve.public_url or '').rstrip('/')}/me"
        return False, f"Nobody in Muster has the Slack member id {found.slack_id}. Enter it at {where}."
    viewer = Viewer(user.user_id, user.name, user.email, user.role, user.owner_ids, user.territories)
    if not viewer.may("decide"):
        return False, f"The role {user.role} does not answer hand-offs."
    try:
        with reading_as(request, viewer) as asked:
            facts = facts_of(asked)
            try:
                subject = find_hand_off(facts.tables, found.hand_off_id).hand_off_id
            except WrongUse:
                subject = hand_off_now(house.store, asked.tables, found.hand_off_id) or ""
            if not subject:
                return False, "There is no such hand-off now, or it is not yours to see. Look in Muster."
            made = decide(
                *(house.store, facts, found.verb, subject),
                by=user.email,
                value=found.value,
                reason=found.reason,
                seen="",  # of a message: it told of a hand-off that nobody had answered
                key=f"slack {signature}",
            )
            return True, f"{names_of(asked, owner_names(asked)).did(made.decision)}. {made.says}"
    except NoRun:
        return False, "There are no tables yet. Build them first."
    except WrongUse as error:
        return False, f"{error.message} {error.remedy or ''}".strip()


def _say(house: House, found: Pressed, told: dict[str, object]) -> None:
    answer = say(found, told, inward_hosts=house.config.messages.inward_hosts)
    if not answer.is_taken:
        _LOG.warning("Slack did not take what became of a press: %s", answer.told)
