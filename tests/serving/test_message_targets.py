"""Places that messages go to, in the browser: added, tried against receivers that listen, and removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from standardwebhooks import Webhook
from tests.in_chromium import OVERFLOW, locks_nobody_out
from tests.messages.receivers import Script, listening
from tests.messages.test_mail import Box, serving

from muster.config.settings import FILE
from muster.store.audit import entries
from muster.store.targets import read_targets

OK = (200, {"content-type": "application/json"}, b'{"ok": true, "ts": "1.2"}')
SENTENCE = "This is a test of Muster's way to"


def add(page: Any, name: str, way: str, address: str, *, sees: str = "") -> None:
    """Fill the form in and send it."""
    page.goto("/settings/messages")
    page.get_by_text("Add a target", exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Way", exact=True).select_option(way)
    page.get_by_label("Address: of the webhook").fill(address)
    if sees:
        page.get_by_label("Whose accounts it is told of").select_option(label=sees)
    page.get_by_role("button", name="Add", exact=True).click()


@pytest.mark.browser
def test_a_target_is_added_tried_and_removed(
    signed_in: Callable[..., Any], own_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_SLACK_TOKEN", "xoxb-geheim")
    script, box = Script(), Box()
    with listening(script) as receiver, serving(box, None) as port:
        with (own_server.workspace / FILE).open("a") as file:
            file.write('\n[messages]\ninward_hosts = ["127.0.0.1"]\n')
            file.write(f'[messages.slack]\napi_url = "{receiver}/api/"\n')
            file.write(f'[messages.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n')
            file.write('from = "muster@halden.example"\n')
        page = signed_in("admin", server=own_server, width=390)

        add(page, "ours", "webhook", f"{receiver}/hook?key=geheim")
        secret = page.locator("code").inner_text()
        page.get_by_role("link", name="Back").click()
        assert "geheim" not in page.content() and secret not in page.content()  # shown once
        page.get_by_role("button", name="Send a test to ours").click()
        assert page.get_by_role("heading", name="The test went out").is_visible()
        [(path, headers, body)] = script.got
        told = Webhook(secret).verify(body, headers)
        assert path == "/hook?key=geheim" and f"{SENTENCE} ours" in json.dumps(told)

        add(page, "sales", "slack", "#sales")
        script.answers = [OK]
        page.get_by_role("button", name="Send a test to sales").click()
        assert page.get_by_role("heading", name="The test went out").is_visible()
        path, headers, body = script.got[-1]
        assert path == "/api/chat.postMessage" and headers["authorization"] == "Bearer xoxb-geheim"
        assert "#sales" in body.decode() or parse_qs(body.decode())["channel"] == ["#sales"]

        add(page, "channel", "slack", f"{receiver}/services/T0/B0/geheim")
        script.answers = [(404, {}, b"no_service")]
        page.get_by_role("button", name="Send a test to channel").click()
        assert page.get_by_role("heading", name="The test did not arrive").is_visible()
        assert "404" in page.inner_text("main")
        assert script.got[-1][0] == "/services/T0/B0/geheim"

        add(page, "dach", "email", "dach@halden.example", sees="What Rep (rep@halden.example) may see")
        assert "dach@halden.example" in page.inner_text("main")
        assert "of what rep@halden.example may see" in page.inner_text("main")
        page.get_by_role("button", name="Send a test to dach").click()
        assert page.get_by_role("heading", name="The test went out").is_visible()
        [(_, recipients, mail)] = box.got
        assert recipients == ["dach@halden.example"] and f"{SENTENCE} dach" in str(mail["subject"])

        page.get_by_role("link", name="Back").click()
        locks_nobody_out(page)
        assert page.evaluate(OVERFLOW) <= 0 and "geheim" not in page.content()
        for name in ("ours", "sales", "channel", "dach"):
            page.get_by_role("button", name=f"Remove {name}").click()
            page.wait_for_load_state()
    assert "Nowhere yet" in page.inner_text("main") and read_targets(own_server.store) == []
    assert len(script.got) == 3
    trail = [entry.action for entry in entries(own_server.store) if "target" in entry.action]
    assert trail == ["add_target"] * 4 + ["remove_target"] * 4
