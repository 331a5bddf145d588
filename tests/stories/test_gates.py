"""Who is not handed to sales whatever their score: competitors, people to be left alone, one person alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.stories.telling import Stories, group, group_id, stretches

from muster.explain import explain
from muster.testing import Record, account, contact, decided, engaged, instant, rows
from muster.workspace import Workspace

POLICIES = """solution_id,policy,effective_from,why
*,points,1970-01-01,as it comes
ranked,capacity,1970-01-01,one a week
likely,probability,1970-01-01,all that are likely enough
"""
CAPACITY = """solution_id,groups_a_week,per,effective_from,why
*,1,company,1970-01-01,one seller
"""
EXCLUSIONS = """kind,text,said,is_excluded,effective_from,why
type,Competitor,a competitor,yes,1970-01-01,they read along
domain,partner.example,a partner,yes,2025-03-01,they sell with us
domain,partner.example,a partner,no,2025-04-01,they stopped
"""
told = Stories(
    as_of="2025-09-30",
    policy={"minimum_people": 3},  # two people open a group, so that only a third can be missing
    rules={"policies": POLICIES, "capacity": CAPACITY, "exclusions": EXCLUSIONS},
)
MONDAY = instant("2025-02-10 00:00")


def busy(
    firm: str, *, people: int = 3, solution: str = "data-platform", day: str = "2025-02-04"
) -> list[Record]:
    """People who ask for a demo, sit in a webinar and come to an event: 39 points each."""
    acts = ("demo_requested", "webinar_attended", "event_attended")
    return [
        engaged(f"{day} 09:{n:02d}", f"p{n}@{firm}.example", act, solution=solution)
        for n in range(people)
        for act in acts
    ]


def read(firm: str, *, people: int, solution: str = "data-platform") -> list[Record]:
    """People who do much and never raise a hand."""
    acts = ("webinar_attended", "event_attended", "pricing_viewed", "email_replied")
    return [
        engaged(f"2025-02-0{day} 09:00", f"p{n}@{firm}.example", act, solution=solution)
        for n in range(people)
        for day in (3, 4, 5, 6)
        for act in acts
    ]


def no_mail(firm: str, n: int, at: str = "", **cells: str) -> Record:
    """Somebody without a telephone number, or with one, who wants no mail."""
    return contact(
        f"p{n}@{firm}.example", has_opted_out="true", opted_out_at=at, account_record_id=firm, **cells
    )


def held_back(ws: Workspace, firm: str, solution: str) -> list[tuple[datetime, int, Any]]:
    key = group_id(firm, solution=solution)
    found = rows(
        ws,
        f"SELECT week_at, rank, held_back_by FROM queue WHERE buying_group_id = '{key}' ORDER BY week_at",
    )
    return [(row["week_at"], row["rank"], row["held_back_by"]) for row in found]


@told(account("Rival", type="Competitor"), *busy("rival"))
def test_a_competitor_is_never_handed_over_and_the_gate_says_why(ws: Workspace) -> None:
    assert stretches(ws, "rival.example") == []
    key = group(ws, "rival.example")["buying_group_id"]
    found = rows(ws, f"SELECT gate, reason FROM gate WHERE buying_group_id = '{key}'")
    assert found == [{"gate": "excluded", "reason": "the account is excluded: a competitor"}]
    assert rows(ws, f"SELECT * FROM hand_off WHERE buying_group_id = '{key}'") == []


@told(account("Partner"), *busy("partner"))
def test_a_dated_exclusion_ends_a_stretch_and_its_end_lets_the_group_in_again(ws: Workspace) -> None:
    (first, until), (again, _) = stretches(ws, "partner.example")
    assert (first, until) == (instant("2025-02-04 09:01"), instant("2025-03-01 00:00"))
    assert again == instant("2025-04-01 00:00")
    key = group(ws, "partner.example")["buying_group_id"]
    said = rows(
        ws,
        f"SELECT status, reason FROM qualification WHERE buying_group_id = '{key}' "
        "AND from_at IN (TIMESTAMP '2025-03-01', TIMESTAMP '2025-04-01') ORDER BY from_at",
    )
    assert said == [
        {"status": "nurture", "reason": "held back: the account is excluded: a partner"},
        {
            "status": "qualified",
            "reason": "score reached 45 of 100, "
            "and no longer held back because the account is excluded: a partner",
        },
    ]
    mqa = rows(
        ws,
        "SELECT s.status, s.from_at FROM account_status AS s JOIN account AS a USING (account_id) "
        "WHERE a.domain = 'partner.example' AND s.from_at < TIMESTAMP '2025-05-01' ORDER BY s.from_at",
    )
    assert [(row["status"], row["from_at"]) for row in mqa] == [
        ("engaged", instant("2025-02-04 09:00")),
        ("qualified", first),
        ("engaged", until),
        ("qualified", again),
    ]


@told(
    account("Decided"),
    *busy("decided"),
    decided("2025-02-20 10:00", "exclude", "decided", reason="our own investor"),
    decided("2025-03-20 10:00", "include", "decided", reason="sold their part"),
    account("Undone"),
    *busy("undone"),
    decided("2025-02-20 10:00", "exclude", "undone.example", reason="a slip", decision_id="slip"),
    decided("2025-02-21 10:00", "undo", "slip"),
)
def test_somebody_may_exclude_an_account_and_take_it_back(ws: Workspace) -> None:
    assert [since for since, _ in stretches(ws, "decided.example")] == [
        instant("2025-02-04 09:01"),
        instant("2025-03-20 10:00"),
    ]
    [(_, until), _] = stretches(ws, "decided.example")
    assert until == instant("2025-02-20 10:00")
    [(_, until)] = stretches(ws, "undone.example")
    assert until != instant("2025-02-20 10:00")


@told(
    account("Quiet"),
    *read("quiet", people=3),
    no_mail("quiet", 0, "2025-02-01 09:00"),
    no_mail("quiet", 1, "2025-02-20 09:00"),
    no_mail("quiet", 2, "2025-02-03 09:00"),
    account("Callable"),
    *read("callable", people=3),
    no_mail("callable", 0, "2025-02-01 09:00", phone="+49 30 1234"),
    no_mail("callable", 1, "2025-02-01 09:00"),
    no_mail("callable", 2, "2025-02-01 09:00"),
    account("Hushed"),
    *read("hushed", people=3),
    no_mail("hushed", 0, "2025-02-01 09:00", phone="+49 30 1234", has_opted_out_of_calls="true"),
    no_mail("hushed", 2),
    contact("p1@hushed.example", legal_basis="Consent withdrawn", account_record_id="hushed"),
    account("Based"),
    *read("based", people=3),
    contact("p0@based.example", legal_basis="Not given; Legitimate interest: prospect/lead"),
    contact("p1@based.example", legal_basis="Not given"),
    contact("p2@based.example", legal_basis="Not given"),
)
def test_a_group_none_of_whose_people_may_be_contacted_is_not_handed_over(ws: Workspace) -> None:
    assert stretches(ws, "quiet.example") == [
        (instant("2025-02-03 09:00"), instant("2025-02-20 09:00"))  # until the last opted out, too
    ]
    assert len(stretches(ws, "callable.example")) == 1, "one may still be called"
    assert stretches(ws, "hushed.example") == []
    assert len(stretches(ws, "based.example")) == 1, "one basis of several is enough"
    held = "SELECT DISTINCT reason FROM gate WHERE gate = 'no_consent'"
    assert rows(ws, held) == [{"reason": "none of its known people may be contacted"}]


@told(
    account("Asks Again"),
    no_mail("asks-again", 0, "2025-01-10 09:00"),
    engaged("2025-02-04 08:00", "p0@asks-again.example", "webinar_attended"),
    *busy("asks-again", people=1),
)
def test_whoever_raises_a_hand_after_opting_out_asks_to_be_contacted(ws: Workspace) -> None:
    key = group(ws, "asks-again.example")["buying_group_id"]
    found = rows(ws, f"SELECT * FROM gate WHERE buying_group_id = '{key}'")
    assert found == []


@told(
    account("Gap"),
    *busy("gap", people=2),
    contact("p0@gap.example", title="VP Data", account_record_id="gap"),
    contact("p1@gap.example", title="Data Engineer", account_record_id="gap", has_opted_out="true",
            opted_out_at="2025-03-01 09:00"),
)  # fmt: skip
def test_a_seat_of_somebody_who_may_not_be_contacted_is_empty(ws: Workspace) -> None:
    key = group(ws, "gap.example")["buying_group_id"]
    held = rows(
        ws,
        f"SELECT p.email, h.to_at FROM role_holder AS h JOIN person AS p USING (person_id) "
        f"WHERE h.buying_group_id = '{key}'",
    )
    left = {row["email"]: row["to_at"] for row in held}
    assert left["p1@gap.example"] == instant("2025-03-01 09:00")
    assert left["p0@gap.example"] is None


@told(
    account("Barred", type="Competitor"),
    *busy("barred", people=5, solution="ranked"),
    account("Lonely"),
    *read("lonely", people=2, solution="ranked"),
    account("Fine"),
    *busy("fine", people=3, solution="ranked"),
)
def test_the_queue_says_why_a_group_worth_more_did_not_come_in(ws: Workspace) -> None:
    assert held_back(ws, "fine", "ranked") == [(MONDAY, 1, None)]
    assert held_back(ws, "barred", "ranked")[0] == (MONDAY, 1, "excluded")
    assert held_back(ws, "lonely", "ranked")[0][2] == "too_few_people"
    assert rows(ws, "SELECT * FROM queue WHERE held_back_by IS NOT NULL AND came_in") == []


@told(
    account("Left Alone"),
    *busy("left-alone", solution="likely"),
    decided("2025-02-18 10:00", "exclude", "left-alone"),
    decided("2025-02-20 10:00", "include", "left-alone"),
)
def test_a_gate_between_two_mondays_ends_a_stay_and_the_way_back_is_the_queue(ws: Workspace) -> None:
    """Were it let in again on the Thursday, sales would have one group more than its places."""
    key = group_id("left-alone", solution="likely")
    found = rows(
        ws,
        f"SELECT from_at, to_at, ended_because FROM qualification WHERE buying_group_id = '{key}' "
        "AND status = 'qualified'",
    )
    assert [row["from_at"] for row in found] == [MONDAY]
    assert found[0]["to_at"] == instant("2025-02-18 10:00")
    assert held_back(ws, "left-alone", "likely")[1] == (instant("2025-02-24 00:00"), 1, "resting")


@told(
    account("Renewed"),
    *busy("renewed"),
    decided("2025-02-10 10:00", "rejected", group_id("renewed"), reason="not now"),
    engaged("2025-03-03 09:00", "new1@renewed.example", "webinar_attended"),
    engaged("2025-03-05 09:00", "new2@renewed.example", "webinar_attended"),
    account("Same People"),
    *busy("same-people"),
    decided("2025-02-10 10:00", "rejected", group_id("same-people"), reason="not now"),
    engaged("2025-03-03 09:00", "p0@same-people.example", "webinar_attended"),
    engaged("2025-03-05 09:00", "p1@same-people.example", "webinar_attended"),
    account("New Role"),
    *busy("new-role"),
    decided("2025-02-10 10:00", "rejected", group_id("new-role"), reason="not now"),
    contact("vera@new-role.example", title="VP Data", created="2025-01-01 00:00"),
    engaged("2025-03-03 09:00", "vera@new-role.example", "webinar_attended"),
)
def test_a_cool_down_ends_with_two_new_people_or_a_new_role_and_not_by_the_same_people(ws: Workspace) -> None:
    rejected = instant("2025-02-10 10:00")
    (_, out), (back, _) = stretches(ws, "renewed.example")
    assert (out, back) == (rejected, instant("2025-03-05 09:00"))
    (_, out), (back, _) = stretches(ws, "new-role.example")
    assert (out, back) == (rejected, instant("2025-03-03 09:00"))
    assert stretches(ws, "same-people.example")[0][1] == rejected
    assert all(since > instant("2025-08-01 00:00") for since, _ in stretches(ws, "same-people.example")[1:])


def returned(firm: str, value: str, *, at: str = "2025-02-10 10:00", **cells: str) -> Record:
    """Sales gives a group back, until a day or until something happens."""
    return decided(at, "nurture", group_id(firm), value=value, **cells)


@told(
    account("In Spring"),
    *busy("in-spring"),
    returned("in-spring", "2025-03-15", reason="money comes in spring"),
)
def test_a_group_returned_until_a_day_is_nurtured_and_handed_over_again_on_it(ws: Workspace) -> None:
    (first, until), (again, _) = stretches(ws, "in-spring.example")
    assert (first, until) == (instant("2025-02-04 09:01"), instant("2025-02-10 10:00"))
    assert again == instant("2025-03-15 00:00")
    key = group_id("in-spring")
    said = "sales returned it to nurture until 2025-03-15: money comes in spring"
    [row] = rows(ws, f"SELECT gate, reason FROM gate WHERE buying_group_id = '{key}'")
    assert row == {"gate": "nurture", "reason": said}
    reasons = f"SELECT reason FROM nurture WHERE buying_group_id = '{key}' AND from_at = TIMESTAMP '{until}'"
    assert [row["reason"] for row in rows(ws, reasons.replace("+00:00", ""))] == [f"held back: {said}"]
    assert [source.key for source in explain(ws, "gate", key).sources] == [f"{key} 2025-02-10 10:00"]
    answers = "SELECT outcome, reason FROM disposition WHERE hand_off_id = "
    assert rows(ws, f"{answers}'{key}-1'") == [{"outcome": "recycled", "reason": "money comes in spring"}]
    handed = f'SELECT "at" FROM hand_off WHERE buying_group_id = \'{key}\' ORDER BY "at"'
    assert [row["at"] for row in rows(ws, handed)] == [first, again]


@told(
    account("Hand"),
    *busy("hand"),
    returned("hand", "trigger:hand_raise"),
    engaged("2025-02-20 09:00", "new1@hand.example", "webinar_attended"),
    engaged("2025-02-24 09:00", "p1@hand.example", "demo_requested"),
    account("Person"),
    *busy("person"),
    returned("person", "trigger:new_person"),
    engaged("2025-02-20 09:00", "p1@person.example", "demo_requested"),
    engaged("2025-02-24 09:00", "new1@person.example", "webinar_attended"),
    account("Seat"),
    *busy("seat"),
    returned("seat", "trigger:new_role"),
    engaged("2025-02-20 09:00", "p1@seat.example", "demo_requested"),
    contact("vera@seat.example", title="VP Data", created="2025-01-01 00:00"),
    engaged("2025-02-24 09:00", "vera@seat.example", "webinar_attended"),
    account("Says Yes"),
    *busy("says-yes"),
    returned("says-yes", "trigger:decision_maker"),
    engaged("2025-02-20 09:00", "new1@says-yes.example", "demo_requested"),
    contact("vera@says-yes.example", title="VP Data", created="2025-01-01 00:00"),
    engaged("2025-02-24 09:00", "vera@says-yes.example", "webinar_attended"),
)
@pytest.mark.parametrize("firm", ["hand", "person", "seat", "says-yes"])
def test_a_group_returned_until_something_happens_comes_back_when_it_does_and_for_nothing_else(
    ws: Workspace, firm: str
) -> None:
    (_, out), (back, _) = stretches(ws, f"{firm}.example")
    assert (out, back) == (instant("2025-02-10 10:00"), instant("2025-02-24 09:00"))


@told(
    account("Second Thought"),
    *busy("second-thought"),
    returned("second-thought", "2025-12-24"),
    decided("2025-02-20 10:00", "accepted", f"{group_id('second-thought')}-1"),
    account("Slip"),
    *busy("slip"),
    returned("slip", "2025-12-24", decision_id="a slip"),
    decided("2025-02-20 10:00", "undo", "a slip"),
    account("No Slip"),
    *busy("no-slip"),
    decided("2025-02-10 10:00", "rejected", group_id("no-slip"), reason="No budget", decision_id="no"),
    decided("2025-02-20 10:00", "undo", "no"),
    account("Plain"),
    *busy("plain"),
)
def test_the_next_word_ends_a_return_and_an_answer_taken_back_was_never_given(ws: Workspace) -> None:
    (_, out), (back, _) = stretches(ws, "second-thought.example")
    assert (out, back) == (instant("2025-02-10 10:00"), instant("2025-02-20 10:00"))
    [never] = stretches(ws, "plain.example")
    for firm in ("slip", "no-slip"):
        assert stretches(ws, f"{firm}.example") == [never]
        key = group_id(firm)
        assert rows(ws, f"SELECT outcome FROM disposition WHERE hand_off_id LIKE '{key}%'") == []
    assert rows(ws, f"FROM gate WHERE buying_group_id = '{group_id('slip')}'") == []


@told(
    account("Fortnight"),
    *busy("fortnight", solution="likely"),
    decided("2025-02-18 10:00", "nurture", group_id("fortnight", solution="likely"), value="2025-03-03"),
)
def test_a_returned_group_waits_in_the_queue_again_on_the_monday_that_was_said(ws: Workspace) -> None:
    mondays = [(at, gate) for at, _, gate in held_back(ws, "fortnight", "likely")]
    assert mondays[:3] == [
        (MONDAY, None),
        (instant("2025-02-24 00:00"), "nurture"),
        (instant("2025-03-03 00:00"), None),  # it does not rest as well
    ]


@told(
    account("One Only"),
    *busy("one-only"),
    *busy("one-only", solution="workforce-suite", day="2025-02-05"),
    decided("2025-02-20 10:00", "exclude", "one-only", other="workforce-suite", value="2025-03-20",
            reason="they build their own"),
)  # fmt: skip
def test_an_account_may_be_excluded_for_one_solution_and_until_a_day(ws: Workspace) -> None:
    kept, barred = (
        [
            (row["from_at"], row["to_at"])
            for row in rows(
                ws,
                f"SELECT from_at, to_at FROM qualification WHERE status = 'qualified' "
                f"AND buying_group_id = '{group_id('one-only', solution=solution)}' ORDER BY from_at",
            )
        ]
        for solution in ("data-platform", "workforce-suite")
    )
    assert len(kept) == 1
    assert [(out, back) for (_, out), (back, _) in [barred]] == [
        (instant("2025-02-20 10:00"), instant("2025-03-20 00:00"))
    ]
