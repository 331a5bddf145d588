"""What people of many accounts do, what they are offered, and the rows it leaves in the web log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import columns as c
import numpy as np
import pyarrow as pa
from market import END, START, WEEK, Accounts, Cycles

from muster.demo.marketing import PROGRAMMES, Plan
from muster.demo.records import SOLUTIONS
from muster.demo.traces import SITE_PATHS

TOPICS = [*SOLUTIONS, "company"]
KINDS = ("visit", "guide", "webinar", "event", "email", "pricing", "demo", "social")
_IN_CYCLE = [0.42, 0.2, 0.11, 0.04, 0.14, 0.05, 0.02, 0.02]
_IDLE = [0.44, 0.18, 0.07, 0.05, 0.23, 0.01, 0.0, 0.02]
_QUARTERS = np.array(
    [np.datetime64(f"{y}-{m:02d}-01", "s").astype(int) for y in (2024, 2025) for m in (1, 4, 7, 10)]
)
Tables = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Offers:
    """The marketing plan as arrays: which tactic of a programme runs in a quarter for a topic."""

    campaign_ids: Any
    place: dict[str, c.Ints]  # programme -> [quarter, topic]
    pages: Any
    site: c.Ints  # [topic, choice]
    guides: c.Ints
    thanks: c.Ints
    other: dict[str, int]

    def tactic(self, programme: str, at: c.Ints, topic: c.Ints) -> c.Ints:
        """The tactics that ran at these instants for these topics."""
        quarter = np.searchsorted(_QUARTERS[1:], at, side="right")
        return self.place[programme][quarter, topic]


def offers(plan: Plan) -> Offers:
    """Lay out the plan of the demo's generator."""
    running = [tactic for tactics in plan.tactics.values() for tactic in tactics.values()]
    number = {tactic.campaign_id: place for place, tactic in enumerate(running)}
    place = {}
    for programme in PROGRAMMES:
        quarters = [plan.tactics[programme, quarter] for quarter in range(8)]
        place[programme] = np.array(
            [[number[(q.get(t) or next(iter(q.values()))).campaign_id] for t in TOPICS] for q in quarters]
        )
    pages: list[str] = []

    def put(paths: list[str]) -> list[int]:
        pages.extend(paths)
        return list(range(len(pages) - len(paths), len(pages)))

    site = np.array([put(list(SITE_PATHS[topic])) for topic in TOPICS])
    guides = np.array([put(list(plan.guides[topic][:4])) for topic in TOPICS])
    thanks = np.array([put([f"{page}/thank-you" for page in plan.guides[topic][:4]]) for topic in TOPICS])
    other = dict(
        zip(("pricing", "demo", "careers"), put(["/pricing", "/demo/thank-you", "/careers"]), strict=True)
    )
    ids = pa.array([tactic.campaign_id for tactic in running])
    return Offers(ids, place, pa.array(pages), site, guides, thanks, other)


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts by place: who, when, what, about which topic."""

    person: c.Ints
    at: c.Ints
    kind: c.Ints
    topic: c.Ints

    def of(self, *kinds: str) -> Acts:
        """Only the acts of some kinds."""
        mine = np.isin(self.kind, [KINDS.index(kind) for kind in kinds])
        return Acts(self.person[mine], self.at[mine], self.kind[mine], self.topic[mine])


def act(
    rng: np.random.Generator, accounts: Accounts, cycles: Cycles, *, in_cycle: float, idle: float
) -> Acts:
    """Let groups act ever more until their deal opens, less until it closes; and others now and then."""
    times = rng.poisson(in_cycle * cycles.size / 5 * rng.uniform(0.6, 1.4, len(cycles.size)))
    cycle = np.repeat(np.arange(len(times)), times)
    member = (cycles.size[cycle] * rng.random(len(cycle)) ** 1.4).astype(np.int64)
    ramp = np.sqrt(rng.random(len(cycle)))
    late = cycles.opens[cycle] & (rng.random(len(cycle)) < 0.25)
    begins, ends = cycles.begins_at[cycle], cycles.peaks_at[cycle]
    at = np.where(
        late,
        ends + rng.random(len(cycle)) * (cycles.closes_at[cycle] - ends),
        begins + ramp * (ends - begins),
    )
    topic = np.where(rng.random(len(cycle)) < 0.88, cycles.solution[cycle], 3)
    people = accounts.people
    others = rng.poisson(idle, len(accounts.counts))
    account = np.repeat(np.arange(len(others)), others)
    idler = accounts.first_person[account] + (accounts.counts[account] * rng.random(len(account))).astype(
        np.int64
    )
    person = np.concatenate([accounts.first_person[cycles.account[cycle]] + member, idler])
    when = np.concatenate([at.astype(np.int64), rng.integers(START, END, len(idler))])
    kind = np.concatenate([c.weigh(rng, _IN_CYCLE, len(cycle)), c.weigh(rng, _IDLE, len(idler))])
    about = np.concatenate([topic, rng.integers(0, 4, len(idler))])
    # Who is not known yet can only visit.
    kind = np.where(people.known_at[person] <= when, kind, 0)
    kept = when < END
    return Acts(person[kept], when[kept], kind[kept], about[kept])


def web(rng: np.random.Generator, accounts: Accounts, cycles: Cycles, acts: Acts, plan: Offers) -> Tables:
    """Page views in sessions, forms, clicks out of mails, and tracked links with who opened them."""
    people = accounts.people
    parts: list[tuple[c.Ints, ...]] = []  # person, at, page, campaign, token, event

    def add(
        person: c.Ints, at: c.Ints, page: Any, *, campaign: Any = -1, token: Any = -1, event: Any = 0
    ) -> None:
        parts.append(
            tuple(np.broadcast_to(a, person.shape) for a in (person, at, page, campaign, token, event))
        )

    seen = acts.of("visit", "pricing")
    pages = 1 + rng.binomial(3, 0.25, len(seen.at))
    session = np.repeat(np.arange(len(pages)), pages)
    turn = np.arange(len(session)) - np.repeat(np.cumsum(pages) - pages, pages)
    path = plan.site[seen.topic[session], rng.integers(0, 5, len(session))]
    path = np.where((turn == 0) & (seen.kind[session] == KINDS.index("pricing")), plan.other["pricing"], path)
    is_ad = (turn == 0) & (rng.random(len(session)) < 0.15)
    paid = plan.tactic("Paid search", seen.at[session], seen.topic[session])
    at = seen.at[session] + turn * rng.integers(25, 200, len(pages))[session]
    add(seen.person[session], at, path, campaign=np.where(is_ad, paid, -1), event=np.where(is_ad, 1, 0))
    read = acts.of("guide")
    choice = rng.integers(0, 4, len(read.at))
    tactic = plan.tactic("Content syndication", read.at, read.topic)
    add(read.person, read.at, plan.guides[read.topic, choice], campaign=tactic)
    add(read.person, read.at + 70, plan.thanks[read.topic, choice], campaign=tactic, event=2)
    asked = acts.of("demo")
    add(asked.person, asked.at, plan.other["demo"], event=2)
    clicked = acts.of("email")
    lucky = rng.random(len(clicked.at)) < 0.5
    tactic = plan.tactic("Nurture e-mail", clicked.at, clicked.topic)[lucky]
    add(clicked.person[lucky], clicked.at[lucky] + 12, plan.guides[clicked.topic[lucky], 0], campaign=tactic)
    shares = np.repeat(np.arange(len(cycles.size)), rng.poisson(0.9, len(cycles.size)))
    sharer = accounts.first_person[cycles.account[shares]]
    reader = sharer + 1 + ((cycles.size[shares] - 1) * rng.random(len(shares))).astype(np.int64)
    span = cycles.peaks_at[shares] - cycles.begins_at[shares]
    shared_at = cycles.begins_at[shares] + (rng.random(len(shares)) * span).astype(np.int64)
    tokens = c.codes(rng, "s", len(shares), length=11)
    opened = (rng.random(len(shares)) < 0.7) & (shared_at < END - WEEK)
    add(
        reader[opened],
        shared_at[opened] + rng.integers(3_600, 5 * 86_400, opened.sum()),
        plan.guides[cycles.solution[shares[opened]], 1],
        token=np.flatnonzero(opened),
    )
    person, at, page, campaign, token, event = (np.concatenate(part) for part in zip(*parts, strict=True))
    kept = at < END
    person, at, page, campaign, token, event = (a[kept] for a in (person, at, page, campaign, token, event))
    known = (people.known_at[person] <= at) & ((event == 2) | (rng.random(len(at)) < 0.88))
    network = c.weigh(rng, [0.62, 0.34, 0.04], len(at))
    wrong = rng.integers(0, len(accounts.counts), len(at))
    company = np.where(network == 0, people.account[person], np.where(network == 1, -1, wrong))
    made = shared_at < END
    named = people.known_at[sharer] <= shared_at
    return {
        "events/web_events": {
            "event_id": c.codes(rng, "w", len(at)),
            "ts": c.instants(at),
            "visitor_id": c.take(people.visitor_id, person),
            "email": c.when(known, c.take(people.email, person)),
            "ip_company_domain": c.take(accounts.domain, company),
            "path": c.take(plan.pages, page),
            "utm_campaign": c.take(plan.campaign_ids, campaign),
            "share_token": c.take(tokens, token),
            "event": c.take(pa.array(["page_view", "ad_click_visit", "form_submit"]), event),
        },
        "events/share_links": {
            "share_token": tokens.filter(pa.array(made)),
            "ts": c.instants(shared_at[made]),
            "sharer_email": c.when(named[made], c.take(people.email, sharer[made])),
        },
    }
