"""The table `lift`: what each experiment says, and for everything else that nothing can be said."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from threadpoolctl import threadpool_limits

from muster.engine.protocol import Engine
from muster.lift.holdouts import holdout_lines, without_experiment
from muster.lift.words import SCHEMA, Line

_SPAN = ("experiment", "program_id", "name", "has_holdout", "has_treated", "starts_at", "ends_at")
_ACCOUNT = (
    *("experiment", "account_id", "arm", "from_at", "to_at", "contacts", "fit", "employee_count"),
    "acts_before",
    *("openings_before", "openings", "won_before", "won", "won_cents_before", "won_cents"),
    *("groups_before", "groups", "reads_before", "reads"),
)


def put_lift(engine: Engine) -> None:
    """Put `lift`, made of `experiment_span` and `experiment_account`."""
    [clock] = engine.arrow("SELECT c.as_of_at, c.currency FROM clock AS c").to_pylist()
    as_of, currency = clock["as_of_at"], clock["currency"]
    with threadpool_limits(limits=1, user_api="blas"):
        lines = [*_holdouts(engine, as_of=as_of, currency=currency)]
    told = {line.program_id for line in lines}
    programmes = engine.arrow(
        "SELECT t.program_id, MIN(CASE WHEN t.tactic_id = t.program_id THEN t.name END) AS name"
        " FROM known_tactic AS t GROUP BY t.program_id ORDER BY t.program_id"
    ).to_pylist()
    others = [p | {"name": p["name"] or p["program_id"]} for p in programmes if p["program_id"] not in told]
    lines += without_experiment(others, currency=currency)
    lines.sort(key=lambda line: (line.experiment, line.design, line.outcome))
    engine.put("lift", pa.Table.from_pylist([line.row() for line in lines], schema=SCHEMA))


def _holdouts(engine: Engine, *, as_of: int, currency: str) -> list[Line]:
    spans = engine.arrow(
        f"SELECT {', '.join(f's.{name}' for name in _SPAN)} FROM experiment_span AS s ORDER BY s.experiment"
    ).to_pylist()
    if not spans:
        return []
    accounts = engine.arrow(
        f"SELECT {', '.join(f'a.{name}' for name in _ACCOUNT)} FROM experiment_account AS a"
    ).sort_by([("experiment", "ascending"), ("account_id", "ascending")])
    lines: list[Line] = []
    for span in spans:
        mine = accounts.filter(pc.equal(accounts.column("experiment"), span["experiment"]))
        lines += holdout_lines(span, mine, as_of=as_of, currency=currency)
    return lines
