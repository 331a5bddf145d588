"""What a company learns late, a story for each kind of lateness: none of it may be told of the time before.

All of it happens before `LEARNT_AT`; what is learnt about it, after. A story goes by the name of its firm.
"""

from __future__ import annotations

from datetime import UTC, datetime

from muster.testing import Record, account, contact, engaged, lead, named, opportunity, shared, visited

LEARNT_AT = datetime(2025, 4, 1, tzinfo=UTC)
TOLD_AT = datetime(2025, 7, 1, tzinfo=UTC)
LATER = "2025-05-01 00:00"


def _qualifying(firm: str, day: str = "2025-02-03") -> list[Record]:
    """Two people of a firm do enough in one day to be handed over."""
    acts = ("demo_requested", "webinar_attended", "event_attended")
    return [engaged(f"{day} 09:00", f"{who}@{firm}.example", act) for who in ("ana", "bo") for act in acts]


LEARNT_LATER: dict[str, list[Record]] = {
    # A colleague's title, when she is no longer new: her reading was upward, but nobody knew.
    "titled": [
        account("Titled"),
        contact("ana@titled.example", title="Analyst", account_record_id="titled"),
        contact("vera@titled.example", title="VP Data", account_record_id="titled", created=LATER),
        engaged("2025-02-03 08:00", "ana@titled.example", "demo_requested"),
        shared("2025-02-04 09:00", "ana@titled.example", "t-titled"),
        engaged("2025-02-05 09:00", "vera@titled.example", "page_viewed", share_token="t-titled"),
    ],
    # Who made a link: an address that did nothing until long after it was read.
    "sharer": [
        account("Sharer"),
        engaged("2025-02-03 08:00", "ana@sharer.example", "demo_requested"),
        shared("2025-02-04 09:00", "sol@sharer.example", "t-sharer"),
        engaged("2025-02-05 09:00", "ana@sharer.example", "page_viewed", share_token="t-sharer"),
        engaged("2025-05-01 09:00", "sol@sharer.example", "page_viewed"),
    ],
    # A champion who was named early and engaged late.
    "named": [
        account("Named"),
        contact("ana@named.example", account_record_id="named"),
        contact("bo@named.example", account_record_id="named"),
        opportunity("2025-02-03 09:00", "named-1", account="named"),
        named("2025-02-04 09:00", "named-1", "ana@named.example", "Champion"),
        engaged(LATER, "ana@named.example", "webinar_attended"),
    ],
    # A champion who was named something else at first.
    "renamed": [
        account("Renamed"),
        contact("bo@renamed.example", account_record_id="renamed"),
        opportunity("2025-02-03 09:00", "renamed-1", account="renamed"),
        engaged("2025-02-03 10:00", "bo@renamed.example", "webinar_attended"),
        named("2025-02-04 09:00", "renamed-1", "bo@renamed.example", "Economic Buyer"),
        named(LATER, "renamed-1", "bo@renamed.example", "Champion"),
    ],
    # A second raised hand, whose id comes first in the alphabet.
    "raised": [
        engaged("2025-02-03 08:00", "ana@raised.example", "demo_requested", engagement_id="z"),
        engaged(LATER, "ana@raised.example", "trial_started", engagement_id="a"),
    ],
    # What the company is called, and who its people are, after a hand-off and its news.
    "nameless": [
        *_qualifying("nameless"),
        shared("2025-02-10 08:00", "sol@nameless.example", "t-nameless"),
        engaged("2025-02-10 09:00", "vera@nameless.example", "pricing_viewed", share_token="t-nameless"),
        account("Nameless Holding", website="nameless.example", created=LATER, owner_id="o1"),
        contact("vera@nameless.example", name="Vera Veil", title="VP Data", created=LATER),
        contact("sol@nameless.example", name="Sol Sand", title="Analyst", created=LATER),
    ],
    # Who a visitor is, when he and his browser had each used up a day's cap; and had answered a campaign.
    "capped": [
        engaged("2025-02-03 08:00", "ana@capped.example", "demo_requested"),
        visited("2025-02-03 09:00", "b-capped", activity="pricing_viewed", company_domain="capped.example"),
        engaged("2025-02-03 10:00", "ana@capped.example", "pricing_viewed"),
        visited("2025-02-03 11:00", "b-capped", company_domain="capped.example", tactic_id="t1"),
        engaged("2025-02-03 12:00", "ana@capped.example", "campaign_responded", tactic_id="t1"),
        visited(LATER, "b-capped", email="ana@capped.example"),
    ],
    # Who a visitor is, when nobody knew her yet: one more member from then on, not from her first visit.
    "unmasked": [
        engaged("2025-02-03 08:00", "ana@unmasked.example", "demo_requested"),
        visited("2025-02-03 09:00", "b-unmasked", company_domain="unmasked.example"),
        visited(LATER, "b-unmasked", email="vera@unmasked.example"),
    ],
    # Who a visitor is, when the lead she would be had been given to sales.
    "lead": [
        account("Lead"),
        lead("ana@lead.example", created="2025-02-03 08:00", mql="2025-02-04 09:00"),
        engaged("2025-02-03 08:00", "ana@lead.example", "demo_requested"),
        visited("2025-02-03 09:00", "b-lead", company_domain="lead.example"),
        visited(LATER, "b-lead", email="ana@lead.example"),
    ],
    # Nobody knew whose browser it was, nor of which company.
    "returned": [
        engaged("2025-02-03 08:00", "ana@returned.example", "demo_requested"),
        visited("2025-02-04 09:00", "b-returned", activity="pricing_viewed"),
        visited(LATER, "b-returned", email="vera@returned.example"),
    ],
    # That somebody who read by herself, about a solution and about the company, was the first of a group.
    "opened": [
        account("Opened"),
        contact("ana@opened.example", title="Finance Manager", account_record_id="opened"),
        engaged("2025-03-20 09:00", "ana@opened.example", "page_viewed"),
        engaged("2025-03-24 09:00", "ana@opened.example", "page_viewed", solution=""),
        engaged("2025-03-27 09:00", "ana@opened.example", "page_viewed"),
        engaged("2025-04-10 09:00", "bo@opened.example", "demo_requested"),
    ],
    # That people who had acted together belong to two business units.
    "units": [
        account("Units"),
        *_qualifying("units"),
        engaged("2025-02-04 09:00", "wim@units.example", "demo_requested"),
        engaged("2025-02-05 09:00", "wes@units.example", "demo_requested"),
        *(
            contact(
                f"{who}@units.example", account_record_id="units", business_unit=unit, created="2025-05-01"
            )
            for who, unit in {"ana": "Retail", "bo": "Retail", "wim": "Whole", "wes": "Whole"}.items()
        ),
        engaged("2025-05-02 09:00", "wim@units.example", "demo_requested"),
        engaged("2025-05-03 09:00", "wes@units.example", "demo_requested"),
    ],
}
