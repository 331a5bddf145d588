"""Whose a browser is: what says so, how sure that is, what ends it, and what is nobody's interest at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.stories.telling import Stories, members

from muster.testing import (
    Record,
    account,
    company,
    contact,
    engaged,
    instant,
    rows,
    shared,
    tactic,
    visited,
)
from muster.workspace import Workspace

told = Stories(as_of="2025-06-01")


def matches(ws: Workspace, visitor: str) -> list[tuple[Any, ...]]:
    """Method, domain of the account, person, start and end of each match of a browser, in order."""
    found = rows(
        ws,
        f"""
        SELECT m.method, a.domain, p.email, m.from_at, m.valid_to FROM visitor_match AS m
        LEFT JOIN account AS a USING (account_id)
        LEFT JOIN (SELECT DISTINCT person_id, email FROM person) AS p USING (person_id)
        WHERE m.visitor_id = '{visitor}' ORDER BY m.from_at, m.method
        """,
    )
    return [tuple(row.values()) for row in found]


def placed(ws: Workspace, visitor: str) -> list[tuple[Any, ...]]:
    """Where each visit of a browser was placed, by what, and whose it was, in order."""
    found = rows(
        ws,
        f"""
        SELECT a.domain, e.method, p.email FROM resolved_engagement AS e
        LEFT JOIN account AS a USING (account_id)
        LEFT JOIN (SELECT DISTINCT person_id, email FROM person) AS p USING (person_id)
        WHERE e.visitor_id = '{visitor}' ORDER BY e.occurred_at
        """,
    )
    return [tuple(row.values()) for row in found]


@told(
    account("Right"),
    account("Wrong"),
    visited("2025-03-03 09:00", "b-outvoted", company_domain="wrong.example"),
    visited("2025-03-04 09:00", "b-outvoted", company_domain="right.example"),
    visited("2025-03-05 09:00", "b-outvoted", company_domain="right.example"),
    visited("2025-03-06 09:00", "b-outvoted", company_domain="wrong.example"),
    visited("2025-03-07 09:00", "b-outvoted"),
)
def test_a_lookup_that_errs_is_outvoted_by_later_ones_and_what_was_told_stays(ws: Workspace) -> None:
    corrected = instant("2025-03-05 09:00")
    assert matches(ws, "b-outvoted") == [
        ("company_domain", "wrong.example", None, instant("2025-03-03 09:00"), corrected),
        ("company_domain", "right.example", None, corrected, None),
    ]
    assert [domain for domain, *_ in placed(ws, "b-outvoted")] == ["wrong.example"] * 2 + [
        "right.example"
    ] * 3


@told(
    account("Home"),
    account("Lookup"),
    visited("2025-03-03 09:00", "b-named", company_domain="lookup.example"),
    visited("2025-03-04 09:00", "b-named", email="ana@home.example", activity="form_submitted"),
    visited("2025-03-05 09:00", "b-named", company_domain="lookup.example"),
)
def test_who_somebody_is_outweighs_what_their_network_says(ws: Workspace) -> None:
    said = instant("2025-03-04 09:00")
    assert matches(ws, "b-named") == [
        ("company_domain", "lookup.example", None, instant("2025-03-03 09:00"), said),
        ("identified_visit", "home.example", "ana@home.example", said, None),
    ]
    assert placed(ws, "b-named") == [
        ("lookup.example", "company_domain", None),
        ("home.example", "person", "ana@home.example"),
        ("home.example", "identified_visit", "ana@home.example"),
    ]


@told(
    visited("2025-03-03 09:00", "b-shared", email="ana@desk.example", activity="form_submitted"),
    visited("2025-03-04 09:00", "b-shared"),
    visited("2025-03-05 09:00", "b-shared", email="bo@desk.example", activity="form_submitted"),
    visited("2025-03-06 09:00", "b-shared"),
    visited("2025-03-06 10:00", "b-anas-phone", email="ana@desk.example", activity="form_submitted"),
    visited("2025-03-06 11:00", "b-anas-phone"),
)
def test_several_people_may_share_a_browser_and_one_may_have_several(ws: Workspace) -> None:
    ana, bo = "ana@desk.example", "bo@desk.example"
    assert [who for *_, who in placed(ws, "b-shared")] == [ana, ana, bo, bo]
    assert [who for *_, who in placed(ws, "b-anas-phone")] == [ana, ana]
    assert matches(ws, "b-shared")[0][4] == matches(ws, "b-shared")[1][3] == instant("2025-03-05 09:00")


def clicked(at: str, email: str, content: str) -> Record:
    """A click in a mail, at a minute and second of one day."""
    return engaged(f"2025-03-03 {at}", email, "email_clicked", tactic_id="news", content_id=content)


def landed(at: str, visitor: str, content: str, **cells: str) -> Record:
    """The visit that a click brings about."""
    return visited(f"2025-03-03 {at}", visitor, tactic_id="news", content_id=content, **cells)


@told(
    tactic("news"),
    visited("2025-03-01 09:00", "b-clicked"),
    clicked("09:00:00", "ana@mail.example", "paper"),
    landed("09:00:04", "b-clicked", "paper"),
    visited("2025-03-04 09:00", "b-clicked"),
)
def test_a_click_in_a_mail_says_whose_browser_opens_the_page(ws: Workspace) -> None:
    [(method, domain, who, since, until)] = matches(ws, "b-clicked")
    assert (method, domain, who, until) == ("mail_click", "mail.example", "ana@mail.example", None)
    assert since == instant("2025-03-03 09:00:04")
    assert [who for *_, who in placed(ws, "b-clicked")] == ["ana@mail.example"] * 3


@told(
    tactic("news"),
    visited("2025-03-01 09:00", "b-bo", email="bo@forward.example", activity="form_submitted"),
    clicked("10:00:00", "ana@forward.example", "forwarded"),
    landed("10:00:04", "b-bo", "forwarded"),
    visited("2025-03-04 09:00", "b-bo"),
    shared("2025-03-02 09:00", "ana@forward.example", "t-forward"),
    clicked("11:00:00", "ana@forward.example", "linked"),
    landed("11:00:04", "b-linked", "linked", share_token="t-forward"),
    clicked("12:00:00", "ana@forward.example", "both"),
    clicked("12:00:20", "cy@forward.example", "both"),
    landed("12:00:24", "b-both", "both"),
    clicked("13:00:00", "ana@forward.example", "late"),
    landed("13:01:01", "b-late", "late"),
)
def test_a_forwarded_mail_a_shared_link_and_two_clicks_at_once_say_nothing(ws: Workspace) -> None:
    assert [who for *_, who in placed(ws, "b-bo")] == ["bo@forward.example"] * 3
    assert [method for method, *_ in matches(ws, "b-linked")] == ["shared_link"]
    assert matches(ws, "b-both") == matches(ws, "b-late") == []


@told(
    shared("2025-03-02 09:00", "ana@links.example", "t-links"),
    engaged("2025-03-02 09:00", "ana@links.example", "webinar_attended"),
    visited("2025-03-03 09:00", "b-colleague", share_token="t-links"),
    visited("2025-03-04 09:00", "b-colleague"),
    visited("2025-03-05 09:00", "b-tagged", share_token="t-links", email="ana@links.example"),
)
def test_who_opens_a_shared_link_belongs_to_the_sharers_account_and_is_not_the_sharer(ws: Workspace) -> None:
    since = instant("2025-03-03 09:00")
    assert matches(ws, "b-colleague") == [("shared_link", "links.example", None, since, None)]
    assert placed(ws, "b-colleague") == [("links.example", "shared_link", None)] * 2
    assert [who for *_, who in placed(ws, "b-tagged")] == [None]


@told(
    account("State University", website="stateu.edu"),
    *[
        visited(f"2025-03-03 09:0{n}", f"b-net{n}", company_domain=network)
        for n, network in enumerate(
            (
                "ec2-3-5-7-9.eu-west-1.compute.amazonaws.com",
                "dialup33.provider.example",
                "mullvad.net",
                "cs.elsewhere.edu",
                "lab.stateu.edu",
                "gateway.buyer.example",
            )
        )
    ],
)
def test_networks_of_hosting_providers_and_universities_are_no_companies(ws: Workspace) -> None:
    found = [domain for n in range(6) for domain, *_ in placed(ws, f"b-net{n}")]
    assert found == [None, None, None, None, "stateu.edu", "buyer.example"]
    kinds = rows(
        ws, "SELECT value, count FROM problem WHERE reason LIKE '%tell of no company' ORDER BY value"
    )
    assert [(row["value"], row["count"]) for row in kinds] == [
        ("hosting", 1),
        ("isp", 1),
        ("university", 1),
        ("vpn", 1),
    ]


@told(
    account("Noise"),
    contact("kim@noise.example", record="noise-kim", name="Test Test", created="2025-03-05 00:00"),
    engaged("2025-03-03 08:00", "ana@noise.example", "demo_requested"),
    *[
        visited(f"2025-03-04 09:00:{s:02d}", "b-crawler", company_domain="noise.example")
        for s in range(0, 60, 4)
    ],
    visited("2025-03-20 09:00", "b-crawler", company_domain="noise.example"),
    *[visited(f"2025-03-04 09:{m:02d}", "b-reader", company_domain="noise.example") for m in range(14)],
    visited("2025-03-04 09:30", "b-bot", company_domain="noise.example", user_agent="Bingbot/2.0 bingbot"),
    visited("2025-03-04 09:30", "b-man", company_domain="noise.example", user_agent="Firefox/143.0"),
    visited("2025-03-04 10:00", "b-own", email="me@us.example", activity="form_submitted"),
    visited("2025-03-05 10:00", "b-own", company_domain="noise.example"),
    visited("2025-03-05 11:00", "b-office", company_domain="us.example"),
    engaged("2025-03-06 10:00", "test2@noise.example", "trial_started"),
    engaged("2025-03-06 10:00", "kim@noise.example", "trial_started"),
    engaged("2025-03-06 10:00", "someone@example.com", "trial_started"),
)
def test_crawlers_score_nothing_and_are_counted(ws: Workspace) -> None:
    browsers = ("b-crawler", "b-bot", "b-reader", "b-man")
    assert [points(ws, visitor) > 0 for visitor in browsers] == [False, False, True, True]
    assert ignored(ws, "crawler") == 17


def test_own_people_score_nothing_and_are_counted(ws: Workspace) -> None:
    assert points(ws, "b-own") == 0
    assert ignored(ws, "own") == 3


def test_test_records_score_nothing_and_are_counted(ws: Workspace) -> None:
    assert list(members(ws, "noise.example")) == ["ana@noise.example"]
    assert ignored(ws, "test") == 3
    assert rows(ws, "FROM account WHERE domain = 'example.com'") == []


def points(ws: Workspace, visitor: str) -> float:
    """What a browser's visits are worth."""
    weight = "SELECT CAST(SUM(weight) AS DOUBLE) AS points FROM resolved_engagement"
    [row] = rows(ws, f"{weight} WHERE visitor_id = '{visitor}'")
    return float(row["points"])


def ignored(ws: Workspace, reason: str) -> int:
    """How many engagements `problem` says were nobody's interest for a reason."""
    counts = rows(ws, f"SELECT count FROM problem WHERE value = '{reason}' AND reason LIKE '%score nothing'")
    return sum(row["count"] for row in counts)


RULES = {
    "machines": """sign,count,seconds,effective_from,why
pages_at_once,15,60,1970-01-01,as shipped
pages_at_once,3,60,2025-03-05,stricter from then
pages_an_hour,120,3600,1970-01-01,
clicks_at_once,3,60,1970-01-01,
clicks_at_once,2,300,2025-03-05,
clicks_before_open,3,5,1970-01-01,
"""
}


def test_what_shows_a_machine_is_a_dated_rule(tmp_path: Path) -> None:
    """Three pages in a minute are a reader's until the rule says otherwise; so are two clicks."""
    days = ("2025-03-04", "2025-03-06")
    story = [
        visited(f"{day} 09:00:{second}", f"b-{day}", company_domain="rules.example")
        for day in days
        for second in ("00", "10", "20")
    ]
    story += [
        engaged(f"{day} 10:0{minute}", "ana@rules.example", "email_clicked")
        for day in days
        for minute in (0, 4)
    ]
    ws = company(tmp_path, *story, rules=RULES, as_of=datetime(2025, 6, 1, tzinfo=UTC))
    assert [points(ws, f"b-{day}") > 0 for day in days] == [True, False]
    assert (ignored(ws, "crawler"), ignored(ws, "scanner")) == (3, 2)


@told(
    *[
        engaged(f"2025-03-0{day} 09:{minute}", "ana@patient.example", activity, tactic_id=f"mail-{day}")
        for day in range(3, 7)
        for minute, activity in (("00", "email_clicked"), ("30", "email_opened"), ("40", "email_clicked"))
    ],
)
def test_who_clicks_before_opening_mail_after_mail_is_a_scanner_until_it_is_open(ws: Workspace) -> None:
    clicks = "SELECT occurred_at FROM resolved_engagement WHERE activity = 'email_clicked' AND NOT is_act"
    assert rows(ws, f"{clicks} AND tactic_id LIKE 'mail-%'") == [{"occurred_at": instant("2025-03-06 09:00")}]


HISTORY = (
    account("Later"),
    visited("2025-03-03 09:00", "b-later", activity="pricing_viewed"),
    visited("2025-03-20 09:00", "b-later", activity="form_submitted", email="ana@later.example"),
)


def test_history_is_attached_back_in_time_and_seen_only_from_then_on(tmp_path: Path) -> None:
    before = company(tmp_path, *HISTORY, as_of=datetime(2025, 3, 20, 8, 59, tzinfo=UTC))
    assert placed(before, "b-later") == [(None, "none", None)] and matches(before, "b-later") == []
    before.run(as_of=datetime(2025, 3, 21, tzinfo=UTC))
    assert placed(before, "b-later")[0] == ("later.example", "identified_visit", "ana@later.example")
    known = "SELECT known_at FROM resolved_engagement WHERE activity = 'pricing_viewed'"
    assert rows(before, known) == [{"known_at": instant("2025-03-20 09:00")}]


def test_confidence_in_a_network_is_what_earlier_browsers_proved(tmp_path: Path) -> None:
    def seen(at: str, number: int, domain: str) -> list[Record]:
        looked_up = visited(f"{at} 09:00", f"b{number}", company_domain=domain)
        return [looked_up, visited(f"{at} 10:00", f"b{number}", email=f"p{number}@acme.example")]

    records = [record for n in range(30) for record in seen("2025-03-04", n, "acme.example")]
    records += [record for n in range(30, 40) for record in seen("2025-03-12", n, "other.example")]
    records += [
        visited(f"2025-03-{day} 09:00", f"new{day}", company_domain="acme.example") for day in (11, 18)
    ]
    records += [visited("2025-03-13 09:00", "doubted", company_domain="other.example")]
    ws = company(tmp_path, *records, as_of=datetime(2025, 3, 10, tzinfo=UTC))
    network = "SELECT visitor_id, confidence FROM visitor_match WHERE method = 'company_domain'"
    assert {row["confidence"] for row in rows(ws, network)} == {0.8}  # nothing was proved before that week
    ws.run(as_of=datetime(2025, 4, 1, tzinfo=UTC))
    found = {row["visitor_id"]: row["confidence"] for row in rows(ws, network)}
    assert found["b0"] == 0.8
    assert found["new11"] == pytest.approx((5 * (16 + 30) / 50 + 30) / 35)
    assert found["new18"] == pytest.approx((5 * (16 + 30) / 60 + 30) / 35)
    assert found["doubted"] == pytest.approx((5 * (16 + 30) / 50 + 0) / 15)
    [rate] = rows(ws, "FROM visitor_match_rate")
    counts = ("visitor_count", "checked_count", "confirmed_count", "contradicted_count")
    assert [rate[name] for name in counts] == [43, 40, 30, 10]
    # Wilson's interval of 30 of 40, from his formula as published.
    z, p, n = 1.959963985, 0.75, 40
    centre, spread = p + z * z / 2 / n, z * (p * (1 - p) / n + z * z / 4 / n / n) ** 0.5
    assert rate["hit_share"] == 0.75
    assert rate["hit_share_low"] == pytest.approx((centre - spread) / (1 + z * z / n))
    assert rate["hit_share_high"] == pytest.approx((centre + spread) / (1 + z * z / n))
    stated = [found[f"b{n}"] for n in range(40)]
    assert rate["stated_confidence"] == pytest.approx(sum(stated) / 40, abs=1e-6)


def test_a_network_whose_people_are_always_other_companies_is_no_company_from_then_on(tmp_path: Path) -> None:
    records = []
    for n in range(8):
        network = {"company_domain": "unlisted-line.example"}
        records.append(visited(f"2025-03-{n + 3:02d} 09:00", f"b{n}", **network))
        records.append(visited(f"2025-03-{n + 3:02d} 10:00", f"b{n}", email=f"ana@firm{n}.example"))
    ws = company(tmp_path, *records, as_of=datetime(2025, 4, 1, tzinfo=UTC))
    first = [placed(ws, f"b{n}")[0][0] for n in range(8)]
    assert first == ["unlisted-line.example"] * 4 + [f"firm{n}.example" for n in range(4, 8)]
