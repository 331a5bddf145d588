"""When a group is ready for sales by the rules as they come, and when it no longer is."""

from __future__ import annotations

from tests.stories.telling import Stories, stretches

from muster.testing import Record, account, engaged, instant, opportunity, rows
from muster.workspace import Workspace

told = Stories(as_of="2025-04-30")
BUSY = ("demo_requested", "webinar_attended", "event_attended")


def busy_day(day: str, firm: str, *people: str) -> list[Record]:
    """A demo request, a webinar and an event by each: 39 points that fade by half in 56 days.

    Two people's 78 points score 65 x (1 - 2^(-78/40)) = 48.18.
    """
    return [engaged(f"{day} 09:00", f"{who}@{firm}.example", act) for who in people for act in BUSY]


@told(account("Pair"), *busy_day("2025-02-03", "pair", "ana", "bo"))
def test_a_group_over_the_enter_threshold_qualifies_and_stays_so_between_the_two(ws: Workspace) -> None:
    [(since, until)] = stretches(ws, "pair.example")
    # 39.12 points score 32: log2(78 / 39.12) x 56 = 55.76 days later.
    assert since == instant("2025-02-03 09:00") and until is not None
    assert instant("2025-03-31 00:00") < until < instant("2025-03-31 04:00")
    on_the_way = (
        "SELECT score FROM score WHERE scored_at = TIMESTAMP '2025-03-03' AND score BETWEEN 39 AND 41"
    )
    assert len(rows(ws, on_the_way)) == 1  # below 45, and still qualified


@told(account("Single"), *busy_day("2025-02-03", "single", "ana"))
def test_a_group_between_the_thresholds_that_never_reached_the_upper_one_is_only_engaged(
    ws: Workspace,
) -> None:
    assert stretches(ws, "single.example") == []
    assert stretches(ws, "single.example", "engaged") == [(instant("2025-02-03 09:00"), None)]


@told(
    account("Alone"),
    opportunity("2025-02-03 08:00", "alone", account="alone"),
    *[engaged(f"2025-02-{day:02d} 09:00", "ana@alone.example", "event_attended") for day in range(3, 17)],
    engaged("2025-02-20 09:00", "bo@alone.example", "blog_viewed"),
)
def test_nobody_buys_alone_until_a_second_person_is_known_or_a_hand_is_raised(ws: Workspace) -> None:
    [(since, _)] = stretches(ws, "alone.example")
    assert since == instant("2025-02-20 09:00")
    before = rows(ws, "SELECT MAX(score) AS most FROM score WHERE scored_at = TIMESTAMP '2025-02-17'")
    assert before[0]["most"] > 50


@told(
    account("Bought"),
    *busy_day("2025-02-03", "bought", "ana", "bo"),
    opportunity("2025-02-10 09:00", "bought", account="bought", won="2025-02-20 09:00"),
)
def test_the_end_of_a_cycle_ends_being_qualified_however_short_it_was(ws: Workspace) -> None:
    assert stretches(ws, "bought.example") == [(instant("2025-02-03 09:00"), instant("2025-02-20 09:00"))]
    ended = (
        "SELECT status, ended_because AS why FROM qualification WHERE to_at = TIMESTAMP '2025-02-20 09:00'"
    )
    assert {"status": "qualified", "why": "the cycle ended: won"} in rows(ws, ended)
