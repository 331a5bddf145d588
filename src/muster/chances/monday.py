"""What models say of the rows of one Monday, which are ranked together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.chances.challenge import Opening
from muster.chances.parts import in_millionths
from muster.chances.rank import NOT_TOLD, ranks
from muster.chances.rule import RuleModel
from muster.chances.signs import Panel

Ints = npt.NDArray[np.int64]


def said_of(panel: Panel, models: Sequence[Opening | None], which: Ints) -> dict[str, pa.Array]:
    """Chances, intervals, log-odds and ranks by column; `which` of the models judges each row.

    Where no model shows a chance, rows are ranked by the rules' score. Where some do, the others have no
    rank: there is nothing to compare them by. Two models know nothing of each other's accounts, so each
    moves by draws of its own.
    """
    shown = np.array([model is not None and not isinstance(model, RuleModel) for model in models])[which]
    versions = np.array([None if model is None else model.version for model in models], dtype=object)[which]
    found: dict[str, pa.Array] = {"model_version": pa.array(versions, pa.string())}
    if not shown.any():
        return found | _by_rule(panel, models, which)
    log_odds, loads, chances = np.zeros(len(panel)), [], np.zeros((3, len(panel)))
    for number, model in enumerate(models):
        rows = np.flatnonzero(which == number)
        if model is None or isinstance(model, RuleModel) or not len(rows):
            continue
        own = panel if len(rows) == len(panel) else panel.only(which == number)
        log_odds[rows], moves = model.log_odds(own)
        chances[:, rows] = model.chances(log_odds[rows], moves)
        if own is not panel:
            widened = np.zeros((len(panel), moves.shape[1]))
            widened[rows] = moves
            moves = widened
        loads.append(moves)
    every = loads[0] if len(loads) == 1 else np.hstack(loads)
    placed = ranks(log_odds[shown], every if shown.all() else every[shown])
    columns: list[tuple[str, npt.NDArray[Any]]] = [
        *zip(("p_open", "p_open_low", "p_open_high"), chances, strict=True),
        ("log_odds", in_millionths(log_odds)),
    ]
    found |= {name: pa.array(column, mask=~shown) for name, column in columns}
    for name, places in zip(("rank", "rank_low", "rank_high"), placed, strict=True):
        column = np.full(len(panel), NOT_TOLD, dtype=np.int64)
        column[shown] = places
        found[name] = pa.array(column, mask=column == NOT_TOLD)
    return found


def _by_rule(panel: Panel, models: Sequence[Opening | None], which: Ints) -> dict[str, pa.Array]:
    told = np.array([model is not None for model in models])[which]
    rule = next((model for model in models if isinstance(model, RuleModel)), None)
    return {} if rule is None else {"rank": pa.array(rule.places(panel), mask=~told)}
