"""Who decides on what, and when: hidden buying cycles, their groups, and what members do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from muster.demo.draw import Draw
from muster.demo.records import END, SOLUTIONS, Account, Act, Cycle, Person, Span

# Which functions care for a solution, the ones that own it first.
CONCERNED: Final = {
    "data-platform": ("Data", "IT", "Finance", "Operations"),
    "workforce-suite": ("HR", "Operations", "IT"),
    "revenue-cloud": ("Sales", "Marketing", "Finance", "IT"),
}
# What members of a role do, by relative frequency.
HABITS: Final = {
    "champion": {"visit": 3.0, "guide": 2.4, "webinar": 1.6, "email": 1.6, "share": 1.5, "pricing": 0.6,
                 "demo": 0.3, "event": 0.5, "social": 0.4},
    "technical_influencer": {"visit": 4.0, "docs": 2.6, "guide": 1.6, "webinar": 1.3, "email": 0.8},
    "user": {"visit": 4.0, "webinar": 1.6, "guide": 1.3, "email": 0.8, "social": 0.3},
    "decision_maker": {"visit": 3.0, "email": 1.6, "dinner": 1.1, "guide": 0.8, "event": 0.8, "reply": 0.5},
    "economic_buyer": {"pricing": 2.4, "visit": 2.0, "guide": 0.8, "email": 1.0},
    "procurement": {"pricing": 3.0, "visit": 2.0, "reply": 0.5},
}  # fmt: skip
NOISE: Final = {
    "visit": 2.2,
    "guide": 1.1,
    "email": 2.6,
    "webinar": 0.6,
    "event": 0.5,
    "social": 0.5,
    "careers": 0.35,
}
# Acts a week at the height of a cycle, and how long after its beginning a role tends to join (weeks).
_PACE: Final = {
    "champion": (1.2, 0, 1), "technical_influencer": (0.75, 1, 5), "user": (0.65, 1, 8),
    "decision_maker": (0.55, 3, 9), "economic_buyer": (0.5, 5, 11), "procurement": (0.45, 9, 16),
}  # fmt: skip


def gather_group(draw: Draw, account: Account, solution: str) -> dict[str, list[Person]]:
    """Choose the three to nine people who decide together, by function and seniority."""
    concerned = CONCERNED[solution]
    free = [person for person in account.people if person.function in concerned]
    own = [person for person in free if person.function in concerned[:2]]
    members: dict[str, list[Person]] = {}

    def take(role: str, candidates: list[Person], count: int) -> None:
        taken = {id(person) for people in members.values() for person in people}
        chosen = draw.some([person for person in candidates if id(person) not in taken], count)
        if chosen:
            members[role] = chosen

    take("champion", [p for p in own if p.seniority in {"manager", "director"}] or own or free, 1)
    take("decision_maker", [p for p in own if p.is_senior] or [p for p in free if p.is_senior], 1)
    techies = [p for p in account.people if p.function in {"IT", "Data"} and not p.is_senior]
    take("technical_influencer", techies, draw.whole(1, 2))
    take("user", [p for p in own if p.seniority in {"staff", "manager"}], draw.whole(1, 3))
    money = [p for p in account.people if p.function == "Finance" and p.seniority != "staff"]
    take("economic_buyer", money, 1 if draw.chance(0.7) else 0)
    take(
        "procurement",
        [p for p in account.people if p.function == "Procurement"],
        1 if draw.chance(0.45) else 0,
    )
    return members


def begin_cycle(
    draw: Draw,
    account: Account,
    *,
    solution: str,
    begins_at: datetime,
    weeks: float,
    opens: bool,
    members: dict[str, list[Person]] | None = None,
) -> Cycle:
    """Begin a buying cycle; it peaks after `weeks`, when a deal opens, or fades without one."""
    peak = draw.at_work(begins_at + timedelta(weeks=weeks))
    cycle = Cycle(account, solution, begins_at, peak, opens_at=peak if opens else None)
    cycle.members = members or gather_group(draw, account, solution)
    for role, person in cycle.people():
        _, early, late = _PACE[role]
        wait = timedelta(weeks=draw.between(early, late) * min(1.3, weeks / 12))
        cycle.joined_at[person.email] = begins_at + wait
    if cycle.opens_at is not None:
        cycle.closes_at = draw.at_work(cycle.opens_at + timedelta(days=min(260, draw.spread(85, 0.55))))
    return cycle


def draw_cycles(draw: Draw, account: Account, *, number: int, span: Span) -> list[Cycle]:
    """Let an account go through no, one or several buying cycles of its own.

    The golden ratio spreads their beginnings, so that no quarter is empty or crowded by chance.
    """
    cycles: list[Cycle] = []
    appetite = {"A": 1.15, "B": 0.8, "C": 0.5, "D": 0.25, "": 0.5}[account.tier]
    wanted = draw.some(list(SOLUTIONS), min(3, draw.count(appetite)))
    for turn, solution in enumerate(wanted):
        place = (number * 0.618034 + turn * 0.381966 + draw.between(0, 0.12)) % 1
        start = span.start + timedelta(weeks=1 + place * (52 * span.years - 7))
        weeks = draw.between(7, 21)
        cycle = begin_cycle(
            draw, account, solution=solution, begins_at=start, weeks=weeks, opens=draw.chance(0.48)
        )
        if len(cycle.joined_at) < 3:
            continue
        cycle.energy = draw.between(0.7, 1.15) if cycle.opens_at else draw.between(0.35, 0.8)
        cycles.append(cycle)
    return cycles


def pace(cycle: Cycle, role: str, at: datetime) -> float:
    """Say how many acts a week a member of this role does at an instant of the cycle."""
    height = _PACE[role][0] * cycle.energy
    if at < cycle.peaks_at:
        whole = (cycle.peaks_at - cycle.begins_at).total_seconds()
        return height * (0.3 + 0.9 * (at - cycle.begins_at).total_seconds() / max(whole, 1))
    if cycle.closes_at is not None:
        return height * 0.35 if at < cycle.closes_at else 0.02
    faded = (at - cycle.peaks_at).days / 7
    return height * max(0.0, 0.8 - 0.12 * faded)


def act_in_cycle(draw: Draw, cycle: Cycle) -> Iterator[Act]:
    """Let each member act, week by week, until the cycle is over."""
    for role, person in cycle.people():
        week = cycle.joined_at[person.email]
        until = (cycle.closes_at or cycle.peaks_at) + timedelta(weeks=7)
        while week < min(until, END):
            for _ in range(draw.count(pace(cycle, role, week))):
                at = draw.at_work(week + timedelta(days=draw.whole(0, 6)))
                kind = draw.weigh(HABITS[role])
                topic = cycle.solution if draw.chance(0.88) else "company"
                if kind == "share":
                    yield Act(at, person, kind, cycle.solution, to=_reader(draw, cycle, person, at))
                else:
                    yield Act(at, person, kind, topic)
            week += timedelta(weeks=1)


def act_idly(draw: Draw, account: Account, *, span: Span) -> Iterator[Act]:
    """Let people who are not buying read, click and attend now and then."""
    weeks = 52 * span.years
    for person in account.people:
        for _ in range(draw.count(0.019 * weeks * person.interest)):
            at = draw.at_work(span.start + timedelta(days=draw.whole(0, weeks * 7 - 3)))
            own = [solution for solution, functions in CONCERNED.items() if person.function in functions]
            topic = draw.pick(own) if own and draw.chance(0.5) else "company"
            yield Act(at, person, draw.weigh(NOISE), topic)


def _reader(draw: Draw, cycle: Cycle, sharer: Person, at: datetime) -> Person | None:
    """Choose who gets the link: a colleague of the group, often someone more senior."""
    others = [person for _, person in cycle.people() if person is not sharer]
    seniors = [person for person in others if person.is_senior]
    if not others or draw.chance(0.25):
        return None
    reader = draw.pick(seniors) if seniors and draw.chance(0.55) else draw.pick(others)
    # Whoever is sent the link hears of the matter now, if not before.
    cycle.joined_at[reader.email] = min(cycle.joined_at[reader.email], at)
    return reader
