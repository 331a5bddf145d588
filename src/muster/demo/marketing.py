"""What the vendor puts out: content, programmes with their dated tactics, spend, and holdouts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from muster.demo.draw import Draw
from muster.demo.records import END, SOLUTIONS, Account, Span

# Programme: the CRM's type, spend a month, and whether its quarters are run once per solution.
PROGRAMMES: Final = {
    "Content syndication": ("Content synd.", 2300, True),
    "Paid search": ("Paid search", 2900, True),
    "Webinars": ("Webinar", 1500, True),
    "Field workshops": ("Event", 1100, True),
    "Trade shows": ("Event", 3400, False),
    "Executive dinners": ("Event", 1600, False),
    "Nurture e-mail": ("E-mail", 450, False),
    "Retargeting": ("Display", 950, False),
    "Direct mail": ("Direct mail", 600, False),
    "Organic social": ("Organic social", 350, False),
    "Partner co-marketing": ("Partner", 700, False),
    "SDR outbound": ("Outbound", 1900, False),
}
HELD_OUT: Final = {"Retargeting": 0.12, "Direct mail": 0.25}
# Titles of the content by topic; the page is made from the title.
_GUIDES: Final = {
    "data-platform": (
        "Lakehouse cost guide", "Data contracts in practice", "Migrating from a warehouse",
        "Governance checklist", "Streaming for finance", "Total cost of ownership", "Security white paper",
        "Customer story: Foundry group", "Buyer's guide to data platforms", "Reference architecture",
    ),
    "workforce-suite": (
        "Shift planning guide", "Skills inventory handbook", "HR data privacy", "Onboarding in 30 days",
        "Business case template", "Labour cost benchmark", "Integration white paper",
        "Customer story: Clinics", "Buyer's guide to workforce tools", "Rollout plan",
    ),
    "revenue-cloud": (
        "Forecasting handbook", "Quote to cash guide", "Pricing governance", "Territory planning",
        "Renewal playbook", "Return on investment model", "Security answers", "Customer story: Freight",
        "Buyer's guide to revenue tools", "CRM integration paper",
    ),
    "company": (
        "Annual benchmark", "State of operations report", "Sustainability report", "Analyst view",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Campaign:
    """One row of the CRM's campaign object: a programme, or one quarter of it."""

    campaign_id: str
    name: str
    type: str
    parent_id: str
    topic: str
    starts_on: date
    ends_on: date
    cost_cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The marketing plan: programmes by name, their tactics by quarter and topic, and the content."""

    programmes: dict[str, Campaign]
    tactics: dict[tuple[str, int], dict[str, Campaign]]
    spend: list[tuple[Campaign, date, int]]
    guides: dict[str, tuple[str, ...]]
    held_out: dict[str, frozenset[str]]
    first_year: int

    def tactic(self, programme: str, at: datetime, *, topic: str) -> Campaign:
        """Find the tactic of a programme that ran at an instant, the topic's own where there is one."""
        quarter = (min(at, END).year - self.first_year) * 4 + (min(at, END).month - 1) // 3
        running = self.tactics[programme, max(0, quarter)]
        return running.get(topic) or next(iter(running.values()))


def page_of(topic: str, title: str) -> str:
    """Say on which page a piece of content stands."""
    slug = title.lower().replace(":", "").replace("'", "").replace(" ", "-")
    return f"/content/{topic}/{slug}"


def plan_marketing(seed: int, *, span: Span, accounts: list[Account]) -> Plan:
    """Draw up programmes, their quarters, monthly spend to the cent and the accounts kept out."""
    draw = Draw(seed, "marketing")
    first_year = span.start.year
    quarters = (END.year - first_year) * 4 + 4
    programmes, spend = {}, []
    tactics: dict[tuple[str, int], dict[str, Campaign]] = {}
    for name, (kind, monthly, by_solution) in PROGRAMMES.items():
        parent_id = draw.record_id("701")
        children: list[Campaign] = []
        for quarter in range(quarters):
            topics = list(SOLUTIONS) if by_solution else ["company"]
            running = {}
            for topic in topics:
                months = [date(first_year + quarter // 4, quarter % 4 * 3 + month, 1) for month in (1, 2, 3)]
                costs = [int(draw.spread(monthly * 100 / len(topics), 0.18)) for _ in months]
                child = Campaign(
                    draw.record_id("701"),
                    f"{name} {_label(first_year, quarter, topic)}",
                    kind,
                    parent_id,
                    topic,
                    months[0],
                    _quarter_end(months[2]),
                    sum(costs),
                )
                spend += [(child, month, cost) for month, cost in zip(months, costs, strict=True)]
                running[topic] = child
                children.append(child)
            tactics[name, quarter] = running
        total = sum(child.cost_cents for child in children)
        programmes[name] = Campaign(
            parent_id, name, kind, "", "", children[0].starts_on, children[-1].ends_on, total
        )
    guides = {topic: tuple(page_of(topic, title) for title in titles) for topic, titles in _GUIDES.items()}
    held_out = {
        name: frozenset(account.account_id for account in accounts if draw.chance(share))
        for name, share in HELD_OUT.items()
    }
    return Plan(programmes, tactics, spend, guides, held_out, first_year)


def titled_content() -> list[tuple[str, str, str]]:
    """List the catalogue: page, topic and title of every piece."""
    return [(page_of(topic, title), topic, title) for topic, titles in _GUIDES.items() for title in titles]


def _quarter_end(last_month: date) -> date:
    return (last_month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _label(first_year: int, quarter: int, topic: str) -> str:
    solution = SOLUTIONS.get(topic)
    return f"{first_year + quarter // 4} Q{quarter % 4 + 1}" + (f" {solution}" if solution else "")
