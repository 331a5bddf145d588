"""What sales does with the people of many accounts: MQLs, duplicates, deals."""

from __future__ import annotations

from typing import Any

import columns as c
import numpy as np
from market import DAYS, END, START, Accounts, Cycles

DAY = 86_400


class Desk:
    """Works a stretch of accounts: first the deals, then what became of leads and contacts."""

    def __init__(
        self, rng: np.random.Generator, accounts: Accounts, cycles: Cycles, *, owner_ids: Any
    ) -> None:
        self.rng, self.accounts, self.cycles, self.owner_ids = rng, accounts, cycles, owner_ids
        count = len(accounts.people.account)
        self.mql_at, self.sal_at = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self.fate = np.zeros(count, np.int64)  # Open, MQL, Working, Disqualified, Recycled, Converted
        self.reason = np.zeros(count, np.int64)
        self.converted_by = np.full(count, -1)
        self.contact_at = np.where(accounts.people.is_contact, accounts.people.known_at, END + 1)
        self._open_deals()
        self._judge_leads()

    def _open_deals(self) -> None:
        """Deals of cycles, of sellers' own prospecting, and renewals a year after wins."""
        rng, cycles = self.rng, self.cycles
        mine = np.flatnonzero(cycles.opens)
        won = mine[cycles.is_won[mine]]
        due = cycles.closes_at[won] + 300 * DAY
        again = won[due < END]
        cold = rng.integers(0, len(self.accounts.counts), len(self.accounts.counts) // 12)
        opens = START + rng.integers(0, (DAYS - 20) * DAY, len(cold))
        self.cycle = np.concatenate([mine, again, np.full(len(cold), -1)])
        self.kind = np.concatenate([np.zeros(len(mine)), np.ones(len(again)), np.zeros(len(cold))]).astype(
            np.int64
        )
        self.account = np.concatenate([cycles.account[mine], cycles.account[again], cold])
        self.solution = np.concatenate(
            [cycles.solution[mine], cycles.solution[again], rng.integers(0, 3, len(cold))]
        )
        self.opened = np.concatenate([cycles.peaks_at[mine], due[due < END], opens])
        closes = [
            cycles.closes_at[mine],
            due[due < END] + 65 * DAY,
            opens + rng.integers(40, 160, len(cold)) * DAY,
        ]
        self.closes = np.concatenate(closes)
        renewed = rng.random(len(again)) < 0.86
        self.is_won = np.concatenate([cycles.is_won[mine], renewed, rng.random(len(cold)) < 0.05])
        self.deal_id = c.record_ids(rng, "006", len(self.cycle))
        self.cents = rng.lognormal(np.log(3_800_000), 0.6, len(self.cycle)).astype(np.int64)

    def _judge_leads(self) -> None:
        """The champion is called and often converted; the next lead of the account is a duplicate."""
        rng, people, cycles = self.rng, self.accounts.people, self.cycles
        champion = self.accounts.first_person[cycles.account]
        worked = cycles.peaks_at - rng.integers(25, 70, len(champion)) * DAY
        known = (people.known_at[champion] < worked) & (worked < END)
        called = people.is_lead[champion] & known & (rng.random(len(champion)) < 0.75)
        called[1:] &= np.diff(cycles.account) > 0  # the same person champions a later cycle: not called again
        still = np.where(worked[called] > END - 20 * DAY, 2, 4)
        self._mark(champion[called], worked[called], fate=still, accepted=True)
        second = champion + 1
        later = worked + rng.integers(4, 40, len(champion)) * DAY
        dropped = called & people.is_lead[second] & (people.known_at[second] < later) & (later < END)
        dropped &= rng.random(len(champion)) < 0.6
        self._mark(second[dropped], later[dropped], fate=3, accepted=False)
        self.reason[second[dropped]] = 1
        idle = people.is_lead & (self.fate == 0) & (rng.random(len(people.account)) < 0.05)
        idle &= people.known_at < END - 120 * DAY
        after = np.maximum(people.known_at, START) + rng.integers(5, 100, len(idle)) * DAY
        lost = np.flatnonzero(idle)
        self._mark(lost, after[lost], fate=3, accepted=True)
        self.reason[lost] = 2 + rng.integers(0, 3, len(lost))
        deal = np.flatnonzero((self.cycle >= 0) & (self.kind == 0))
        buyer = champion[self.cycle[deal]]
        bought = called[self.cycle[deal]]
        self.fate[buyer[bought]] = 5
        self.converted_by[buyer[bought]] = deal[bought]
        self.contact_at[buyer[bought]] = self.opened[deal[bought]]
        for turn in (1, 2):  # the deal's owner enters further people of the group as contacts
            other = champion[self.cycle[deal]] + turn
            entered = people.is_lead[other] & (people.known_at[other] <= self.opened[deal])
            entered &= (self.contact_at[other] > END) & (rng.random(len(deal)) < 0.5)
            self.contact_at[other[entered]] = self.opened[deal[entered]]

    def _mark(self, person: c.Ints, at: c.Ints, *, fate: int | c.Ints, accepted: bool) -> None:
        self.fate[person], self.mql_at[person] = fate, at
        if accepted:
            self.sal_at[person] = np.minimum(at + 2 * DAY, END - 1)
