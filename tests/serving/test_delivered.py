"""From a choice in the browser to what arrives, by mail and webhook; what did not is sent again there."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.in_chromium import OVERFLOW, locks_nobody_out
from tests.messages.receivers import Script, listening
from tests.messages.test_mail import Box, serving
from tests.serving.conftest import Served
from tests.serving.test_the_app_notices import SAID_NO, nothing

from muster.config.settings import FILE
from muster.messages.schedule import STEPS
from muster.messages.telling import Teller
from muster.store.audit import entries

OLD = "The records are old, or a run failed"
DOWN = (503, {}, b"down for a week")
STEP = timedelta(days=1, hours=5)  # longer than Muster waits between any two attempts


class Days:
    """A clock that a test moves on: so far back that all attempts are past."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) - STEP * (len(STEPS) + 1)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def told_by_hand(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A server of its own that tells nothing by itself: the test has the clock."""
    monkeypatch.setattr("muster.serving.app.telling", lambda *_: nullcontext())
    served: Served = request.getfixturevalue("own_server")
    return served


def chosen(admin: Any, marketer: Any, receiver: str) -> str:
    """A marketer wants mail about old records, an admin sends them to a webhook; its secret."""
    marketer.goto("/me/messages")
    marketer.get_by_role("button", name=f"Turn on: {OLD} by email").click()
    marketer.get_by_role("button", name=f"Turn off: {OLD} by email").wait_for()
    admin.goto("/settings/messages")
    admin.get_by_text("Add a target", exact=True).click()
    admin.get_by_label("Name", exact=True).fill("ops")
    admin.get_by_label("Address: of the webhook").fill(f"{receiver}/in")
    admin.get_by_label(OLD).check()
    admin.get_by_role("button", name="Add", exact=True).click()
    return str(admin.locator("code").inner_text())


def told_and_sent_again(server: Served, admin: Any, marketer: Any) -> None:
    """The bundled company's records are old: mail arrives, the webhook is down for days and then is not."""
    script, box, clock = Script([DOWN]), Box(), Days()
    with listening(script) as receiver, serving(box, None) as port:
        with (server.workspace / FILE).open("a") as file:
            file.write('\n[messages]\ninward_hosts = ["127.0.0.1"]\n')
            file.write(f'[messages.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n')
            file.write('from = "muster@halden.example"\n')
        secret = chosen(admin, marketer, receiver)
        teller = Teller(server.workspace, server.store, clock)
        for _ in range(len(STEPS) + 1):
            teller.round()
            clock.now += STEP
        old = [recipients for _, recipients, mail in box.got if "newest record" in str(mail["subject"])]
        assert sorted(old) == [[f"{who}@halden.example"] for who in ("admin", "analyst", "marketer")]
        assert len(script.got) == len(STEPS) + 1
        assert len({headers["webhook-id"] for _, headers, _ in script.got}) == 1

        admin.goto("/settings/messages")
        assert admin.inner_text(".opening") == "1 message did not arrive."
        admin.get_by_role("link", name="1 message").click()
        [row] = admin.locator("tbody tr").all()
        assert "ops" in row.inner_text() and "503 down for a week" in row.inner_text()
        script.answers = [(204, {}, b"")]
        row.get_by_role("button", name="again").click()
        admin.get_by_text("Every message arrived, or is on its way.").wait_for()
        clock.now = datetime.now(UTC)
        teller.round()
        path, headers, body = script.got[-1]
        assert path == "/in" and headers["webhook-id"] == script.got[0][1]["webhook-id"]
        assert json.loads(body) == Webhook(secret).verify(body, headers)
        teller.round()
    assert len(script.got) == len(STEPS) + 2, "once it is taken it is not sent again"
    admin.reload()
    [row] = [row for row in admin.locator("tbody tr").all() if "ops" in row.inner_text()]
    assert "sent" in row.inner_text() and "Every message arrived" in admin.inner_text(".opening")
    assert [e.who for e in entries(server.store) if e.action == "redeliver"] == ["admin@halden.example"]


@pytest.mark.browser
def test_what_did_not_arrive_is_seen_and_sent_again_from_settings(
    signed_in: Callable[..., Any], told_by_hand: Served
) -> None:
    admin = signed_in("admin", server=told_by_hand, width=390, scheme="dark")
    told_and_sent_again(told_by_hand, admin, signed_in("marketer", server=told_by_hand))
    locks_nobody_out(admin)
    assert admin.evaluate(OVERFLOW) <= 0


@pytest.mark.browser
@pytest.mark.parametrize(
    "where",
    ["muster.serving.pages.settings_messages.redeliver", "muster.serving.pages.settings_messages.wish"],
    ids=["a message is not sent again", "a choice is not kept"],
)
def test_it_is_noticed_that(
    signed_in: Callable[..., Any], told_by_hand: Served, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    from playwright.sync_api import TimeoutError as Waited  # noqa: PLC0415 - where Playwright is missing, too

    monkeypatch.setattr(where, nothing)
    admin, marketer = signed_in("admin", server=told_by_hand), signed_in("marketer", server=told_by_hand)
    for page in (admin, marketer):
        page.set_default_timeout(5_000)
    with pytest.raises((*SAID_NO, Waited)):
        told_and_sent_again(told_by_hand, admin, marketer)
