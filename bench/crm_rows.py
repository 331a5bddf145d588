"""The CRM's files for a stretch of accounts: accounts, people, members, deals and their history, work."""

from __future__ import annotations

from typing import Any

import columns as c
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from behaviour import Acts, Offers, Tables
from market import END, START, Accounts
from sales import DAY, Desk

from muster.demo.records import SOLUTIONS
from muster.demo.selling import DUPLICATE

_STAGES = pa.array(["Discovery", "Qualification", "Proposal", "Negotiation", "Closed Lost", "Closed Won"])
_NAMES = pa.array([*SOLUTIONS.values(), ""])
_SAID = pa.array(["Champion", "Decision Maker", "Evaluator", "Business User", "Economic Buyer", ""])


def account_rows(rng: np.random.Generator, accounts: Accounts, *, owner_ids: Any) -> Tables:
    """Account records; some lack industry, size or web address."""
    count = len(accounts.counts)
    size = pa.array(rng.lognormal(np.log(700), 1.1, count).astype(np.int64) + 40).cast(pa.string())
    return {
        "crm/Account": {
            "Id": accounts.account_id,
            "Name": accounts.name,
            "Website": c.when(rng.random(count) < 0.93, accounts.domain),
            "Industry": c.when(rng.random(count) < 0.9, accounts.industry),
            "NumberOfEmployees": c.when(rng.random(count) < 0.9, size),
            "BillingState": c.take(
                pa.array(["CA", "NY", "TX", "Bavaria", "Utrecht", ""]), rng.integers(0, 6, count)
            ),
            "Type": pa.array(np.full(count, "Prospect")),
            "ICP_Tier__c": c.take(
                pa.array(["A", "B", "C", "D", ""]), c.weigh(rng, [16, 36, 26, 14, 8], count)
            ),
            "Uses_Key_Technology__c": c.when(rng.random(count) < 0.35, "true", "false"),
            "OwnerId": c.take(owner_ids, accounts.owner),
            "CreatedDate": c.days(START - rng.integers(20, 900, count) * DAY),
        }
    }


def people_rows(desk: Desk) -> Tables:
    """Leads and contacts."""
    people, accounts = desk.accounts.people, desk.accounts
    lead = np.flatnonzero(people.is_lead & (people.known_at < END))
    contact = np.flatnonzero(desk.contact_at < END)
    rejected = np.minimum(np.maximum(desk.mql_at, desk.sal_at)[lead] + 5 * DAY, END - 1)
    converted, by = desk.fate[lead] == 5, desk.converted_by[lead]
    of, owner = people.account[lead], c.take(desk.owner_ids, accounts.owner[people.account])
    company = c.when(
        desk.rng.random(len(lead)) < 0.6, c.take(accounts.name, of), c.take(accounts.plain_name, of)
    )
    statuses = pa.array(["Open", "MQL", "Working", "Disqualified", "Recycled", "Converted"])
    reasons = pa.array(["", DUPLICATE, "No response", "Just wanted the whitepaper", "Wrong role"])
    sources = pa.array(["Web", "Webinar", "Content synd.", "Event", "List import", ""])
    return {
        "crm/Lead": {
            "Id": c.take(people.lead_id, lead),
            "FirstName": c.take(people.first, lead),
            "LastName": c.take(people.last, lead),
            "Email": c.take(people.email, lead),
            "Company": company,
            "Title": c.take(people.title, lead),
            "LeadSource": c.take(sources, desk.rng.integers(0, 6, len(lead))),
            "CreatedDate": c.instants(people.known_at[lead]),
            "Status": c.take(statuses, desk.fate[lead]),
            "Disqualified_Reason__c": c.take(reasons, desk.reason[lead]),
            "Disqualified_Date__c": _dated(np.where(desk.fate[lead] == 3, rejected, 0)),
            "IsConverted": c.when(converted, "true", "false"),
            "ConvertedDate": c.when(converted, c.instants(np.where(converted, desk.opened[by], START))),
            "ConvertedContactId": c.when(converted, c.take(people.contact_id, lead)),
            "ConvertedAccountId": c.when(converted, c.take(accounts.account_id, of)),
            "ConvertedOpportunityId": c.take(desk.deal_id, by),
            "MQL_Date__c": _dated(desk.mql_at[lead]),
            "SAL_Date__c": _dated(desk.sal_at[lead]),
            "OwnerId": c.take(owner, lead),
        },
        "crm/Contact": {
            "Id": c.take(people.contact_id, contact),
            "AccountId": c.take(accounts.account_id, people.account[contact]),
            "FirstName": c.take(people.first, contact),
            "LastName": c.take(people.last, contact),
            "Email": c.take(people.email, contact),
            "Title": c.take(people.title, contact),
            "Department": c.when(np.zeros(len(contact), bool), ""),
            "LeadSource": c.when(np.zeros(len(contact), bool), ""),
            "CreatedDate": c.instants(desk.contact_at[contact]),
            "OwnerId": c.take(owner, contact),
        },
    }


def member_rows(desk: Desk, acts: Acts, plan: Offers) -> Tables:
    """Campaign members: sent a mail, or responded to a form, webinar or event."""
    people = desk.accounts.people
    parts = []
    for kind, programme in (
        ("email", "Nurture e-mail"),
        ("guide", "Content syndication"),
        ("webinar", "Webinars"),
        ("event", "Trade shows"),
    ):
        some = acts.of(kind)
        parts.append(
            (
                some.person,
                some.at,
                plan.tactic(programme, some.at, some.topic),
                np.full(len(some.at), kind != "email"),
            )
        )
    person, at, tactic, responded = (np.concatenate(part) for part in zip(*parts, strict=True))
    is_contact = desk.contact_at[person] <= at
    return {
        "crm/CampaignMember": {
            "Id": c.record_ids(desk.rng, "00v", len(at)),
            "CampaignId": c.take(plan.campaign_ids, tactic),
            "LeadId": c.when(~is_contact, c.take(people.lead_id, person)),
            "ContactId": c.when(is_contact, c.take(people.contact_id, person)),
            "Status": c.when(responded, "Responded", "Sent"),
            "HasResponded": c.when(responded, "true", "false"),
            "CreatedDate": c.instants(at),
            "FirstRespondedDate": c.when(responded, c.days(at)),
        }
    }


def deal_rows(desk: Desk) -> Tables:
    """Opportunities as they stand today, and their dated states."""
    rng, count = desk.rng, len(desk.cycle)
    steps = np.where(desk.kind == 1, 1, np.where(desk.is_won, 4, rng.integers(1, 5, count)))
    deal = np.repeat(np.arange(count), steps)
    turn = np.arange(len(deal)) - np.repeat(np.cumsum(steps) - steps, steps)
    length = desk.closes - desk.opened
    moved = desk.opened[deal] + (turn / steps[deal] * length[deal]).astype(np.int64)
    planned = np.maximum(moved + 45 * DAY, desk.opened[deal] + 80 * DAY)
    closed = np.flatnonzero(desk.closes < END)
    row = np.concatenate([deal, closed])
    stage = np.concatenate([turn + np.where(desk.kind[deal] == 1, 2, 0), 4 + desk.is_won[closed]])
    at = np.concatenate([moved, desk.closes[closed]])
    until = np.concatenate([planned, desk.closes[closed]])
    guess = np.where(stage < 2, desk.cents[row] // 100_000 * 100_000 + 100_000, desk.cents[row])
    kept = at < END
    row, stage, at, until, guess = row[kept], stage[kept], at[kept], until[kept], guess[kept]
    last = np.full(count, 0)
    last[row] = np.arange(len(row))  # rows of a deal stand in order of time, so its last one stays
    is_closed = stage[last] >= 4
    kinds = pa.array(["New Business", "Renewal"])
    name = c.join(c.take(desk.accounts.plain_name, desk.account), " - ", c.take(_NAMES, desk.solution))
    has = rng.random(count) < 0.93
    usd = pa.array(np.full(count, "USD"))
    owner = c.take(desk.owner_ids, desk.accounts.owner[desk.account])
    return {
        "crm/Opportunity": {
            "Id": desk.deal_id,
            "AccountId": c.take(desk.accounts.account_id, desk.account),
            "Name": name,
            "Solution__c": c.take(_NAMES, np.where(rng.random(count) < 0.95, desk.solution, 3)),
            "StageName": c.take(_STAGES, stage[last]),
            "Amount": c.when(has, c.amounts(guess[last])),
            "CurrencyIsoCode": usd,
            "CloseDate": c.days(until[last]),
            "CreatedDate": c.instants(desk.opened),
            "IsClosed": c.when(is_closed, "true", "false"),
            "IsWon": c.when(stage[last] == 5, "true", "false"),
            "Type": c.take(kinds, desk.kind),
            "LeadSource": c.take(
                pa.array(["Web", "Marketing", "Sales Prospecting"]), rng.integers(0, 3, count)
            ),
            "CampaignId": c.when(np.zeros(count, bool), ""),
            "OwnerId": owner,
        },
        "crm/OpportunityHistory": {
            "Id": c.record_ids(rng, "008", len(row)),
            "OpportunityId": c.take(desk.deal_id, row),
            "StageName": c.take(_STAGES, stage),
            "Amount": c.when(has[row], c.amounts(guess)),
            "CurrencyIsoCode": pc.take(usd, pa.array(row)),
            "CreatedDate": c.instants(at),
            "CloseDate": c.days(until),
        },
    }


def work_rows(desk: Desk) -> Tables:
    """Contact roles, follow-up tasks and meetings."""
    rng, people = desk.rng, desk.accounts.people
    mine = np.flatnonzero((desk.cycle >= 0) & (desk.kind == 0) & (rng.random(len(desk.cycle)) < 0.8))
    deal = np.repeat(mine, 4)
    person = desk.accounts.first_person[desk.account[deal]] + np.tile(np.arange(4), len(mine))
    named = np.tile(np.arange(4), len(mine)) < desk.cycles.size[desk.cycle[deal]]
    named &= (desk.contact_at[person] <= desk.opened[deal]) & (rng.random(len(deal)) < 0.8)
    deal, person = deal[named], person[named]
    called = np.repeat(np.flatnonzero(desk.sal_at > 0), 2)
    on = np.minimum(desk.sal_at[called] + rng.integers(0, 15, len(called)) * DAY, END - 1)
    met = np.minimum(desk.opened + 3 * DAY, END - 1)
    buyer = desk.accounts.first_person[desk.account]
    has_contact = desk.contact_at[buyer] <= met
    owners = c.take(desk.owner_ids, desk.accounts.owner)
    return {
        "crm/OpportunityContactRole": {
            "Id": c.record_ids(rng, "00K", len(deal)),
            "OpportunityId": c.take(desk.deal_id, deal),
            "ContactId": c.take(people.contact_id, person),
            "Role": c.take(_SAID, rng.integers(0, 6, len(deal))),
            "IsPrimary": c.when(person == desk.accounts.first_person[desk.account[deal]], "true", "false"),
            "CreatedDate": c.instants(desk.opened[deal]),
        },
        "crm/Task": {
            "Id": c.record_ids(rng, "00T", len(called)),
            "WhoId": c.take(people.lead_id, called),
            "AccountId": c.take(desk.accounts.account_id, people.account[called]),
            "Subject": c.take(
                pa.array(["Call: MQL follow-up", "E-mail: MQL follow-up"]), rng.integers(0, 2, len(called))
            ),
            "ActivityDate": c.days(on),
            "Status": pa.array(np.full(len(called), "Completed")),
            "OwnerId": c.take(owners, people.account[called]),
        },
        "crm/Event": {
            "Id": c.record_ids(rng, "00U", len(met)),
            "WhoId": c.when(has_contact, c.take(people.contact_id, buyer)),
            "WhatId": desk.deal_id,
            "Subject": pa.array(np.full(len(met), "Discovery meeting")),
            "ActivityDateTime": c.instants(met),
            "OwnerId": c.take(owners, desk.account),
        },
    }


def _dated(at: c.Ints) -> Any:
    return c.when(at > 0, c.instants(np.where(at > 0, at, START)))
