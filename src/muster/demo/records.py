"""The shapes the generator talks about: an account, its people, a buying cycle, an act, a deal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

END: Final = datetime(2025, 12, 28, 23, 59, 59)
SOLUTIONS: Final = {
    "data-platform": "Data Platform",
    "workforce-suite": "Workforce Suite",
    "revenue-cloud": "Revenue Cloud",
}


@dataclass(slots=True)
class Span:
    """The stretch of time the export covers: whole weeks up to END."""

    years: int

    @property
    def start(self) -> datetime:
        """The Monday on which the history begins."""
        return datetime(END.year, END.month, END.day) + timedelta(days=1) - timedelta(weeks=52 * self.years)

    def holds(self, at: datetime) -> bool:
        """Say whether the export covers this instant."""
        return self.start <= at <= END


@dataclass(slots=True)
class Lead:
    """One lead record and what the old process made of it."""

    lead_id: str
    person: Person
    email: str
    source: str
    created_at: datetime
    status: str = "Open"
    reason: str = ""
    mql_at: datetime | None = None
    sal_at: datetime | None = None
    disqualified_at: datetime | None = None
    converted_at: datetime | None = None
    converted_opportunity_id: str = ""


@dataclass(slots=True, eq=False)
class Person:
    """One human of an account: what they are, and what the CRM and the browser know of them."""

    account: Account
    first: str
    last: str
    email: str
    title: str
    function: str
    seniority: str
    interest: float = 1.0
    visitor_id: str = ""
    lead: Lead | None = None
    contact_id: str = ""
    contact_created_at: datetime | None = None
    contact_email: str = ""
    identified_at: datetime | None = None

    @property
    def name(self) -> str:
        """The name as one writes it."""
        return f"{self.first} {self.last}"

    def address_at(self, at: datetime) -> str:
        """The address they were known by at an instant: the lead's until they became a contact."""
        if self.lead is None or (self.contact_created_at is not None and self.contact_created_at <= at):
            return self.email
        return self.lead.email

    @property
    def is_senior(self) -> bool:
        """Say whether this is a vice president or a chief."""
        return self.seniority in {"vp", "chief"}


@dataclass(slots=True, eq=False)
class Account:
    """One organisation; `account_id` is its record, `owner_id` its seller, `sdr_id` who takes its leads."""

    account_id: str
    name: str
    domain: str
    website: str
    industry: str
    employees: int
    state: str
    type: str
    tier: str
    uses_technology: bool
    owner_id: str
    sdr_id: str
    created_on: date
    people: list[Person] = field(default_factory=list)
    has_scanner: bool = False

    @property
    def plain_name(self) -> str:
        """The name without its legal form, as people write it."""
        return " ".join(self.name.split()[:2])


@dataclass(slots=True, eq=False)
class Cycle:
    """One hidden buying cycle: who decides on what, from when, and what comes of it."""

    account: Account
    solution: str
    begins_at: datetime
    peaks_at: datetime
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    is_won: bool | None = None
    members: dict[str, list[Person]] = field(default_factory=dict)
    joined_at: dict[str, datetime] = field(default_factory=dict)
    energy: float = 1.0
    deal: Deal | None = None

    def people(self) -> Iterable[tuple[str, Person]]:
        """Walk over the group: role and person."""
        return ((role, person) for role, people in self.members.items() for person in people)


@dataclass(slots=True, eq=False)
class Act:
    """One thing a person does with the vendor; `traces` turns it into rows."""

    at: datetime
    person: Person
    kind: str
    topic: str
    to: Person | None = None


@dataclass(slots=True, eq=False)
class Deal:
    """One opportunity and its dated states."""

    opportunity_id: str
    account_id: str
    name: str
    solution: str
    type: str
    lead_source: str
    created_at: datetime
    owner_id: str
    campaign_id: str = ""
    currency: str = "USD"
    has_amount: bool = True
    has_solution: bool = True
    has_roles: bool = True
    history: list[tuple[datetime, str, int | None, date]] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """The stage it stands in today."""
        return self.history[-1][1]

    @property
    def amount_cents(self) -> int | None:
        """What it is worth today; None where nobody has entered an amount."""
        return self.history[-1][2] if self.has_amount else None

    @property
    def is_won(self) -> bool:
        """Say whether it has been won."""
        return self.stage == "Closed Won"
