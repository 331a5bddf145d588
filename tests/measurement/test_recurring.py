"""Recurring revenue of random customers, counted a second time day by day in plain Python."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from tests.measurement.making import Row, calendar, made, micros, quarters, table

START, AS_OF = date(2022, 1, 1), date(2025, 11, 20)
TEXT, WHOLE = pa.string(), pa.int64()
ARR = 12_000_00


def contracts(seed: int) -> list[Row]:
    """Contracts of twelve customers: overlapping, following on the day, with gaps, in two currencies."""
    dice, found = random.Random(seed), []
    for number in range(12):
        at = START + timedelta(days=dice.randrange(700))
        for turn in range(dice.randrange(1, 7)):
            length = dice.choice([30, 90, 365, 365, 700])
            end = at + timedelta(days=length)
            found.append(
                {
                    "contract_id": f"{number}-{turn}",
                    "account_id": f"a{number}",
                    "solution_id": dice.choice(["s1", "s2"]),
                    "currency": "EUR" if number == 3 and dice.random() < 0.5 else "USD",
                    "arr_cents": dice.choice([1, 99_99, ARR, ARR, 250_000_03]),
                    "starts_on": at,
                    "ends_on": end if end <= AS_OF and dice.random() < 0.9 else None,
                }
            )
            at = at + timedelta(days=dice.choice([0, 20, length, length, length + 100]))
            if at > AS_OF:
                break
    dice.shuffle(found)
    return found


def told(rows: list[Row], *, as_of: date = AS_OF, **faults: tuple[str, str]) -> dict[str, list[Row]]:
    """`arr_movement` and `recurring_revenue` of contracts as known on a day."""
    seen = [row for row in rows if row["starts_on"] <= as_of]
    given = [
        row
        | {
            "starts_on": micros(row["starts_on"]),
            "ends_on": micros(row["ends_on"]) if row["ends_on"] and row["ends_on"] <= as_of else None,
        }
        for row in seen
    ]
    contract = table(
        given,
        contract_id=TEXT,
        account_id=TEXT,
        solution_id=TEXT,
        currency=TEXT,
        arr_cents=WHOLE,
        starts_on=WHOLE,
        ends_on=WHOLE,
    )
    return made(
        calendar(2022, 2025, as_of=as_of) | {"contract": contract},
        "arr_movement",
        "recurring_revenue",
        faults=faults,
    )


def running(rows: list[Row], day: date) -> dict[tuple[str, str], int]:
    """Cents a year by customer and currency on a day."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["starts_on"] <= day and (row["ends_on"] is None or row["ends_on"] > day):
            key = (row["account_id"], row["currency"])
            found[key] = found.get(key, 0) + row["arr_cents"]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_moves_are_those_of_the_days(seed: int) -> None:
    rows = contracts(seed)
    expected, before, ever = set(), {}, set()
    for number in range((AS_OF - START).days + 1):
        day = START + timedelta(days=number)
        now = running(rows, day)
        for key in sorted(before.keys() | now.keys()):
            old, new = before.get(key, 0), now.get(key, 0)
            if old == new:
                continue
            if not old:
                kind = "win_back" if key in ever else "new"
            elif not new:
                kind = "churn"
            else:
                kind = "expansion" if new > old else "contraction"
            ever.add(key)
            expected.add((*key, micros(day), kind, old, new - old, new))
        before = now
    columns = ("account_id", "currency", "moved_on", "kind", "start_cents", "change_cents", "end_cents")
    assert {tuple(row[c] for c in columns) for row in told(rows)["arr_movement"]} == expected
    assert expected


@pytest.mark.parametrize("seed", range(6))
def test_retention_is_recounted_from_the_days_of_two_years(seed: int) -> None:
    rows = contracts(seed)
    ends = {start: min(end - timedelta(days=1), AS_OF) for start, end, _ in quarters(2022, 2025)}
    year_ago = {start: start.replace(year=start.year - 1) for start in ends}
    found = {
        (row["period_on"], row["currency"]): row
        for row in told(rows)["recurring_revenue"]
        if row["cohort"] == "(all)"
    }
    for start, end in ends.items():
        if start.year == 2022:
            continue
        was, now = running(rows, ends[year_ago[start]]), running(rows, end)
        for currency in ("USD", "EUR"):
            base = {key: cents for key, cents in was.items() if key[1] == currency}
            row = found.get((micros(start), currency))
            if row is None:
                assert not base
                continue
            kept = sum(min(cents, now.get(key, 0)) for key, cents in base.items())
            assert row["base_cents"] == sum(base.values())
            assert (row["kept_cents"], row["now_cents"]) == (kept, sum(now.get(key, 0) for key in base))
            assert row["end_cents"] == sum(cents for key, cents in now.items() if key[1] == currency)


@pytest.mark.parametrize("seed", range(6))
def test_every_line_adds_up_and_gross_retention_is_at_most_one(seed: int) -> None:
    for row in told(contracts(seed))["recurring_revenue"]:
        moved = row["new_cents"] + row["win_back_cents"] + row["expansion_cents"]
        lost = row["contraction_cents"] + row["churn_cents"]
        assert row["start_cents"] + moved - lost == row["end_cents"]
        assert row["grr"] is None or 0 <= row["grr"] <= min(1, row["nrr"])


def test_cohorts_add_up_to_all_customers() -> None:
    lines: dict[tuple[Any, ...], list[int]] = {}
    names = ("start_cents", "new_cents", "churn_cents", "end_cents", "customers_at_end", "customers_churned")
    for row in told(contracts(1))["recurring_revenue"]:
        line = lines.setdefault(
            (row["period_on"], row["currency"], row["cohort"] == "(all)"), [0] * len(names)
        )
        lines[row["period_on"], row["currency"], row["cohort"] == "(all)"] = [
            a + row[name] for a, name in zip(line, names, strict=True)
        ]
    assert all(line == lines[period, currency, True] for (period, currency, _), line in lines.items())


def test_the_order_of_contracts_does_not_matter() -> None:
    rows = contracts(2)
    first, second = told(rows), told(rows[::-1])
    for name in first:
        assert sorted(map(str, first[name])) == sorted(map(str, second[name]))


def test_what_was_told_then_is_told_later_too() -> None:
    then, rows = date(2024, 5, 17), contracts(3)
    early = told(rows, as_of=then)["arr_movement"]
    late = [row for row in told(rows)["arr_movement"] if row["moved_on"] <= micros(then)]
    assert early and sorted(map(str, early)) == sorted(map(str, late))


def deal(
    key: str,
    booked: date,
    kind: str = "new_business",
    cents: int = ARR,
    term: int | None = None,
    *,
    is_won: bool = True,
) -> Row:
    return {
        "opportunity_id": key,
        "account_id": "acme",
        "solution_id": "s1",
        "currency": "USD",
        "type": kind,
        "amount_cents": cents,
        "booked_at": micros(booked) + 9 * 3_600_000_000,
        "is_won": is_won,
        "term_months": term,
    }


def moves(deals: list[Row], *, as_of: date = AS_OF, **faults: tuple[str, str]) -> list[tuple[Any, ...]]:
    """Day, kind and new revenue of each move of a customer without subscriptions."""
    seen = [row for row in deals if row["booked_at"] <= micros(as_of)]
    deal_types = dict.fromkeys(("opportunity_id", "account_id", "solution_id", "currency", "type"), TEXT)
    given = calendar(2022, 2025, as_of=as_of) | {
        "account_opportunity": table(
            seen, **deal_types, amount_cents=WHOLE, booked_at=WHOLE, is_won=pa.bool_()
        ),
        "opportunity": table(seen, opportunity_id=TEXT, term_months=WHOLE),
        "rule_finance": table(
            [
                {
                    "from_at": 0,
                    "to_at": 9 * 10**15,
                    "deal_term_months": 12,
                    "renewal_grace_us": 90 * 86_400_000_000,
                }
            ]
        ),
        "account_alias": table([], account_record_id=TEXT, account_id=TEXT),
        "known_subscription": table(
            [],
            subscription_id=TEXT,
            account_record_id=TEXT,
            solution_id=TEXT,
            currency=TEXT,
            arr_cents=WHOLE,
            starts_on=WHOLE,
            ends_on=WHOLE,
        ),
    }
    found = made(given, "contract", "arr_movement", faults=faults)["arr_movement"]
    return sorted(
        (date(1970, 1, 1) + timedelta(microseconds=r["moved_on"]), r["kind"], r["end_cents"]) for r in found
    )


BOUGHT = deal("o1", date(2023, 1, 10))
RENEWED = deal("o2", date(2024, 1, 5), "renewal", ARR + 100)


def test_a_renewal_replaces_what_ran_before() -> None:
    assert moves([BOUGHT, RENEWED], as_of=date(2024, 12, 1)) == [
        (date(2023, 1, 10), "new", ARR),
        (date(2024, 1, 5), "expansion", ARR + 100),
    ]


def test_an_upsell_adds_until_the_renewal_holds_all() -> None:
    more = deal("o3", date(2023, 6, 1), "upsell", 5_000_00)
    assert [end for *_, end in moves([BOUGHT, more, RENEWED], as_of=date(2024, 12, 1))] == [
        ARR,
        ARR + 5_000_00,
        ARR + 100,
    ]


def test_two_contracts_renewed_on_one_day_both_run_on() -> None:
    other = deal("o4", date(2024, 1, 5), "renewal", 700_00)
    assert moves([BOUGHT, RENEWED, other], as_of=date(2024, 12, 1))[-1][2] == ARR + 100 + 700_00


def test_what_nobody_renews_is_lost_when_the_grace_is_over_and_may_be_won_back() -> None:
    back = deal("o5", date(2025, 2, 1), cents=300_00)
    assert moves([BOUGHT, back]) == [
        (date(2023, 1, 10), "new", ARR),
        (date(2024, 4, 9), "churn", 0),  # 365 days and 90 of grace
        (date(2025, 2, 1), "win_back", 300_00),
    ]
    # Within the grace nobody can tell yet.
    assert len(moves([BOUGHT], as_of=date(2024, 4, 8))) == 1


def test_a_renewal_that_was_lost_ends_what_ran_on_that_day_but_not_before_its_term() -> None:
    late = deal("o7", date(2024, 2, 20), "renewal", is_won=False)
    early = deal("o8", date(2023, 11, 1), "renewal", is_won=False)
    new = (date(2023, 1, 10), "new", ARR)
    assert moves([BOUGHT, late]) == [new, (date(2024, 2, 20), "churn", 0)]
    assert moves([BOUGHT, early]) == [new, (date(2024, 1, 10), "churn", 0)]
    assert moves([BOUGHT, early, late]) == moves([BOUGHT, early])
    # After the grace the loss tells nothing new; a renewal won after all replaces what ran.
    assert moves([BOUGHT, deal("o9", date(2024, 6, 1), "renewal", is_won=False)]) == moves([BOUGHT])
    assert moves([BOUGHT, early, RENEWED], as_of=date(2024, 12, 1)) == moves(
        [BOUGHT, RENEWED], as_of=date(2024, 12, 1)
    )
    deaf = moves([BOUGHT, late], contract=("AND NOT o.is_won", "AND o.is_won AND NOT o.is_won"))
    assert deaf != moves([BOUGHT, late])  # the seeded fault


def test_three_years_bring_a_third_each() -> None:
    assert moves([deal("o6", date(2023, 1, 10), cents=900_01, term=36)]) == [
        (date(2023, 1, 10), "new", 300_00)
    ]


FAULTS = {
    "what ends never leaves": {
        "arr_movement": ("WHERE c.ends_on IS NOT NULL", "WHERE c.ends_on IS NULL AND FALSE")
    },
    "who comes back is new": {"arr_movement": ("WHEN m.end_cents = m.change_cents THEN 'win_back'", "")},
    "retention counts expansion as kept": {
        "recurring_revenue": ("LEAST(l.base_cents, l.end_cents)", "l.end_cents")
    },
    "new customers retain": {
        "recurring_revenue": ("COALESCE(b.year_ago_cents, 0) AS base_cents", "b.start_cents AS base_cents")
    },
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_recounts_notice(fault: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    right = told
    monkeypatch.setitem(globals(), "told", lambda rows: right(rows, **fault))
    with pytest.raises(AssertionError):
        for seed in range(6):
            test_moves_are_those_of_the_days(seed)
            test_retention_is_recounted_from_the_days_of_two_years(seed)
            test_every_line_adds_up_and_gross_retention_is_at_most_one(seed)


def test_a_renewal_that_adds_instead_is_noticed() -> None:
    added = moves(
        [BOUGHT, RENEWED],
        as_of=date(2024, 12, 1),
        contract=("WHERE r.type = 'renewal'", "WHERE r.type = 'x'"),
    )
    assert added != moves([BOUGHT, RENEWED], as_of=date(2024, 12, 1))
