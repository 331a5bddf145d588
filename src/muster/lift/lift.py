"""The table `lift`: what each experiment says, and for everything else that nothing can be said."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc
from threadpoolctl import threadpool_limits

from muster.engine.protocol import Engine
from muster.lift.holdouts import holdout_lines, without_experiment
from muster.lift.lots import lot_lines
from muster.lift.rollouts import rollout_lines, weeks_on
from muster.lift.words import SCHEMA, Line

_SPAN = ("experiment", "program_id", "name", "has_holdout", "has_treated", "starts_at", "ends_at")
_ACCOUNT = (
    *("experiment", "account_id", "arm", "from_at", "to_at", "contacts", "fit", "employee_count"),
    "acts_before",
    *("openings_before", "openings", "won_before", "won", "won_cents_before", "won_cents"),
    *("groups_before", "groups", "reads_before", "reads"),
)
_LOT = (
    *("week_at", "buying_group_id", "account_id", "propensity", "came_in", "is_live", "place", "p_open"),
    *("openings", "won", "won_cents"),
)
_ROLLOUT = (
    *("experiment", "region", "week_at", "is_on", "account_count", "opening_count", "won_count"),
    "won_cents",
)


def put_lift(engine: Engine) -> None:
    """Put `lift`: hold-outs, lots about the last place, roll-outs by region, and programmes without any."""
    [clock] = engine.arrow("SELECT c.as_of_at, c.currency FROM clock AS c").to_pylist()
    as_of, currency = clock["as_of_at"], clock["currency"]
    with threadpool_limits(limits=1, user_api="blas"):
        lines = [
            *_holdouts(engine, as_of=as_of, currency=currency),
            *lot_lines(_lots(engine), as_of=as_of, currency=currency),
            *_rollouts(engine, as_of=as_of, currency=currency),
        ]
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


def _lots(engine: Engine) -> pa.Table:
    return engine.arrow(f"SELECT {', '.join(f'l.{name}' for name in _LOT)} FROM lot AS l").sort_by(
        [("week_at", "ascending"), ("buying_group_id", "ascending")]
    )


def _rollouts(engine: Engine, *, as_of: int, currency: str) -> list[Line]:
    told = engine.arrow(
        "SELECT r.name, r.program_id, r.drawn_by, r.from_at, r.to_at, r.ends_at FROM rule_rollouts AS r"
        f" WHERE r.from_at <= {as_of} ORDER BY r.name, r.from_at, r.region"
    ).to_pylist()
    if not told:
        return []
    weeks = engine.arrow(f"SELECT {', '.join(f'w.{name}' for name in _ROLLOUT)} FROM rollout_week AS w")
    lines: list[Line] = []
    for name, rows in groupby(told, itemgetter("name")):
        mine = weeks.filter(pc.equal(weeks.column("experiment"), name))
        lines += rollout_lines(weeks_on(list(rows)), mine, as_of=as_of, currency=currency)
    return lines
