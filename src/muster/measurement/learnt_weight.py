"""Ask the attribution models that are functions: what they weigh, and what they learnt of channels."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from muster.engine.protocol import Engine
from muster.plugins import WON, AttributionModel, TouchPaths, Weighed, attribution_models
from muster.problems import WrongUse

WHOLE = 1_000_000_000  # shares are whole billionths

_WEIGHT = pa.schema(
    [
        ("opportunity_id", pa.string()),
        ("position", pa.int64()),
        ("attribution_model", pa.string()),
        ("weight", pa.int64()),
    ]
)
_EFFECT = pa.schema(
    [
        ("attribution_model", pa.string()),
        ("channel", pa.string()),
        ("measure", pa.string()),
        ("estimate", pa.float64()),
        ("monte_carlo_error", pa.float64()),
        ("path_count", pa.int64()),
        ("won_count", pa.int64()),
    ]
)


def put_learnt_weights(engine: Engine) -> None:
    """Put `learnt_weight` and `channel_effect`, made of `deal_touch` and `null_touch`."""
    deals = engine.arrow(
        "SELECT d.opportunity_id, d.position, d.channel, d.outcome"
        " FROM deal_touch AS d ORDER BY d.opportunity_id, d.position"
    )
    nulls = engine.arrow(
        "SELECT n.buying_group_id, n.channel FROM null_touch AS n ORDER BY n.buying_group_id, n.position"
    )
    paths = _paths(deals, nulls)
    weights, effects = [_WEIGHT.empty_table()], []
    for model in attribution_models():
        if model.function is not None and len(paths.outcomes):
            weighed = model.function(paths)
            weights.append(_weights(model, weighed, deals, paths))
            effects += _effects(model, weighed, paths)
    engine.put("learnt_weight", pa.concat_tables(weights))
    engine.put("channel_effect", pa.Table.from_pylist(effects, schema=_EFFECT))


def _paths(deals: pa.Table, nulls: pa.Table) -> TouchPaths:
    channel = pa.chunked_array([*deals["channel"].chunks, *nulls["channel"].chunks], pa.string())
    channels = tuple(sorted(channel.unique().to_pylist()))
    encoded = channel.combine_chunks().dictionary_encode()
    place = {name: number for number, name in enumerate(channels)}
    codes = np.array([place[name] for name in encoded.dictionary.to_pylist()], np.int32)
    firsts = _first_rows(deals["opportunity_id"])
    silent = _first_rows(nulls["buying_group_id"])
    outcomes = np.zeros(len(firsts) + len(silent), np.int8)
    outcomes[: len(firsts)] = deals["outcome"].to_numpy()[firsts]
    return TouchPaths(
        channels,
        codes[encoded.indices.to_numpy()],
        np.r_[firsts, silent + len(deals), len(deals) + len(nulls)].astype(np.int64),
        outcomes,
        len(firsts),
    )


def _first_rows(ids: pa.ChunkedArray) -> np.ndarray:
    """Where each id begins in a column sorted by it."""
    codes = ids.combine_chunks().dictionary_encode().indices.to_numpy()
    return np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else np.zeros(0, np.int64)


def _weights(model: AttributionModel, weighed: Weighed, deals: pa.Table, paths: TouchPaths) -> pa.Table:
    """An opportunity's weights as whole billionths of their sum, and where all are 0 no row."""
    if len(weighed.weights) != len(paths.steps) or not np.all(weighed.weights >= 0):  # nor NaN
        raise WrongUse(
            f"The attribution model {model.name} does not give each step a weight of 0 or more.",
            remedy="Return as many weights as TouchPaths has steps.",
        )
    mine = weighed.weights[: len(deals)]
    path = np.repeat(np.arange(paths.deals), np.diff(paths.starts[: paths.deals + 1]))
    sums = np.bincount(path, weights=mine, minlength=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = np.where(sums[path] > 0, np.rint(mine / sums[path] * WHOLE), 0).astype(np.int64)
    given = np.flatnonzero(whole > 0)
    return pa.table(
        [
            deals["opportunity_id"].take(given),
            deals["position"].take(given),
            pa.array([model.name] * len(given), pa.string()),
            pa.array(whole[given]),
        ],
        schema=_WEIGHT,
    )


def _effects(model: AttributionModel, weighed: Weighed, paths: TouchPaths) -> list[dict[str, object]]:
    """What a model learnt of each channel, with the paths it learnt from that the channel is on."""
    path = np.repeat(np.arange(len(paths.outcomes)), np.diff(paths.starts))
    closed = paths.outcomes[path] >= 0
    on = np.unique(path[closed] * max(len(paths.channels), 1) + paths.steps[closed])
    channel, won = on % max(len(paths.channels), 1), paths.outcomes[on // max(len(paths.channels), 1)] == WON
    counts = np.bincount(channel, minlength=len(paths.channels))
    wins = np.bincount(channel[won], minlength=len(paths.channels))
    return [
        {
            "attribution_model": model.name,
            "channel": name,
            "measure": weighed.measure,
            "estimate": weighed.effects[name].estimate,
            "monte_carlo_error": weighed.effects[name].error,
            "path_count": int(counts[number]),
            "won_count": int(wins[number]),
        }
        for number, name in enumerate(paths.channels)
        if name in weighed.effects
    ]
