"""What the vendor sends and stages: mails with their clicks, webinars, events, signals of whole accounts."""

from __future__ import annotations

import columns as c
import numpy as np
import pyarrow as pa
from behaviour import KINDS, TOPICS, Acts, Offers, Tables
from market import END, START, WEEK, Accounts, Cycles


def mail_and_meetings(rng: np.random.Generator, accounts: Accounts, acts: Acts, plan: Offers) -> Tables:
    """Opens, clicks and scanners' clicks; webinars, events and comments."""
    people = accounts.people
    mail = acts.of("email")
    tactic = plan.tactic("Nurture e-mail", mail.at, mail.topic)
    opened = np.arange(len(mail.at))
    clicked = opened[rng.random(len(opened)) < 0.5]
    scanned = np.repeat(opened[accounts.has_scanner[people.account[mail.person]]], 4)
    which = np.concatenate([opened, clicked, scanned])
    offset = np.concatenate(
        [np.zeros(len(opened)), np.full(len(clicked), 10), np.tile([-40, -39, -38, -37], len(scanned) // 4)]
    )
    is_click = np.concatenate([np.zeros(len(opened)), np.ones(len(which) - len(opened))])
    met = acts.of("webinar", "event", "social")
    programme = np.select(
        [met.kind == KINDS.index("webinar"), met.kind == KINDS.index("event")],
        [plan.tactic("Webinars", met.at, met.topic), plan.tactic("Trade shows", met.at, met.topic)],
        plan.tactic("Organic social", met.at, met.topic),
    )
    absent = (met.kind == KINDS.index("webinar")) & (rng.random(len(met.at)) < 0.3)
    return {
        "events/email_events": {
            "event_id": c.codes(rng, "e", len(which)),
            "ts": c.instants(mail.at[which] + offset.astype(np.int64)),
            "email": c.take(people.email, mail.person[which]),
            "campaign_id": c.take(plan.campaign_ids, tactic[which]),
            "event": c.take(pa.array(["open", "click"]), is_click.astype(np.int64)),
            "url": c.take(plan.pages, plan.guides[mail.topic[which], 0]),
        },
        "events/attendance": {
            "event_id": c.codes(rng, "a", len(met.at)),
            "ts": c.instants(met.at),
            "email": c.take(people.email, met.person),
            "campaign_id": c.take(plan.campaign_ids, programme),
            "kind": c.take(pa.array(KINDS), met.kind),
            "status": c.take(pa.array(["attended", "no_show"]), absent.astype(np.int64)),
            "topic": c.take(pa.array(TOPICS), met.topic),
        },
    }


def signals(
    rng: np.random.Generator, accounts: Accounts, cycles: Cycles, plan: Offers, *, mean: float
) -> Tables:
    """Impressions, visits to review sites and gifts, more of them while a group is buying."""
    number = rng.poisson(mean * 0.7, len(cycles.size))
    cycle = np.repeat(np.arange(len(number)), number)
    idle = rng.integers(0, len(accounts.counts), int(mean * 0.4 * len(accounts.counts)))
    span = cycles.peaks_at[cycle] - cycles.begins_at[cycle]
    at = np.concatenate(
        [
            cycles.begins_at[cycle] + (rng.random(len(cycle)) * span).astype(np.int64),
            rng.integers(START, END - WEEK, len(idle)),
        ]
    )
    topic = np.concatenate([cycles.solution[cycle], np.full(len(idle), 3)])
    account = np.concatenate([cycles.account[cycle], idle])
    kept = at < END - WEEK
    at, topic, account = at[kept], topic[kept], account[kept]
    kind = c.weigh(rng, [0.74, 0.2, 0.06], len(at))
    shown = np.where(kind == 0, plan.tactic("Retargeting", at, topic), plan.tactic("Direct mail", at, topic))
    return {
        "events/account_signals": {
            "account_domain": c.take(accounts.domain, account),
            "campaign_id": c.take(plan.campaign_ids, np.where(kind == 1, -1, shown)),
            "week_start": c.days(START + (at - START) // WEEK * WEEK),
            "signal": c.take(pa.array(["impression", "review_site_visit", "gift_sent"]), kind),
            "topic": c.take(pa.array(TOPICS), topic),
            "n": pa.array(np.where(kind == 0, rng.integers(1, 10, len(at)), 1)).cast(pa.string()),
        }
    }
