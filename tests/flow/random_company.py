"""Small companies drawn from a seed: a year and a half of five accounts, and all that makes records hard.

Leads that become contacts, merged records, shared and private mailboxes, browsers that two people use,
records that arrive late, links passed on, deals won, lost, refunded and left open.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from muster.testing import (
    Record,
    account,
    called,
    contact,
    engaged,
    lead,
    named,
    opportunity,
    shared,
    spent,
    tactic,
    visited,
)

SOLUTIONS = ("data-platform", "workforce-suite")
START = datetime(2024, 1, 1)
DAYS = 540
TITLES = (
    "", "VP Data", "CFO", "Data Engineer", "Director of Operations", "HR Manager", "Head of Purchasing",
    "Chief Executive Officer", "Analyst",
)  # fmt: skip
ACTS = (
    "page_viewed", "page_viewed", "blog_viewed", "pricing_viewed", "docs_viewed", "form_submitted",
    "email_opened", "email_clicked", "email_replied", "webinar_attended", "event_attended",
    "campaign_responded", "campaign_sent", "trial_started", "demo_requested", "yawned",
)  # fmt: skip
ROLES = ("Champion", "Decision Maker", "Evaluator", "Somebody", "")
REASONS = ("No budget this year", "Duplicate - account already worked", "Wrong role", "")
TACTICS = ("webinar-1", "webinar-2", "ads", "newsletter")


@dataclass(frozen=True)
class Draw:
    """The dice of one company."""

    dice: random.Random

    def at(self, start: datetime = START, days: float = DAYS) -> datetime:
        return (start + timedelta(days=self.dice.uniform(0, days))).replace(microsecond=0)

    def chance(self, part: float) -> bool:
        return self.dice.random() < part

    def one(self, *choices: str) -> str:
        return self.dice.choice(choices)


@dataclass(frozen=True)
class Human:
    """Somebody at an account: their address, the record that stands for them, and their browser."""

    email: str
    record: str
    browser: str


def records(seed: int) -> list[Record]:
    """Everything the company of a seed wrote down."""
    draw = Draw(random.Random(seed))
    found = [
        tactic(key, program=draw.one("", "program-1"), channel=draw.one("web", "email")) for key in TACTICS
    ]
    found.append(tactic("program-1", cost="5000.00", starts="2024-02-01"))
    for _ in range(30):
        day = f"{draw.at():%Y-%m-%d}"
        found.append(spent(day, draw.one(*TACTICS), f"{draw.dice.randrange(1, 90000) / 100:.2f}"))
    for number in range(5):
        found += _account(draw, f"firm{number}")
    found += _selling(Draw(random.Random(f"sales {seed}")), found)
    late = [_late(draw, record) if record.table == "engagement" else record for record in found]
    draw.dice.shuffle(late)
    return late


def text(moment: datetime) -> str:
    """An instant as a record writes it."""
    return moment.isoformat(" ")


def _account(draw: Draw, name: str) -> Iterator[Record]:
    tier = {"icp_tier": draw.one("A", "B", "C")} if draw.chance(0.7) else {}
    size = {"employee_count": str(draw.dice.choice([20, 400, 5000]))}
    yield account(name.title(), website=f"{name}.example", **tier, **size, owner_id="o1")
    if draw.chance(0.4):  # a second record of the same organisation, merged one day or never
        merged = {"merged_into_id": name, "merged_at": text(draw.at())} if draw.chance(0.5) else {}
        yield account(name.title(), record=f"{name}-b", website="", created=text(draw.at()), **merged)
    people = [Human(f"p{n}@{name}.example", f"{name}-c{n}", f"{name}-v{n % 3}") for n in range(5)]
    for human in people:
        yield from _person(draw, human, name)
    for solution in SOLUTIONS[: draw.dice.choice([1, 2])]:
        yield from _interest(draw, name, people, solution)
    for number in range(draw.dice.choice([0, 1, 1, 2])):
        yield from _deal(draw, name, people, f"{name}-d{number}")


def _person(draw: Draw, human: Human, name: str) -> Iterator[Record]:
    title, since = draw.one(*TITLES), draw.at()
    kind = draw.one("contact", "lead", "converted", "stranger", "private")
    if kind == "contact":
        yield contact(
            human.email, record=human.record, title=title, created=text(since), account_record_id=name
        )
    if kind == "private":
        private = human.email.replace("@", ".").replace(".example", "@gmail.com")
        yield contact(private, record=human.record, title=title, created=text(since), account_record_id=name)
    if kind in {"lead", "converted"}:
        mql = draw.at(since, 60)
        later = text(draw.at(mql, 60)) if draw.chance(0.5) else ""
        turned = draw.at(mql, 90)
        became = {
            "converted_person_record_id": human.record,
            "converted_account_record_id": name,
            "converted_at": text(turned),
        }
        yield lead(
            human.email,
            record=f"{human.record}-lead",
            title=draw.one(title, ""),
            created=text(since),
            company_name=draw.one(name.title(), "Somewhere"),
            mql=text(mql),
            disqualified="" if kind == "converted" else later,
            reason="" if kind == "converted" or not later else draw.one(*REASONS),
            **(became if kind == "converted" else {}),
        )
        if kind == "converted":
            address = draw.one(human.email, f"private.{human.email}")
            made = text(turned)
            yield contact(address, record=human.record, title=title, created=made, account_record_id=name)


def _interest(draw: Draw, name: str, people: list[Human], solution: str) -> Iterator[Record]:
    """Waves of engagement: some weeks of many acts, months of few."""
    for wave in range(draw.dice.choice([1, 2, 3])):
        start = draw.at()
        for _ in range(draw.dice.randrange(4, 22)):
            at, human = draw.at(start, 45), draw.dice.choice(people)
            about = {"solution": draw.one(solution, solution, "")}
            about |= {"tactic_id": draw.one(*TACTICS)} if draw.chance(0.5) else {}
            act = draw.one(*ACTS)
            if draw.chance(0.5):
                yield engaged(text(at), human.email, act, **about)
            elif draw.chance(0.3):
                yield visited(text(at), human.browser, activity=act, email=human.email, **about)
            elif draw.chance(0.5):
                yield visited(text(at), human.browser, company_domain=f"{name}.example", **about)
            else:
                yield visited(text(at), human.browser, **about)
        if draw.chance(0.2):
            yield from _scanned(draw, start, people, solution)
        if draw.chance(0.7):
            token, passed = f"{name}-{solution}-{wave}", draw.at(start, 30)
            yield shared(text(passed), draw.dice.choice(people).email, token)
            for reader in draw.dice.sample(people, 2):
                seen = draw.at(passed, 20)
                yield visited(
                    text(seen), reader.browser, email=reader.email, share_token=token, solution=solution
                )
        for _ in range(draw.dice.randrange(3)):
            research = draw.one("topic_researched", "review_site_visited", "ad_viewed")
            found = text(draw.at(start, 40))
            yield engaged(found, "", research, solution=solution, company_domain=f"{name}.example")


def _scanned(draw: Draw, start: datetime, people: list[Human], solution: str) -> Iterator[Record]:
    """A mail scanner follows every link of a mail, in the name of one of them."""
    at, human = draw.at(start, 40), draw.dice.choice(people)
    for second in (0, 2, 5, 9):
        yield engaged(text(at + timedelta(seconds=second)), human.email, "email_clicked", solution=solution)


def _deal(draw: Draw, name: str, people: list[Human], key: str) -> Iterator[Record]:
    opened = draw.at(days=DAYS - 60)
    closed = draw.at(opened, 120)
    ending = draw.one("won", "won", "lost", "open")
    amounts = ("0.01", "100.00", "99999.99", "12345.67", "0.00", "-250.05")
    yield opportunity(
        text(opened),
        key,
        account=name,
        amount=draw.one(*amounts),
        solution=draw.one(*SOLUTIONS, ""),
        stages=[(text(opened + (closed - opened) / 2), "Proposal")] if draw.chance(0.7) else (),
        won=text(closed) if ending == "won" else "",
        lost=text(closed) if ending == "lost" else "",
        currency=draw.one("USD", "USD", "EUR"),
        type=draw.one("new_business", "upsell", "renewal"),
        lead_source=draw.one("", "Web", "Sales prospecting", "Partner"),
    )
    for human in draw.dice.sample(people, 2):
        yield named(text(draw.at(opened, 30)), key, human.record, draw.one(*ROLES))


def _selling(draw: Draw, found: list[Record]) -> Iterator[Record]:
    """Sellers call people about a deal, or about none."""
    people = [r.cells["person_record_id"] for r in found if r.table == "person_record"]
    deals = [r.cells["opportunity_id"] for r in found if r.table == "opportunity"]
    for _ in range(20):
        about = {"opportunity_id": draw.one(*deals)} if deals and draw.chance(0.3) else {}
        yield called(text(draw.at()), draw.one(*people), kind=draw.one("call", "meeting"), **about)


def _late(draw: Draw, record: Record) -> Record:
    """One engagement in twenty is uploaded days after it happened."""
    if not draw.chance(0.05):
        return record
    happened = datetime.fromisoformat(record.cells["occurred_at"])
    return replace(record, cells=dict(record.cells) | {"known_at": text(draw.at(happened, 60))})
