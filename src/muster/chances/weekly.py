"""Each Monday's chances by the models as they would have been learnt by then, never by later ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from threadpoolctl import threadpool_limits

from muster.chances import tables
from muster.chances.amounts import AmountModel, learn_amounts
from muster.chances.challenge import Opening, Ring, Stretch, over
from muster.chances.deals import Accounts, read_accounts, read_deals
from muster.chances.learn import learn
from muster.chances.monday import said_of
from muster.chances.openings import Openings, learning_rows
from muster.chances.parts import PART, parts
from muster.chances.pinned import Choice, read_pins
from muster.chances.rule import RuleModel
from muster.chances.signs import LABELS, Panel, read_signs
from muster.chances.terms import Terms, learning_days, read_terms, terms_at
from muster.chances.told import Learnt
from muster.chances.wins import WinModel, learn_wins
from muster.engine.protocol import Engine
from muster.recall.clock import WEEK

BLOCK = 250_000  # rows judged at once: about half a gigabyte, with what is made of them


@dataclass(frozen=True, slots=True)
class Quarter:
    """The models learnt on a Monday; they judge from then until the next ones are learnt."""

    trained_at: int
    until: int
    opens: Opening
    won: WinModel | None
    amount: AmountModel | None


def put_chances(engine: Engine) -> None:
    """Put what models say of `panel` (`chance_estimate`, `chance_part`, `win_chance`), and the models.

    The panel is read a few Mondays at a time, and what is said of them kept in files at once.
    One thread does the sums: with several, their order and so their last digits would differ.
    """
    accounts = read_accounts(engine.arrow("SELECT a.* FROM account_size AS a"))
    with threadpool_limits(limits=1, user_api="blas"):
        quarters = list(_learnt(engine, accounts))
        choice = Choice(
            [quarter.opens for quarter in quarters],
            read_pins(engine),
            read_terms(engine),
            last=max((quarter.until for quarter in quarters), default=0) - WEEK,
        )
        engine.append("chance_estimate", tables.ESTIMATE.empty_table())
        engine.append("chance_part", PART.empty_table(), key=("week_at", "account_id"))
        for quarter in quarters:
            for rows in _blocks(engine, quarter):
                estimates, divided = _judged(rows, quarter, choice, accounts)
                engine.append("chance_estimate", estimates)
                engine.append("chance_part", divided, key=("week_at", "account_id"))
    engine.put("win_chance", _wins(engine, quarters))
    models: list[Learnt] = [m for q in quarters for m in (q.opens, q.won, q.amount) if m is not None]
    engine.put("chance_model", tables.models(models))
    engine.put("chance_coefficient", tables.coefficients(models))


def _learnt(engine: Engine, accounts: Accounts) -> Iterator[Quarter]:
    """What was learnt on each day on which a model was due."""
    [found] = engine.arrow(
        "SELECT MIN(w.week_at) AS first, MAX(w.week_at) AS last FROM week AS w"
    ).to_pylist()
    if found["first"] is None:
        return
    terms = read_terms(engine)
    deals = read_deals(engine.arrow("SELECT d.* FROM deal AS d"))
    openings = Openings(engine.arrow("SELECT f.* FROM foretold_opening AS f"))
    [clock] = engine.arrow("SELECT c.currency FROM clock AS c").to_pylist()
    rows: tuple[Terms, Panel] | None = None
    ring, past = Ring(), list[Stretch]()
    days = learning_days(terms, first=found["first"], last=found["last"])
    for trained_at, until in pairwise([*days, found["last"] + WEEK]):
        own = terms_at(terms, trained_at)
        if rows is None or rows[0] is not own:
            rows = own, learning_rows(engine, openings, own)
        model = learn(over(rows[1], own, trained_at), trained_at=trained_at, terms=own)
        fewest, borrowed = own.fewest_closed, own.borrowed_deals
        yield Quarter(
            trained_at,
            until,
            ring.decide(model, rows[1], own, past),
            learn_wins(deals, trained_at=trained_at, fewest=fewest, borrowed=borrowed),
            learn_amounts(
                deals,
                accounts,
                trained_at=trained_at,
                currency=clock["currency"],
                fewest=fewest,
                borrowed=borrowed,
            ),
        )
        past.append(Stretch(trained_at, until, model))


def _blocks(engine: Engine, quarter: Quarter) -> Iterator[Panel]:
    """A quarter's rows to be judged: whole Mondays in the order of time, about `BLOCK` rows at once."""
    between = f"p.week_at >= {quarter.trained_at} AND p.week_at < {quarter.until}"
    counted = engine.arrow(
        f"SELECT p.week_at, COUNT(*) AS rows FROM panel AS p WHERE {between} GROUP BY p.week_at"
    ).sort_by("week_at")
    weeks, after = counted.column("week_at").to_pylist(), np.cumsum(counted.column("rows").to_numpy())
    names: list[str] = engine.arrow("SELECT p.* FROM panel AS p WHERE 1 = 0").column_names
    told = ", ".join(f"p.{name}" for name in names if name not in (*LABELS, "first_act"))
    for _, block in groupby(range(len(weeks)), key=lambda number: int(after[number]) // BLOCK):
        own = list(block)
        of = f"p.week_at >= {weeks[own[0]]} AND p.week_at <= {weeks[own[-1]]}"
        rows = engine.arrow(f"SELECT {told} FROM panel AS p WHERE {of}")
        in_order = np.all(
            np.diff(rows.column("week_at").to_numpy()) >= 0
        )  # as they are where files hold them
        yield read_signs(rows if in_order else rows.sort_by("week_at"))


def _judged(panel: Panel, quarter: Quarter, choice: Choice, accounts: Accounts) -> tuple[pa.Table, pa.Table]:
    """What is said of rows of a quarter, and why."""
    estimates, divided = [tables.ESTIMATE.empty_table()], [PART.empty_table()]
    cuts = [0, *(np.flatnonzero(np.diff(panel.weeks)) + 1).tolist(), len(panel)]
    for start, end in pairwise(cuts):
        monday = panel.part(start, end)
        models, which = _chosen(monday, choice)
        estimates.append(_monday(monday, said_of(monday, models, which), quarter, accounts))
        for number, model in enumerate(models):
            if model is not None and not isinstance(model, RuleModel):
                divided.append(parts(monday, model, among=which == number))
    return pa.concat_tables(estimates), pa.concat_tables(divided)


def _chosen(panel: Panel, choice: Choice) -> tuple[list[Opening | None], npt.NDArray[np.int64]]:
    """The models that judge a Monday's rows, and which of them each row."""
    found: dict[str | None, tuple[int, Opening | None]] = {}
    which = np.zeros(len(panel), dtype=np.int64)
    for solution in sorted(set(panel.solution_ids)):
        model = choice.of(int(panel.weeks[0]), solution)
        version = None if model is None else model.version
        which[panel.solution_ids == solution] = found.setdefault(version, (len(found), model))[0]
    return [model for _, model in found.values()], which


def _monday(
    panel: Panel, openings_said: Mapping[str, pa.Array], quarter: Quarter, accounts: Accounts
) -> pa.Table:
    """The rows of one Monday: the openings, and what each would be worth."""
    said: dict[str, pa.Array | npt.NDArray[np.int64]] = {**openings_said}
    if quarter.amount is not None:
        week = int(panel.weeks[0])
        amounts = quarter.amount.judge(
            panel.solution_ids,
            accounts.industries(panel.account_ids, week),
            accounts.sizes(panel.account_ids, week),
        )
        said |= {"expected_amount_cents": amounts.mean, "median_amount_cents": amounts.median}
        said |= {"amount_low_cents": amounts.low, "amount_high_cents": amounts.high}
    return tables.estimates(
        panel,
        said,
        amount_version=None if quarter.amount is None else quarter.amount.version,
    )


def _wins(engine: Engine, quarters: list[Quarter]) -> pa.Table:
    """The chance to win of each solution on each Monday."""
    solutions = (
        engine.arrow("SELECT DISTINCT p.solution_id FROM panel AS p").column("solution_id").to_pylist()
    )
    weeks = sorted(engine.arrow("SELECT w.week_at FROM week AS w").column("week_at").to_pylist())
    rows = []
    for quarter in quarters:
        if quarter.won is not None:
            by = {solution: quarter.won.p_win(solution) for solution in sorted(solutions)}
            rows += [
                {"week_at": week, "solution_id": solution, "p_win": p, "model_version": quarter.won.version}
                for week in weeks
                if quarter.trained_at <= week < quarter.until
                for solution, p in by.items()
            ]
    return pa.Table.from_pylist(rows, schema=tables.WIN)
