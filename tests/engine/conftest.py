"""A small invented company, and the engines the tests run it on.

DuckDB always, Sail where it is installed, Spark when asked for: `MUSTER_ENGINES=sail,spark` says
which must be there; a test of one that is missing then fails.
"""

import importlib.util
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from muster.canonical.tables import Column, Table
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.protocol import Engine
from muster.engine.queries import in_order, read_queries
from muster.engine.spark_engine import LocalSpark, Sail

EQUALITY = Path(__file__).parent / "equality"
ASKED = os.environ.get("MUSTER_ENGINES", "").split(",")
ALL = ["duckdb", pytest.param("sail", marks=pytest.mark.sail), pytest.param("spark", marks=pytest.mark.spark)]

Build = Callable[[Path], None]


DAY = 86_400_000_000
START = 1_700_000_000_000_000


def invented_company(*, engagements: int = 900, seed: int = 7) -> dict[str, pa.Table]:
    """The tables that the queries in `equality/` read."""
    dice = random.Random(seed)
    accounts = [f"a{number}" for number in range(40)]
    rows = [
        {
            "engagement_id": f"e{number:05d}",
            "account_id": dice.choice(accounts),
            "person_id": dice.choice([None, *(f"P{n:02d}é" for n in range(60))]),
            "solution_id": dice.choice([None, "data", "work"]),
            "channel": dice.choice([None, "web", "e-mail", "event", "fax"]),
            "occurred_at": START + dice.randrange(500 * DAY),
            "points": dice.choice([5, 10, 20, 70, 150]),
            "is_slow": dice.choice([True, False, None]),
        }
        for number in range(engagements)
    ]
    opportunities = [
        {
            "opportunity_id": f"o{number:03d}",
            "account_id": dice.choice([*accounts, "nobody"]),
            "amount_cents": dice.choice([0, 1, 99, dice.randrange(10**9)]),
            "opened_at": START + dice.randrange(500 * DAY),
        }
        for number in range(60)
    ]
    return {
        "engagement": pa.Table.from_pylist(rows),
        "opportunity": pa.Table.from_pylist(opportunities),
        "blocked": pa.table(
            {
                "person_id": ["P01é", "P02é", "P03é", "P99é", None],
                "reason": ["left_company", "leftover", None, "ÄÖ", "bounced"],
                "is_strict": [False, True, None, True, False],
            }
        ),
        "closed_channel": pa.table({"channel": ["fax"]}),
        "run": pa.table({"as_of": pa.array([START + 450 * DAY], pa.int64())}),
    }


def _table(name: str, key: str, **columns: str) -> Table:
    listed = tuple(Column(column, kind, "a column; null allowed") for column, kind in columns.items())
    return Table(name, f"Made by {name}.sql.", tuple(key.split()), listed)


TABLES = (
    _table(
        "weekly", "account_id solution_id week",
        account_id="text", solution_id="text", week="integer", touches="integer", known_touches="integer",
        people="integer", fast_points="points", slow_points="points", first_person="text",
        most_points="integer", mean_points="real",
    ),
    _table(
        "score", "account_id solution_id week",
        account_id="text", solution_id="text", week="integer", next_week="integer", points="real",
        score="real", whole_points="integer", faded_week="integer", below_zero="integer",
    ),
    _table(
        "interval", "interval_id",
        interval_id="text", account_id="text", solution_id="text", entered_week="integer",
        left_week="integer", is_open="flag", number_from_last="integer",
    ),
    _table(
        "credit", "opportunity_id engagement_id",
        opportunity_id="text", engagement_id="text", credit_cents="cents",
    ),
    _table(
        "text_rank", "row_id",
        row_id="text", person_id="text", account_id="text", joined_text="text", is_quote="flag",
        differs="flag", same="flag", reason_rank="integer", dense="integer", number="integer",
        neighbour_before="text", last_person="text", in_account="integer", most_points="integer",
        clamped="integer", strict_number="integer", three_valued="flag", is_small="flag",
    ),
)  # fmt: skip


@pytest.fixture(scope="session", params=ALL)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Each engine in turn, started once."""
    scratch = tmp_path_factory.mktemp("scratch")
    if request.param == "sail" and "sail" not in ASKED and importlib.util.find_spec("pysail") is None:
        pytest.skip("Sail is not installed")
    if request.param == "spark" and "spark" not in ASKED:
        pytest.skip("Spark was not asked for: MUSTER_ENGINES=spark")
    make = {"duckdb": DuckDBEngine, "sail": Sail, "spark": LocalSpark}[request.param]
    with make(scratch=scratch) as engine:
        yield engine
    assert list(scratch.iterdir()) == []


@pytest.fixture(scope="session")
def company() -> dict[str, pa.Table]:
    """The tables that the queries in `equality/` read."""
    return invented_company()


@pytest.fixture(scope="session")
def contracts() -> tuple[Table, ...]:
    """The tables that the queries in `equality/` make."""
    return TABLES


@pytest.fixture
def build(engine: Engine, company: dict[str, pa.Table]) -> Build:
    """Runs the queries in `equality/` on the engine and publishes their tables into a folder."""

    def run(folder: Path) -> None:
        for name, table in company.items():
            engine.put(name, table)
        made = {table.name: table for table in TABLES}
        for query in in_order(read_queries(EQUALITY), set(company)):
            engine.create(query.name, query.sql)
            engine.publish(made[query.name], folder / f"{query.name}.parquet")

    return run
