"""Names that others gave themselves stay names: no ping, no link, no header, no markup, in any medium."""

from __future__ import annotations

import email
import email.policy
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.messages import mail, slack, webhook
from muster.messages.escaping import for_slack, plain, unlinked
from muster.messages.message import Message

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOSTILE = (
    "<!channel>",
    "<!here|here>",
    "<@U123>",
    "<#C1>",
    "[click](http://evil)",
    "<http://evil|click>",
    "http://evil.example/x",
    "www.evil.example",
    "mailto:a@evil.example",
    "evil.example",
    "log-in.evil.co.uk/x",
    "a@evil.example",
    "bücher.example",
    "evil。example",
    "EVIL.COM",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "Ana\r\nBcc: all@example.com",
    "Ana\n\n.\nQUIT",
    "\x1b[31mred\x00\x07",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "\ud800",
    ":fire: @channel *bold*",
    '=HYPERLINK("http://evil")',
)
texts = (
    st.text(st.characters(), max_size=60)
    | st.sampled_from(HOSTILE)
    | st.lists(
        st.sampled_from([*HOSTILE, "<", ">", "&", "&lt;", "!", "@", "\n", "://", " "]), max_size=6
    ).map("".join)
)


def message(sentence: str, fact: str = "a fact") -> Message:
    return Message("k", "hand_off", sentence, "2026-03-02T09:00:00+00:00", (fact,), "/groups/g1")


@given(texts)
@example("".join(HOSTILE))
def test_plain_text_is_one_line_that_can_be_seen_and_stays_so(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", once)
    once.encode()


# What mail clients make a link of: a label, a dot or what is read as one, and letters.
_LINKED = re.compile(r"[^\W_][.\u3002\uff0e\uff61][^\W\d_]{2}|://|mailto:\w|www\.", re.IGNORECASE)


@given(texts)
@example(" ".join(HOSTILE))
def test_nothing_of_a_record_looks_like_an_address_to_a_mail_client(text: str) -> None:
    assert _LINKED.search(" ".join(HOSTILE))
    told = unlinked(text)
    assert not _LINKED.search(told)
    assert told.replace("\u2060", "") == plain(text)  # read as it was


def test_amounts_and_short_words_stay_byte_for_byte() -> None:
    for text in (
        "$4.2M",
        "3.5 %",
        "approx. three",
        "1.2.3",
        "U.S. office",
        "Acme Inc. for cloud",
        "2 Mar. 2026",
    ):
        assert unlinked(text) == text


def test_names_in_any_script_stay_as_they_are() -> None:
    for name in ("Ömer Yüksel", "東京 株式会社", "می\u200cنو", "O'Brien & Söhne", "👩\u200d💻"):
        assert plain(name) == name


@given(texts, texts)
def test_in_slack_nothing_of_a_record_is_markup(sentence: str, fact: str) -> None:
    told = slack.written(message(sentence, fact), public_url="https://muster.example")
    json.dumps(told).encode()
    found = list(_texts(told["blocks"]))
    assert [one["text"] for one in found if one["type"] == "mrkdwn"] == [
        "<https://muster.example/groups/g1|Open in Muster>"
    ]
    assert all(not one["emoji"] for one in found if one["type"] == "plain_text")
    assert all(0 < len(one["text"]) <= 3_000 for one in found)
    # The line of notifications has no bracket of Slack's, no bare ampersand and no address.
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)|://|www\.", told["text"], re.IGNORECASE)


@given(texts, texts)
def test_a_mail_has_the_headers_we_gave_it_and_our_links_alone(sentence: str, fact: str) -> None:
    made = mail.written(
        message(sentence, fact),
        "msg_1",
        to="ana@acme.example",
        sender="Muster <muster@acme.example>",
        public_url="https://muster.example",
        now=NOW,
    )
    read = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
    assert sorted(name.lower() for name in read) == sorted(
        ["subject", "from", "to", "date", "message-id", "auto-submitted", "mime-version", "content-type"]
    )
    assert read["to"].addresses[0].addr_spec == "ana@acme.example" and len(read["to"].addresses) == 1
    html, text = read.get_body(("html",)), read.get_body(("plain",))
    assert html is not None and text is not None
    page = _Page(html.get_content())
    assert page.links == ["https://muster.example/groups/g1", "https://muster.example/me/messages"]
    assert page.tags <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "ul", "li", "a"}
    assert re.findall(r"\w+://", text.get_content()) == ["https://"] * 2
    assert " ".join(unlinked(sentence).split()) in " ".join(page.text.split())


@given(texts)
def test_a_webhook_is_json_that_holds_the_text_as_it_was(text: str) -> None:
    body = webhook.body(message(text), public_url="")
    assert body.isascii()
    assert json.loads(body)["data"]["sentence"] == text


@pytest.mark.parametrize("text", ["<!channel>", "[click](http://evil)"])
def test_a_contact_of_such_a_name_pings_nobody_and_links_nowhere(text: str) -> None:
    assert "<" not in for_slack(text)
    assert "://" not in unlinked(text)
    [first, *_] = slack.written(message(text), public_url="")["blocks"]
    assert first["text"] == {"type": "plain_text", "text": text, "emoji": False}


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("type") in {"plain_text", "mrkdwn"}:
            yield value
        for below in value.values():
            yield from _texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below)


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data
