"""How likely each known person takes part in the decision, from what was known at the time."""

from __future__ import annotations

from math import exp

from tests.stories.telling import Stories, group, members

from muster.testing import (
    account,
    called,
    contact,
    engaged,
    instant,
    lead,
    named,
    opportunity,
    rows,
    shared,
)
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31", policy={"relevance_people": 2})


def signs(ws: Workspace, domain: str, email: str) -> dict[str, int]:
    """How often each sign speaks of a person in their account's first group."""
    found = rows(
        ws,
        f"""
        SELECT s.sign, COUNT(*) AS n FROM member_sign AS s
        WHERE s.buying_group_id = '{group(ws, domain)["buying_group_id"]}'
        AND s.person_id IN (SELECT person_id FROM person WHERE email = '{email}') GROUP BY s.sign
        """,
    )
    return {row["sign"]: row["n"] for row in found}


@told(
    account("Odds"),
    engaged("2025-09-01 09:00", "ana@odds.example", "demo_requested"),
    engaged("2025-09-04 09:00", "ana@odds.example", "page_viewed"),
    engaged("2025-09-10 09:00", "bo@odds.example", "page_viewed"),
    engaged("2025-11-25 09:00", "cy@odds.example", "page_viewed"),
    engaged("2025-11-26 09:00", "cy@odds.example", "page_viewed", solution="workforce-suite"),
)
def test_coming_back_and_colleagues_speak_for_a_membership_and_other_interests_against(ws: Workspace) -> None:
    odds = {
        "ana@odds.example": 2 * 2 * 1.9,  # a second day, and Bo in the same two weeks
        "bo@odds.example": 2 * 1.9,
        "cy@odds.example": 2 * 0.55,  # ten weeks after everybody else, and looking elsewhere the day after
    }
    assert members(ws, "odds.example", "confidence") == {
        email: round(o / (1 + o), 2) for email, o in odds.items()
    }
    why = members(ws, "odds.example", "reason")
    assert why["ana@odds.example"] == "took part on 2 days, in the same two weeks as a colleague"
    assert why["cy@odds.example"] == (
        "took part on one day, at a time when nobody else did; also looks at other solutions"
    )


@told(
    account("Divided"),
    engaged("2025-09-01 09:00", "ana@divided.example", "demo_requested"),
    engaged("2025-09-02 09:00", "ana@divided.example", "page_viewed"),
    engaged("2025-09-03 09:00", "ana@divided.example", "demo_requested", solution="workforce-suite"),
    engaged("2025-09-04 09:00", "ana@divided.example", "page_viewed", solution=""),
    engaged("2025-09-04 10:00", "ana@divided.example", "page_viewed", solution=""),  # the same day again
)
def test_content_about_the_company_is_divided_over_a_persons_groups_and_never_counted_whole_in_each(
    ws: Workspace,
) -> None:
    [found] = rows(
        ws,
        """
        SELECT COUNT(*) AS groups, SUM(d.millionths) AS total, MAX_BY(g.solution_id, d.millionths) AS most
        FROM divided_engagement AS d
        JOIN buying_group AS g USING (buying_group_id)
        JOIN account AS a ON a.account_id = g.account_id AND a.domain = 'divided.example'
        """,
    )
    assert found == {"groups": 2, "total": 1_000_000, "most": "data-platform"}


@told(
    account("Before"),
    engaged("2025-09-01 09:00", "ana@before.example", "page_viewed"),
    engaged("2025-09-02 09:00", "ana@before.example", "page_viewed", solution=""),
    engaged("2025-09-15 09:00", "bo@before.example", "demo_requested"),
    engaged("2025-09-16 09:00", "ana@before.example", "page_viewed", solution=""),
)
def test_what_somebody_did_before_their_group_opened_counts_from_its_opening(ws: Workspace) -> None:
    assert members(ws, "before.example", "joined_at")["ana@before.example"] == instant("2025-09-01 09:00")
    of_ana = "JOIN person AS p USING (person_id) WHERE p.email = 'ana@before.example'"
    since = rows(ws, f'SELECT MIN(s."at") AS since FROM member_sign AS s {of_ana}')
    assert since == [{"since": instant("2025-09-15 09:00")}]
    divided = rows(ws, f'SELECT d."at", d.millionths FROM divided_engagement AS d {of_ana}')
    assert divided == [{"at": instant("2025-09-16 09:00"), "millionths": 1_000_000}]


@told(
    account("Passing"),
    engaged("2025-09-01 09:00", "ana@passing.example", "demo_requested"),
    shared("2025-09-02 09:00", "ana@passing.example", "t-passing"),
    engaged("2025-09-03 09:00", "bo@passing.example", "page_viewed", share_token="t-passing"),
)
def test_a_confirmed_share_speaks_for_both_who_gave_and_who_got_it(ws: Workspace) -> None:
    assert signs(ws, "passing.example", "ana@passing.example")["shared"] == 1
    assert signs(ws, "passing.example", "bo@passing.example")["shared"] == 1


SALES_WORD = (
    account("Word"),
    contact("role@word.example", account_record_id="word"),
    contact("met@word.example", account_record_id="word"),
    contact("called@word.example", account_record_id="word"),
    contact("late@word.example", account_record_id="word", created="2025-09-20 09:00"),
    lead(
        "lead@word.example",
        converted_opportunity_id="word-1",
        converted_at="2025-09-03 09:00",
        converted_account_record_id="word",
    ),
    opportunity("2025-09-01 09:00", "word-1", account="word", lost="2025-10-01 09:00"),
    named("2025-09-04 09:00", "word-1", "role@word.example", "Champion"),
    named("2025-09-05 09:00", "word-1", "late@word.example"),
    named("2025-10-02 09:00", "word-1", "called@word.example"),  # a day after it was lost
    called("2025-09-06 09:00", "met@word.example", kind="meeting", opportunity_id="word-1"),
    called("2025-09-07 09:00", "called@word.example", opportunity_id="word-1"),
)


@told(*SALES_WORD)
def test_sales_word_makes_members_from_when_it_was_known(ws: Workspace) -> None:
    assert members(ws, "word.example", "joined_at") == {
        "lead@word.example": instant("2025-09-03 09:00"),
        "role@word.example": instant("2025-09-04 09:00"),
        "met@word.example": instant("2025-09-06 09:00"),
        "late@word.example": instant("2025-09-20 09:00"),  # named early, on a record we had late
    }
    assert members(ws, "word.example", "reason") == {
        "lead@word.example": "the lead that sales made the opportunity of",
        "role@word.example": "named by sales on the opportunity",
        "met@word.example": "met with sales about the opportunity",
        "late@word.example": "named by sales on the opportunity",
    }


@told()
def test_a_closed_opportunity_keeps_the_people_it_closed_with(ws: Workspace) -> None:
    assert "called@word.example" not in members(ws, "word.example", "joined_at")
    assert group(ws, "word.example")["member_count"] == 4


def _won(firm: str, day: str) -> tuple[object, ...]:
    """A won deal in which two people of finance took part."""
    return (
        account(firm.title()),
        *(contact(f"{who}@{firm}.example", title="Finance Manager", account_record_id=firm) for who in "ab"),
        opportunity(f"{day} 09:00", f"{firm}-1", account=firm, won=f"{day} 18:00"),
        *(named(f"{day} 10:00", f"{firm}-1", f"{who}@{firm}.example") for who in "ab"),
    )


@told(
    *_won("firstwin", "2025-03-03"),
    *_won("secondwin", "2025-06-02"),
    account("Others"),
    *(
        contact(f"{who}@others.example", title="Software Engineer", account_record_id="others")
        for who in ("uma", "udo")
    ),
    engaged("2025-03-01 09:00", "uma@others.example", "demo_requested"),
    engaged("2025-03-01 09:00", "udo@others.example", "demo_requested"),
    account("Early"),
    contact("cfo@early.example", title="Finance Manager", account_record_id="early"),
    engaged("2025-02-03 09:00", "cfo@early.example", "demo_requested"),
    account("Later"),
    contact("cfo@later.example", title="Finance Manager", account_record_id="later"),
    engaged("2025-04-03 09:00", "cfo@later.example", "demo_requested"),
    account("Unopened"),
    contact("cfo@unopened.example", title="Finance Manager", account_record_id="unopened"),
    engaged("2025-02-25 09:00", "cfo@unopened.example", "page_viewed"),
    engaged("2025-03-10 09:00", "bo@unopened.example", "demo_requested"),
)
def test_a_functions_relevance_is_learned_from_deals_won_before_and_never_after(ws: Workspace) -> None:
    learned = rows(
        ws,
        """
        SELECT function, from_at, to_at, deal_count, people, all_people, people_anywhere, all_anywhere, times
        FROM function_relevance ORDER BY function, from_at
        """,
    )
    first, second = (r for r in learned if r["function"] == "finance")
    assert (first["from_at"], first["to_at"]) == (instant("2025-03-03 18:00"), instant("2025-06-02 18:00"))
    # Two of finance in the deal; by then Early's one, the deal's two and two engineers were in groups.
    # Unopened's one had read, but there was no group until a week later.
    assert (first["people"], first["all_people"]) == (2, 2)
    assert (first["people_anywhere"], first["all_anywhere"]) == (3, 5)
    assert abs(first["times"] - (2 * 5 / 3 + 2) / (2 + 2)) < 1e-9
    assert (second["deal_count"], second["people"]) == (2, 4)
    # Early joined before any deal was won: nothing was known of finance. Later joined after one.
    assert signs(ws, "early.example", "cfo@early.example") == {"joined": 1}
    odds = 2 * first["times"]
    assert members(ws, "later.example", "confidence") == {"cfo@later.example": round(odds / (1 + odds), 2)}
    assert members(ws, "later.example", "reason")["cfo@later.example"].endswith(
        "finance is often part of such deals"
    )


@told()
def test_a_stated_probability_is_what_its_signs_make_of_it(ws: Workspace) -> None:
    found = rows(
        ws,
        """
        SELECT m.confidence, SUM(s.weight) AS weight FROM member AS m
        JOIN member_sign AS s USING (buying_group_id, person_id)
        WHERE NOT EXISTS (SELECT 1 FROM divided_engagement AS d WHERE d.person_id = m.person_id)
        GROUP BY m.buying_group_id, m.person_id, m.confidence
        """,
    )
    assert found
    stated = [(row["confidence"], 1 / (1 + exp(-row["weight"] / 1000))) for row in found]
    assert [(said, meant) for said, meant in stated if abs(said - meant) > 0.011] == []
