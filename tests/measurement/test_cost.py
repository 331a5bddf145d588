"""Cost laid on tactics and months, and what a customer costs: random spend counted again in plain Python."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from tests.measurement.making import DAY, Row, calendar, made, micros, table

from muster.measurement.acquisition_cost import Happening, MonthCost, Terms, acquisition_rows
from muster.readings.spend_lines import read_spend_lines
from muster.rules.read import default_text, rule_shapes

TEXT, WHOLE = pa.string(), pa.int64()
AS_OF, FOREVER = date(2025, 6, 30), 9 * 10**15
TACTICS = [
    # id, programme, first day, last day
    ("events", "events", None, None),
    ("fair", "events", date(2025, 1, 10), date(2025, 3, 20)),
    ("dinner", "events", date(2025, 3, 1), date(2025, 3, 1)),
    ("ads", "ads", date(2024, 11, 15), date(2025, 9, 1)),
    ("mailing", "ads", None, None),
]
RATES = [("EUR", date(2025, 1, 1), 1.0834), ("EUR", date(2025, 4, 1), 1.1), ("JPY", date(2025, 2, 1), 0.0067)]
LINES = ("", "", "", "Refund", "Credit note 4", "Total May", "Sales salaries", "Booth")
MEANS = {"Refund": "refund", "Credit note 4": "credit", "Total May": "total", "Sales salaries": "sales_cost"}


def spend(seed: int) -> list[Row]:
    dice = random.Random(seed)
    return [
        {
            "spend_id": f"s{number}",
            "tactic_id": dice.choice(["events", "fair", "dinner", "ads", "mailing", "nobody's"]),
            "spent_on": date(2025, 1, 1) + timedelta(days=dice.randrange(180)),
            "amount_cents": dice.choice([1, 2, 99, 100_00, 123_456_78, dice.randrange(1, 10**9), -50_01]),
            "currency": dice.choice(["USD", "USD", "EUR", "JPY", "CHF"]),
            "line": dice.choice(LINES) or None,
        }
        for number in range(60)
    ]


def laid(
    rows: list[Row],
    *,
    over_time: str = "booked",
    across: str = "own",
    faults: Mapping[str, tuple[str, str]] | None = None,
    reduces: bool = False,
) -> dict[str, list[Row]]:
    """`spend_line` and `tactic_cost` of rows of spend under one rule for all."""
    texts = [text for text in {row["line"] for row in rows} | {row["tactic_id"] for row in rows} if text]
    ruled = [
        dict(zip(rule_shapes()["spend_lines"].columns, line.split(","), strict=False))
        for line in default_text("spend_lines").splitlines()[1:]
    ]
    rules = [row | {"reduces_cost": reduces and row["counts_as"] == "refund"} for row in ruled]
    given = calendar(2023, 2027, as_of=AS_OF) | {
        "spend": table(
            [
                row | {"spent_on": micros(row["spent_on"]), "known_at": micros(row["spent_on"])}
                for row in rows
            ],
            spend_id=TEXT,
            tactic_id=TEXT,
            spent_on=WHOLE,
            amount_cents=WHOLE,
            currency=TEXT,
            line=TEXT,
            known_at=WHOLE,
        ),
        "known_tactic": table(
            [
                {
                    "tactic_id": tactic,
                    "program_id": program,
                    "starts_on": micros(first) if first else None,
                    "ends_on": micros(last) if last else None,
                    "channel": "web",
                }
                for tactic, program, first, last in TACTICS
            ],
            tactic_id=TEXT,
            program_id=TEXT,
            starts_on=WHOLE,
            ends_on=WHOLE,
            channel=TEXT,
            cost_cents=WHOLE,
            currency=TEXT,
        ),
        "reading_spend_line": read_spend_lines(texts, rules),
        "exchange_rate": table(
            [{"currency": c, "rate_on": micros(on), "rate": rate, "known_at": 0} for c, on, rate in RATES],
            currency=TEXT,
            rate_on=WHOLE,
            rate=pa.float64(),
            known_at=WHOLE,
        ),
        "rule_finance": table([{"from_at": 0, "to_at": FOREVER, "rate_good_us": 366 * DAY}]),
        "rule_cost_allocation": table(
            [
                {
                    "applies_to": "*",
                    "over_time": over_time,
                    "across": across,
                    "purpose": "acquisition",
                    "from_at": 0,
                    "to_at": FOREVER,
                }
            ],
            applies_to=TEXT,
            over_time=TEXT,
            across=TEXT,
            purpose=TEXT,
            from_at=WHOLE,
            to_at=WHOLE,
        ),
        "resolved_engagement": table(
            [{"engagement_id": f"e{n}", "tactic_id": "fair" if n < 3 else "dinner"} for n in range(4)],
            engagement_id=TEXT,
            tactic_id=TEXT,
        ),
        "group_engagement": table(
            [{"engagement_id": f"e{n}", "buying_group_id": f"g{n}"} for n in range(4)],
            engagement_id=TEXT,
            buying_group_id=TEXT,
        ),
        "credit": table(
            [{"tactic_id": "dinner", "attribution_model": "linear", "credit_cents": 500}],
            tactic_id=TEXT,
            attribution_model=TEXT,
            credit_cents=WHOLE,
        ),
    }
    return made(given, "company_rate", "spend_line", "tactic_cost", faults=faults)


def kind(row: Row) -> str:
    """What a row is by its words and sign; nothing else."""
    meant = MEANS.get(row["line"] or "")
    if meant and not (meant == "sales_cost" and row["amount_cents"] < 0):
        return meant
    return "credit" if row["amount_cents"] < 0 else "cost"


def rate(row: Row) -> Fraction | None:
    if row["currency"] == "USD":
        return Fraction(1)
    held = [r for c, on, r in RATES if c == row["currency"] and on <= row["spent_on"]]
    return Fraction(str(held[-1])) if held else None


@pytest.mark.parametrize("seed", range(4))
def test_every_row_of_spend_is_one_line_with_its_meaning_and_its_dollars(seed: int) -> None:
    rows = spend(seed)
    found = {row["spend_id"]: row for row in laid(rows)["spend_line"]}
    assert set(found) == {row["spend_id"] for row in rows}
    for row in rows:
        line, at = found[row["spend_id"]], rate(row)
        assert line["counts_as"] == kind(row), row
        cost = row["amount_cents"] if kind(row) in {"cost", "sales_cost"} else 0
        assert line["cost_cents"] == cost
        if at is None:
            assert line["company_cents"] is None
        else:
            assert line["company_cents"] == int(cost * at + Fraction(1, 2))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("over_time", ["booked", "days"])
@pytest.mark.parametrize("across", ["own", "even", "groups", "credit"])
def test_no_cent_is_lost_however_cost_is_laid(seed: int, over_time: str, across: str) -> None:
    found = laid(spend(seed), over_time=over_time, across=across)
    booked, company, kept_out = Counter[Any](), Counter[Any](), Counter[Any]()
    for line in found["spend_line"]:
        side = "sales" if line["counts_as"] == "sales_cost" else "acquisition"
        booked[line["currency"], side] += line["cost_cents"]
        company[line["currency"], side] += line["company_cents"] or 0
        kept_out[line["currency"], side] += line["cost_cents"] if line["company_cents"] is None else 0
    for name, expected in (("cost_cents", booked), ("company_cents", company), ("kept_out_cents", kept_out)):
        told = Counter[Any]()
        for row in found["tactic_cost"]:
            told[row["currency"], row["purpose"]] += row[name]
        assert +told == +expected


def test_days_are_laid_by_largest_remainders() -> None:
    row = {
        "spend_id": "s",
        "tactic_id": "fair",
        "spent_on": date(2025, 1, 31),
        "currency": "USD",
        "line": None,
    }
    found = laid([row | {"amount_cents": 100_01}], over_time="days")["tactic_cost"]
    # 22 days of January, 28 of February, 20 of March.
    exact = [Fraction(10001 * days, 70) for days in (22, 28, 20)]
    floors = [int(part) for part in exact]
    most = sorted(range(3), key=lambda n: (-(exact[n] - floors[n]), n))[: 10001 - sum(floors)]
    expected = [floor + (n in most) for n, floor in enumerate(floors)]
    assert [r["cost_cents"] for r in sorted(found, key=lambda r: r["month_on"])] == expected


@pytest.mark.parametrize(
    ("across", "on", "expected"),
    [
        ("own", date(2025, 3, 1), {"events": 101}),
        ("even", date(2025, 3, 1), {"fair": 50, "dinner": 51}),
        ("even", date(2025, 3, 2), {"fair": 101}),  # the dinner was over
        ("even", date(2025, 6, 2), {"fair": 50, "dinner": 51}),  # neither ran: both
        ("groups", date(2025, 3, 1), {"fair": 76, "dinner": 25}),  # three groups and one
        ("credit", date(2025, 3, 1), {"dinner": 101}),
    ],
)
def test_a_programmes_spend_goes_to_its_tactics_by_the_rule(
    across: str, on: date, expected: dict[str, int]
) -> None:
    row = {"spend_id": "s", "tactic_id": "events", "spent_on": on, "currency": "USD", "line": None}
    found = laid([row | {"amount_cents": 101}], across=across)["tactic_cost"]
    assert {r["tactic_id"]: r["cost_cents"] for r in found} == expected


def test_a_programmes_row_that_is_the_sum_of_its_tactics_rows_is_a_total() -> None:
    on = {"spent_on": date(2025, 3, 3), "currency": "USD", "line": None}
    rows = [
        on | {"spend_id": "a", "tactic_id": "fair", "amount_cents": 700},
        on | {"spend_id": "b", "tactic_id": "dinner", "amount_cents": 300},
        on | {"spend_id": "c", "tactic_id": "events", "amount_cents": 1000},
    ]
    assert {r["spend_id"]: r["counts_as"] for r in laid(rows)["spend_line"]} == {
        "a": "cost",
        "b": "cost",
        "c": "total",
    }
    rows[2]["amount_cents"] = 999
    assert {r["counts_as"] for r in laid(rows)["spend_line"]} == {"cost"}


def test_a_refund_reduces_cost_only_where_a_rule_says_so() -> None:
    row = {
        "spend_id": "s",
        "tactic_id": "fair",
        "spent_on": date(2025, 3, 3),
        "currency": "USD",
        "line": "Refund",
    }
    for amount in (40_00, -40_00):
        assert laid([row | {"amount_cents": amount}])["tactic_cost"] == []
        [found] = laid([row | {"amount_cents": amount}], reduces=True)["tactic_cost"]
        assert found["cost_cents"] == -40_00


def test_the_order_of_rows_does_not_matter() -> None:
    rows = spend(7)
    first, second = (laid(some, over_time="days", across="groups") for some in (rows, rows[::-1]))
    for name in first:
        assert sorted(map(str, first[name])) == sorted(map(str, second[name]))


FAULTS = {
    "a cent is lost": {"tactic_cost": ("CASE WHEN t.cost_turn <= t.cost_left THEN 1 ELSE 0 END", "0")},
    "credits are cost": {"spend_line": ("WHEN m.counts_as IN ('cost', 'sales_cost') THEN", "WHEN TRUE THEN")},
    "yesterday's rate is today's": {"company_rate": ("LEAD(x.rate_on) OVER", "LAG(x.rate_on) OVER")},
    "no rate means one to one": {
        "spend_line": ("INT_DIV(ABS(c.cost_cents), NULLIF(x.scale, 0)) * x.digits", "0")
    },
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_recounts_notice(fault: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    right = laid
    monkeypatch.setitem(globals(), "laid", lambda rows, **how: right(rows, faults=fault, **how))
    with pytest.raises(AssertionError):
        for seed in range(2):
            test_every_row_of_spend_is_one_line_with_its_meaning_and_its_dollars(seed)
            test_no_cent_is_lost_however_cost_is_laid(seed, "days", "even")


TERMS = [Terms(0, FOREVER, Fraction(3, 4), None)]
QUARTERS = [(micros(date(2025, m, 1)), micros(date(2025, m + 3, 1))) for m in (1, 4, 7)]


def customer(buyer: str, won: date, days: int) -> list[Happening]:
    return [
        Happening("customer", buyer, micros(won), 0, days * DAY),
        Happening("revenue", buyer, micros(won), 1000_00, None),
        Happening("recurring", buyer, micros(won), 1200_00, None),
    ]


def months(purpose: str, *cents: int) -> list[MonthCost]:
    """Costs of the months of 2025 from January on."""
    return [MonthCost(12 * 2025 + number, purpose, each, 0) for number, each in enumerate(cents, start=1)]


def test_customers_are_held_against_the_months_a_median_cycle_earlier() -> None:
    won = [
        *customer("a", date(2025, 4, 20), 50),
        *customer("b", date(2025, 6, 1), 70),
        *customer("c", date(2025, 7, 2), 400),
    ]
    costs = months("acquisition", 100, 200, 400, 800, 1600, 3200, 6400)
    second, third = acquisition_rows(QUARTERS, won, costs, terms=TERMS)[1:]
    assert (second["lag_months"], second["lagged_spend_cents"]) == (2, 200 + 400 + 800)  # February to April
    assert second["cpa_cents"] == 1400 // 2
    assert (third["lag_months"], third["lagged_spend_cents"]) == (
        2,
        1600 + 3200 + 6400,
    )  # the median is 70 days
    assert second["spend_cents"] == 800 + 1600 + 3200


def test_a_rule_sets_the_lag_and_sales_cost_makes_the_cac_and_the_payback() -> None:
    won = customer("a", date(2025, 4, 20), 50)
    costs = [*months("acquisition", 0, 0, 0, 600_00), *months("sales", 0, 0, 0, 300_00)]
    row = acquisition_rows(QUARTERS, won, costs, terms=[Terms(0, FOREVER, Fraction(3, 4), 0)])[0]
    assert (row["lag_months"], row["cpa_cents"], row["cac_cents"]) == (0, 600_00, 900_00)
    assert row["payback_months"] == 900 / (1200 / 12 * 0.75)


def test_nothing_is_told_where_spend_is_not_known_so_far_back() -> None:
    costs = months("acquisition", 100, 100, 100)
    row = acquisition_rows(QUARTERS, customer("a", date(2025, 2, 1), 90), costs, terms=TERMS)[0]
    assert (row["lag_months"], row["cpa_cents"], row["revenue_per_unit"]) == (3, None, None)


def test_intervals_hold_the_estimate_and_need_ten_accounts() -> None:
    dice = random.Random(5)
    costs = months("acquisition", 900_00, 900_00, 900_00)
    won = [
        Happening("pipeline", f"a{n}", micros(date(2025, 2, 1)), dice.randrange(10**7), None)
        for n in range(30)
    ]
    row = acquisition_rows(QUARTERS, won, costs, terms=TERMS)[0]
    assert row["pipeline_low"] < row["pipeline_per_unit"] < row["pipeline_high"]  # type: ignore[operator]
    assert row == acquisition_rows(QUARTERS, won[::-1], costs, terms=TERMS)[0]
    few = acquisition_rows(QUARTERS, won[:9], costs, terms=TERMS)[0]
    assert few["pipeline_low"] is None and few["pipeline_per_unit"] is not None
