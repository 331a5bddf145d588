"""Who there is: the vendor's own users, the accounts it knows of, and the people who work there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from muster.demo.draw import Draw
from muster.demo.names import (
    CHIEFS,
    FIRST,
    FUNCTIONS,
    LAST,
    LEGAL_FORMS,
    SENIORITIES,
    STATES,
    STEM,
    TRADES,
)
from muster.demo.records import Account, Lead, Person, Span

OWN_DOMAIN = "halden.example"
FREE_MAIL = "postbox.example"
TIERS = {"A": 0.16, "B": 0.36, "C": 0.26, "D": 0.14, "": 0.08}
# A company's head-count by function and seniority as far as a vendor could meet it.
_STAFFING = {
    "IT": {"staff": 2, "manager": 1.2, "director": 0.8, "vp": 0.4, "chief": 0.6},
    "Data": {"staff": 1.6, "manager": 0.9, "director": 0.6, "vp": 0.3, "chief": 0.1},
    "Operations": {"staff": 1, "manager": 0.7, "director": 0.5, "vp": 0.4, "chief": 0.3},
    "HR": {"staff": 1.2, "manager": 0.8, "director": 0.6, "vp": 0.4, "chief": 0.3},
    "Sales": {"staff": 1, "manager": 0.9, "director": 0.6, "vp": 0.6, "chief": 0.2},
    "Marketing": {"staff": 1, "manager": 0.7, "director": 0.5, "vp": 0.3, "chief": 0.3},
    "Finance": {"staff": 0.9, "manager": 0.6, "director": 0.6, "vp": 0.4, "chief": 0.6},
    "Procurement": {"staff": 0.5, "manager": 0.6, "director": 0.3, "chief": 0.05},
}


@dataclass(frozen=True, slots=True)
class User:
    """One of the vendor's own people in the CRM."""

    user_id: str
    first: str
    last: str
    title: str
    is_active: bool = True

    @property
    def email(self) -> str:
        """The address at the vendor."""
        return f"{self.first}.{self.last}@{OWN_DOMAIN}".lower()


def hire_users(seed: int, *, accounts: int) -> list[User]:
    """Hire the vendor's sellers: one account executive for about 20 accounts, one SDR for 45."""
    draw = Draw(seed, "users")
    titles = ["Account Executive"] * max(4, accounts // 20) + ["SDR"] * max(3, accounts // 45)
    titles += ["Marketing Operations", "RevOps Manager", "VP Sales", "Account Executive"]
    names = draw.some([(first, last) for first in FIRST for last in LAST[:40]], len(titles))
    users = [
        User(draw.record_id("005"), first, last, title)
        for title, (first, last) in zip(titles, names, strict=True)
    ]
    gone = users[-1]  # one seller has left, as in every CRM
    return [*users[:-1], User(gone.user_id, gone.first, gone.last, gone.title, is_active=False)]


def found_accounts(seed: int, *, count: int, span: Span, users: list[User]) -> list[Account]:
    """Found the accounts with their people; each account has its own stream of draws."""
    naming = Draw(seed, "account names")
    trades = [(industry, trade) for industry, words in TRADES.items() for trade in words]
    names = naming.some([(stem, *trade) for stem in STEM for trade in trades], count)
    sellers = [user for user in users if user.title == "Account Executive"]
    sdrs = [user for user in users if user.title == "SDR"]
    accounts = []
    for number, (stem, industry, trade) in enumerate(names):
        draw = Draw(seed, "account", number)
        domain = f"{stem}{trade}.example".lower()
        account = Account(
            account_id=draw.record_id("001"),
            name=f"{stem} {trade} {draw.pick(LEGAL_FORMS)}".strip(),
            domain=domain,
            website=draw.pick((domain, f"www.{domain}", f"https://www.{domain}", domain, domain)),
            industry=industry,
            employees=int(draw.spread(700, 1.1)) + 40,
            state=draw.pick(STATES),
            type="Prospect",
            tier=draw.weigh(TIERS),
            uses_technology=draw.chance(0.35),
            owner_id=draw.pick(sellers).user_id,
            sdr_id=draw.pick(sdrs).user_id,
            created_on=(span.start - timedelta(days=draw.whole(20, 900))).date(),
        )
        account.people = employ(draw, account, span=span)
        accounts.append(account)
    return accounts


def employ(draw: Draw, account: Account, *, span: Span) -> list[Person]:
    """Give an account its people, of whom the CRM knows some before the history begins."""
    size = min(1.35, max(0.55, (account.employees / 700) ** 0.25)) * 0.84
    people: list[Person] = []
    taken: set[str] = set()
    for function, seniorities in _STAFFING.items():
        for seniority, mean in seniorities.items():
            for _ in range(draw.count(mean * size)):
                person = introduce(draw, account, function=function, seniority=seniority)
                if person.email in taken:
                    continue
                taken.add(person.email)
                people.append(person)
                if draw.chance(0.36):
                    _enter_into_crm(draw, person, span=span)
    return people


def introduce(draw: Draw, account: Account, *, function: str, seniority: str) -> Person:
    """Make one person: name, address by the company's habit, title with its share of dirt."""
    first, last = draw.pick(FIRST), draw.pick(LAST)
    local = f"{first}.{last}" if draw.chance(0.9) else f"{first[0]}{last}"
    words = FUNCTIONS[function]
    if seniority == "chief":
        title = draw.pick(CHIEFS[function])
    else:
        title = draw.pick(SENIORITIES[seniority]).format(draw.pick(words))
    return Person(
        account=account,
        first=first,
        last=last,
        email=f"{local}@{account.domain}".lower(),
        title=draw.weigh({title: 0.8, title.upper(): 0.05, title.lower(): 0.06, "": 0.09}),
        function=function,
        seniority=seniority,
        interest=draw.weigh({0.0: 0.45, 0.6: 0.3, 1.0: 0.18, 2.4: 0.07}),
        visitor_id=draw.code(10),
    )


def _enter_into_crm(draw: Draw, person: Person, *, span: Span) -> None:
    at = draw.at_work(span.start - timedelta(days=draw.whole(10, 700)))
    if draw.chance(0.42):
        person.contact_id = draw.record_id("003")
        person.contact_created_at = at
        person.contact_email = person.email if draw.chance(0.97) else ""
    else:
        source = draw.pick(("List import", "Event", "Web", "Webinar", "Partner", ""))
        person.lead = Lead(draw.record_id("00Q"), person, person.email, source, at)
