"""What a panel must not read, a firm for each rule: what is learnt after a day, and the fault that tells it.

Everything a firm did is told before `LEARNT_AT`; `learnt` is what the CRM says since then. The fault is a
change of the flow's SQL with which the rows before that day would know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.flow.faults import Fault

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
    visited,
)

LEARNT_AT = "2025-05-05 00:00"  # a Monday
LATER = "2025-05-06 10:00"
ACTED = "2025-03-05 09:00"


@dataclass(frozen=True)
class Leak:
    """A firm: what is told of it anyway, what is learnt later, and the fault that would tell it early."""

    told: tuple[Record, ...]
    learnt: tuple[Record, ...]
    fault: Fault
    stood: tuple[Record, ...] = ()  # what the same records said until then

    @property
    def firm(self) -> str:
        """The firm's account record."""
        [firm] = {
            r.cells["account_record_id"] for r in (*self.told, *self.stood) if r.table == "account_record"
        }
        return firm


def _person(firm: str, who: str = "ana") -> tuple[Record, ...]:
    """Somebody without a title, who read a page in March."""
    email = f"{who}@{firm}.example"
    return (contact(email, account_record_id=firm), engaged(ACTED, email, "page_viewed"))


def _firm(firm: str, *more: Record) -> tuple[Record, ...]:
    return (account(firm.title(), record=firm), *_person(firm), *more)


LEAKS = {
    "enriched by a second record": Leak(
        _firm("enriched"),
        (account("Enriched", record="enriched-2", created=LATER, employee_count="900", icp_tier="A"),),
        Fault("fit was always known", "fit_week", "ON w.week_at >= f.known_at", "ON TRUE"),
    ),
    "enriched by a list with dates": Leak(
        _firm("listed"),
        (
            Record(
                "account_attribute",
                {
                    "account_record_id": "listed",
                    "attribute": "icp_tier",
                    "value": "A",
                    "known_at": LATER,
                },
            ),
        ),
        Fault(
            "an attribute counts since its record was made",
            "account_fact",
            "GREATEST(r.known_at, t.known_at) AS known_at",
            "r.known_at",
        ),
    ),
    "another owner": Leak(
        told=_person("owned"),
        stood=(account("Owned", record="owned", owner_id="o1"),),
        learnt=(account("Owned", record="owned", owner_id="o2"),),
        fault=Fault(
            "what a seller owns opens sooner",
            "panel",
            "COALESCE(h.opened, 0) AS past_opened,",
            "COALESCE(h.opened, 0) + (SELECT COUNT(*) FROM known_account_record AS r JOIN account_alias AS a"
            " ON a.account_record_id = r.account_record_id"
            " WHERE a.account_id = k.account_id AND r.owner_id = 'o2') AS past_opened,",
        ),
    ),
    "another word for what the account is": Leak(
        told=_person("typed"),
        stood=(account("Typed", record="typed", type="Prospect"),),
        learnt=(account("Typed", record="typed", type="Customer"),),
        fault=Fault(
            "today's customers fit",
            "panel",
            "COALESCE(f.fit, 0) AS fit",
            "COALESCE(f.fit, 0) + (SELECT COUNT(*) FROM known_account_record AS r JOIN account_alias AS a"
            " ON a.account_record_id = r.account_record_id"
            " WHERE a.account_id = k.account_id AND r.type = 'Customer') AS fit",
        ),
    ),
    "a contact role": Leak(
        _firm("role", opportunity(LATER, "role-1", account="role")),
        (named(LATER, "role-1", "ana@role.example", "Economic Buyer"),),
        Fault(
            "who is named on a deal was always senior",
            "account_week",
            "CASE WHEN r.title_known_at <= a.week_at AND r.seniority_rank >= 4 THEN",
            "CASE WHEN r.actor IN (SELECT n.person_id FROM named_person AS n)"
            " OR (r.title_known_at <= a.week_at AND r.seniority_rank >= 4) THEN",
        ),
    ),
    "a contact that sales makes": Leak(
        (account("Made", record="made"), engaged(ACTED, "cy@made.example", "page_viewed")),
        (contact("cy@made.example", title="CFO", account_record_id="made", created=LATER),),
        Fault(
            "a title was always known",
            "account_week",
            "r.title_known_at <= a.week_at AND r.seniority_rank",
            "r.seniority_rank",
        ),
    ),
    "a conversion": Leak(
        told=_firm("turned", engaged("2025-03-06 09:00", "leo@gmail.com", "pricing_viewed")),
        stood=(lead("leo@gmail.com", created="2025-02-03 09:00"),),
        learnt=(
            lead(
                "leo@gmail.com",
                created="2025-02-03 09:00",
                converted_at=LATER,
                converted_account_record_id="turned",
            ),
        ),
        fault=Fault(
            "who became an account's contact always was one",
            "placed_engagement",
            "GREATEST(f.person_known_at, a.from_at)",
            "f.person_known_at",
        ),
    ),
    "a meeting": Leak(
        _firm("met"),
        (called("2025-05-06 10:00", "ana@met.example", kind="meeting"),),
        Fault(
            "what sales did with somebody counts among what they did",
            "chance_act",
            "        e.weight,\n",
            "        e.weight + (SELECT COUNT(*) FROM known_sales_activity AS s JOIN person_alias AS x"
            " ON x.person_record_id = s.person_record_id WHERE x.person_id = e.person_id) AS weight,\n",
        ),
    ),
    "a status set back in time": Leak(
        told=_firm("status", engaged(ACTED, "leo@status.example", "page_viewed")),
        stood=(lead("leo@status.example", created="2025-02-03 09:00"),),
        learnt=(
            lead("leo@status.example", created="2025-02-03 09:00"),
            Record(
                "lead_status_change",
                {
                    "person_record_id": "leo@status.example",
                    "status": "disqualified",
                    "changed_at": "2025-03-12 09:00",
                    "known_at": LATER,
                },
            ),
        ),
        fault=Fault(
            "whom sales sends back never did anything",
            "chance_act",
            "    AND e.is_act\n",
            "    AND e.is_act\n    AND NOT EXISTS (SELECT 1 FROM known_lead_status AS s"
            " JOIN person_alias AS x ON x.person_record_id = s.person_record_id"
            " WHERE x.person_id = e.person_id)\n",
        ),
    ),
    "a campaign member's status": Leak(
        _firm("answered"),
        (engaged("2025-03-19 09:00", "ana@answered.example", "campaign_responded"),),
        Fault(
            "a response counts by the status of today",
            "chance_act",
            "    AND (e.activity <> 'campaign_responded' OR e.is_participation)\n",
            "",
        ),
    ),
    "an act that was uploaded late": Leak(
        _firm("late"),
        (engaged("2025-03-19 09:00", "ana@late.example", "webinar_attended", known_at=LATER),),
        Fault(
            "an act counts from when it happened",
            "chance_act",
            "GREATEST(e.occurred_at, e.known_at) + 604799999999\n"
            "            - MOD(GREATEST(e.occurred_at, e.known_at) + 259199999999, 604800000000)"
            " AS known_week",
            "e.occurred_at + 604799999999 - MOD(e.occurred_at + 259199999999, 604800000000) AS known_week",
        ),
    ),
    "who a visitor is": Leak(
        _firm("masked", visited(ACTED, "v-masked", company_domain="masked.example")),
        (visited(LATER, "v-masked", email="vera@masked.example"),),
        Fault(
            "a visitor was always known",
            "chance_act",
            "COALESCE(e.person_known_at, 0)",
            "0",
        ),
    ),
    "how senior a reader is": Leak(
        _firm(
            "passed",
            shared("2025-03-04 09:00", "ana@passed.example", "t-passed"),
            engaged(ACTED, "vera@passed.example", "page_viewed", share_token="t-passed"),
        ),
        (contact("vera@passed.example", title="VP Finance", account_record_id="passed", created=LATER),),
        Fault(
            "a reader always stood higher",
            "share_week",
            "s.upward_at AS from_at",
            "s.known_at AS from_at",
        ),
    ),
    "how an opportunity ended": Leak(
        told=_firm("ended", engaged(ACTED, "ana@ended.example", "page_viewed", solution="revenue-cloud")),
        stood=(opportunity("2025-04-01 09:00", "ended-1", account="ended"),),
        learnt=(opportunity("2025-04-01 09:00", "ended-1", account="ended", won=LATER, amount="9.00"),),
        fault=Fault(
            "what is won was always won",
            "past_week",
            "o.is_won AND o.closed_at <= w.week_at",
            "o.is_won",
        ),
    ),
}


def company_before() -> Iterator[Record]:
    """Firms enough to learn from: each read now and then in 2024, and two of three then opened and closed."""
    for number in range(66):
        firm = f"past{number:02d}"
        yield account(firm.title(), record=firm, employee_count=str(50 * (1 + number % 9)))
        yield contact(f"ana@{firm}.example", account_record_id=firm)
        month, day = 1 + number % 4, 1 + number % 27
        for later in range(1 + number % 3 + (number % 3 > 0) * 2):
            yield engaged(f"2024-{month + later:02d}-{day:02d} 09:00", f"ana@{firm}.example", "page_viewed")
        if number % 3:
            opened, closed = f"2024-{month + 4:02d}-{day:02d}", f"2024-{month + 6:02d}-{day:02d} 09:00"
            ended = {"won" if number % 2 else "lost": closed}
            amount = f"{100 * (1 + number % 9) + number}.00"
            yield opportunity(f"{opened} 09:00", f"{firm}-1", account=firm, amount=amount, **ended)


def told(*, learnt: bool) -> Iterator[Record]:
    """All records, with what is learnt later or without."""
    yield from company_before()
    for leak in LEAKS.values():
        yield from leak.told
        yield from leak.learnt if learnt else leak.stood
