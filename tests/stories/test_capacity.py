"""No more groups come to sales than sales can work; each solution here has its own policy and places."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.stories.telling import Stories, group_id

from muster.testing import Record, account, company, decided, engaged, instant, opportunity, rows
from muster.workspace import Workspace, open_workspace

POLICIES = """solution_id,policy,effective_from,why
*,points,1970-01-01,as it comes
seats,capacity,1970-01-01,one a week
halves,capacity,1970-01-01,one in two weeks
doors,probability,1970-01-01,all that are likely enough
fading,capacity,1970-01-01,enough places
refused,capacity,1970-01-01,one a week
taken,capacity,1970-01-01,one a week
later,points,1970-01-01,first points
later,capacity,2025-03-03,then places
"""
CAPACITY = """solution_id,groups_a_week,per,effective_from,why
*,0,company,1970-01-01,nobody else
seats,1,company,1970-01-01,one seller
halves,0.5,company,1970-01-01,a busy one
fading,5,company,1970-01-01,enough
refused,1,company,1970-01-01,one seller
taken,1,company,1970-01-01,one seller
later,1,company,1970-01-01,one seller
"""
DAYS = ("2025-02-04", "2025-02-12", "2025-02-25", "2025-03-12")
told = Stories(as_of="2025-09-30", rules={"policies": POLICIES, "capacity": CAPACITY})


def busy(firm: str, solution: str, people: int, *, day: str = "2025-02-04") -> list[Record]:
    """People who ask for a demo, sit in a webinar and come to an event: 39 points each."""
    acts = ("demo_requested", "webinar_attended", "event_attended")
    return [
        account(firm),
        *[
            engaged(f"{day} 09:{n:02d}", f"p{n}@{firm}.example", act, solution=solution)
            for n in range(people)
            for act in acts
        ],
    ]


def came_in(ws: Workspace, solution: str) -> list[tuple[str, Any]]:
    """Whose qualified stretches began, and when."""
    found = rows(
        ws,
        f"""
        SELECT a.domain, q.from_at FROM qualification AS q JOIN buying_group USING (buying_group_id)
        JOIN account AS a USING (account_id)
        WHERE q.status = 'qualified' AND solution_id = '{solution}' ORDER BY q.from_at, a.domain
        """,
    )
    return [(row["domain"].split(".")[0], row["from_at"]) for row in found]


@told(*busy("third", "seats", 3), *busy("first", "seats", 5), *busy("second", "seats", 4))
def test_one_place_a_week_goes_to_the_best_and_nobody_is_forgotten(ws: Workspace) -> None:
    assert came_in(ws, "seats") == [
        ("first", instant("2025-02-10 00:00")),
        ("second", instant("2025-02-17 00:00")),
        ("third", instant("2025-02-24 00:00")),
    ]
    waited = "SELECT rank, waiting, slots, came_in FROM queue WHERE pool = 'capacity seats' ORDER BY ALL"
    assert [tuple(row.values()) for row in rows(ws, waited)] == [
        (1, 1, 1, True),
        (1, 2, 1, True),
        (1, 3, 1, True),
        (2, 2, 1, False),
        (2, 3, 1, False),
        (3, 3, 1, False),
    ]
    [why] = rows(ws, f"SELECT reason FROM qualification WHERE buying_group_id = '{of('second', 'seats')}' "
                     "AND status = 'qualified'")  # fmt: skip
    assert why["reason"] == "number 1 of 2 by expected value, 1 place that week"


@told(*busy("even", "halves", 5), *busy("odd", "halves", 4))
def test_half_a_place_a_week_is_one_in_two_weeks(ws: Workspace) -> None:
    [(_, one), (_, other)] = came_in(ws, "halves")
    assert (other - one).days == 14


@told(*busy("left", "doors", 3), *busy("right", "doors", 4), *busy("single", "doors", 1))
def test_under_probability_all_that_are_likely_enough_come_in_on_the_monday(ws: Workspace) -> None:
    assert came_in(ws, "doors") == [(firm, instant("2025-02-10 00:00")) for firm in ("left", "right")]


@told(
    *busy("fades", "fading", 3),
    *[
        engaged(f"2025-06-03 09:0{n}", f"p{n}@fades.example", act, solution="fading")
        for n in range(4)
        for act in ("demo_requested", "webinar_attended", "event_attended")
    ],
)
def test_who_fades_leaves_after_two_low_mondays_and_rests_before_it_may_come_again(ws: Workspace) -> None:
    [(_, since)] = came_in(ws, "fading")
    assert since == instant("2025-02-10 00:00")
    [left] = rows(ws, "SELECT left_at FROM queue WHERE pool = 'capacity fading' AND came_in")
    # 39.1 points score 32: 117 points have faded to that after log2(117 / 39.1) x 56 = 88.5 days, on 3 May.
    assert left["left_at"] == instant("2025-05-12 00:00")
    high = f"SELECT MAX(score) AS most FROM score WHERE buying_group_id = '{of('fades', 'fading')}' " \
           "AND scored_at = TIMESTAMP '2025-06-09'"  # fmt: skip
    assert rows(ws, high)[0]["most"] > 45, "it would come in, did it not rest"


@told(
    *busy("unwanted", "refused", 5),
    *busy("next", "refused", 3),
    decided("2025-02-12 10:00", "rejected", group_id("unwanted", solution="refused"), reason="not now"),
)
def test_a_rejected_group_leaves_at_once_and_the_next_place_is_anothers(ws: Workspace) -> None:
    assert came_in(ws, "refused") == [
        ("unwanted", instant("2025-02-10 00:00")),
        ("next", instant("2025-02-17 00:00")),
    ]
    ended = (
        "SELECT to_at, ended_because FROM qualification WHERE status = 'qualified' "
        f"AND buying_group_id = '{of('unwanted', 'refused')}'"
    )
    assert rows(ws, ended) == [{"to_at": instant("2025-02-12 10:00"), "ended_because": "rejected by sales"}]


@told(
    *busy("selling", "taken", 5),
    opportunity("2025-02-06 09:00", "deal", account="selling", solution="taken"),
    *busy("waiting", "taken", 3),
)
def test_a_group_that_sales_already_works_takes_no_place(ws: Workspace) -> None:
    assert came_in(ws, "taken") == [("waiting", instant("2025-02-10 00:00"))]


@told(*busy("before", "later", 3), *busy("after", "later", 3, day="2025-03-04"))
def test_a_policy_holds_from_its_day_on(ws: Workspace) -> None:
    assert came_in(ws, "later") == [
        ("before", instant("2025-02-04 09:01")),  # the second person, at once
        ("after", instant("2025-03-10 00:00")),  # the Monday
    ]


def of(firm: str, solution: str) -> str:
    return group_id(firm, solution=solution)


def test_before_going_live_and_after_no_monday_hands_over_more_than_its_places(tmp_path: Path) -> None:
    """Forty groups for two and a half places a week, half of them before the company went live."""
    crowd = [record for n in range(40) for record in busy(f"firm{n:02d}", "many", 2 + n % 4, day=DAYS[n % 4])]
    places = CAPACITY + "many,2.5,company,1970-01-01,two sellers and a half\n"
    policies = POLICIES + "many,capacity,1970-01-01,places\n"
    ws = company(tmp_path, *crowd, rules={"policies": policies, "capacity": places}, run=False)
    settings = tmp_path / "muster.toml"
    live = settings.read_text("utf-8").replace("[company]\n", '[company]\nlive_since = "2025-03-10"\n', 1)
    settings.write_text(live, "utf-8")
    ws = open_workspace(tmp_path)
    ws.run(as_of=datetime(2025, 9, 30, tzinfo=UTC))
    found = rows(
        ws,
        'SELECT h."at", BOOL_OR(h.is_replayed) AS is_replayed, COUNT(*) AS handed, MIN(q.slots) AS slots '
        "FROM hand_off AS h LEFT JOIN queue AS q "
        'ON q.buying_group_id = h.buying_group_id AND q.week_at = h."at" AND q.came_in GROUP BY ALL',
    )
    assert 20 < sum(row["handed"] for row in found) <= 40  # who waits for long may fade meanwhile
    assert all(row["slots"] is not None and row["handed"] <= row["slots"] for row in found)
    assert {row["is_replayed"] for row in found} == {True, False}
    slots = sorted((row["at"], row["slots"]) for row in found)
    assert {two + three for (_, two), (_, three) in pairwise(slots)} == {5}, "two and three in turn"
