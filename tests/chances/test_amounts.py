"""What a deal is worth when won: amounts of a currency, with an interval that holds what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from tests.chances.drawn_deals import NOTHING_KNOWN, START, drawn_deals, hidden_later, known_accounts

from muster.chances.amounts import AmountModel, learn_amounts
from muster.chances.deals import Accounts, Deals
from muster.recall.clock import WEEK


def names(*told: str) -> npt.NDArray[np.object_]:
    return np.array(told, dtype=object)


def learnt(deals: Deals, accounts: Accounts = NOTHING_KNOWN, *, week: int = 400) -> AmountModel:
    at = START + week * WEEK
    model = learn_amounts(deals, accounts, trained_at=at, currency="USD", fewest=40, borrowed=10)
    assert model is not None
    return model


def test_mean_median_and_interval_are_those_of_new_deals() -> None:
    model, new = learnt(drawn_deals(600, seed=1)), drawn_deals(4000, seed=2)
    for solution in ("red", "blue"):
        said = model.judge(names(solution), names(""), np.array([np.nan]))
        cents = new.cents[new.is_won & (new.solution_ids == solution)]
        assert said.mean[0] == pytest.approx(cents.mean(), rel=0.08)
        assert said.median[0] == pytest.approx(np.median(cents), rel=0.08)
        inside = (cents >= said.low[0]) & (cents <= said.high[0])
        assert 0.75 < inside.mean() < 0.85
        assert said.low[0] < said.median[0] < said.mean[0] < said.high[0]


def test_larger_accounts_pay_more_where_they_did() -> None:
    deals = drawn_deals(600)
    size = np.random.default_rng(3).lognormal(5, 1, len(deals))
    dear = replace(deals, cents=(deals.cents * (size / 150) ** 0.5).astype(np.int64))
    known = known_accounts({a: (float(s), 0) for a, s in zip(deals.account_ids, size, strict=True)})
    model = learnt(dear, known)
    said = model.judge(names("red", "red", "red"), names("", "", ""), np.array([15.0, 1500.0, np.nan]))
    assert said.mean[1] / said.mean[0] == pytest.approx(10.0, rel=0.25)
    assert said.mean[0] < said.mean[2] < said.mean[1]


def test_an_industry_of_one_deal_says_little_and_one_of_many_much() -> None:
    deals = drawn_deals(600)
    trades = ["rare" if n == 0 else ("plain", "rich")[n % 2] for n in range(len(deals))]
    times = np.array([{"rare": 50, "rich": 3, "plain": 1}[trade] for trade in trades])
    known = known_accounts(
        industry={a: (trade, 0) for a, trade in zip(deals.account_ids, trades, strict=True)}
    )
    model = learnt(replace(deals, cents=deals.cents * times), known)
    asked = names("red", "red", "red"), names("rare", "rich", "plain"), np.full(3, np.nan)
    rare, rich, plain = model.judge(*asked).median
    assert rich / plain == pytest.approx(3.0, rel=0.15)
    assert rare / plain < 4


def test_other_currencies_are_left_out_and_nothing_is_converted() -> None:
    deals = drawn_deals(300)
    foreign = np.arange(300) % 2 == 0
    mixed = replace(
        deals,
        currencies=np.where(foreign, "JPY", "USD").astype(object),
        cents=np.where(foreign, deals.cents * 150, deals.cents),
    )
    ours = ~foreign
    alone = Deals(*(getattr(deals, f)[ours] for f in Deals.__dataclass_fields__))
    assert learnt(mixed).version == learnt(alone).version


def test_nothing_is_said_below_forty_amounts() -> None:
    deals = drawn_deals(200)
    only = replace(deals, cents=np.where(np.arange(200) < 39, deals.cents, 0))
    at = START + 400 * WEEK
    few = learn_amounts(only, NOTHING_KNOWN, trained_at=at, currency="USD", fewest=40, borrowed=10)
    assert few is None


def looks_ahead() -> bool:
    """Whether an amount that is edited later, or a size learnt later, changes what is learnt on a day."""
    deals, instant = drawn_deals(600), START + 50 * WEEK
    later = known_accounts(dict.fromkeys(deals.account_ids, (9000.0, instant + 1)))
    then = learnt(hidden_later(deals, instant), week=50)
    return learnt(deals, later, week=50).version != then.version


def test_what_is_learnt_on_a_day_hangs_on_nothing_later() -> None:
    assert not looks_ahead()


def test_the_suite_notices_sizes_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Accounts.sizes
    monkeypatch.setattr(Accounts, "sizes", lambda self, ids, instant: right(self, ids, 2**62))
    assert looks_ahead()
