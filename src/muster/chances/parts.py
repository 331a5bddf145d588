"""What each chance is made of: the signs' shares of its log-odds, topic by topic, to the last millionth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.chances.boosted import BoostedModel
from muster.chances.learn import Model
from muster.chances.ridge import Vector
from muster.chances.signs import RULE, Panel

Whole = npt.NDArray[np.int64]

MILLION = 1e6
BASE = "base"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a seller would call some signs: the component they belong to, and what sellers ask for by them."""

    component: str
    asks: str
    signs: tuple[str, ...]


_WINDOWS = ("acts_4", "acts_13", "acts_26", "points_4", "points_13", "points_26", "slow")
_PEOPLE = ("people_4", "people_13", "people_26", "visitors_4", "visitors_13", "visitors_26")
_THEIRS = tuple(
    f"their_{sign}"
    for sign in (
        *("acts_4", "acts_13", "points_13", "fast", "slow", "demos", "prices"),
        *("people_13", "visitors_13", "seniors_13"),
    )
)
_OTHERS = tuple(f"other_{sign}" for sign in ("points_13", "fast", "slow", "people_13"))

TOPICS = {
    "fit": Topic("fit", "budget", ("fit", "past_opened", "past_won", "past_opened_here")),
    "research": Topic("intent", "need", ("ads", "reviews")),
    "company": Topic("intent", "need", (*_THEIRS, *_OTHERS)),
    "acts": Topic("engagement", "need", _WINDOWS),
    "prices": Topic("engagement", "budget", ("prices",)),
    "hands": Topic("engagement", "timing", ("demos", "forms")),
    "rules": Topic("group", "need", RULE),
    "people": Topic("group", "need", (*_PEOPLE, "functions", "largest")),
    "seniors": Topic("group", "authority", ("seniors_4", "seniors_13")),
    "sharing": Topic("frame", "need", ("shares", "events", "answers")),
    "upward": Topic("frame", "authority", ("upward",)),
    "recency": Topic("timing", "timing", ("age", "fast")),
}
_OF = {sign: topic for topic, told in TOPICS.items() for sign in told.signs}

PART = pa.schema(
    [
        ("account_id", pa.string()),
        ("solution_id", pa.string()),
        ("week_at", pa.int64()),
        ("topic", pa.string()),
        ("component", pa.string()),
        ("asks", pa.string()),
        ("millionths", pa.int64()),
    ]
)


def parts(
    panel: Panel, model: Model | BoostedModel, *, among: npt.NDArray[np.bool_] | None = None
) -> pa.Table:
    """The log-odds of each row with a group (of `among`), over topics; `PART` rows that add up to them.

    A sign counts as coefficient x (value - mean), as Lundberg and Lee (2017) have it for linear models whose
    signs are taken one by one, and as its Shapley value where a model is of trees; what the rules say counts
    from nought in a linear model. The base is what is left: an average
    account and its solution. Parts are rounded to millionths, and the base takes what rounding leaves.
    """
    has_group = panel.values[:, panel.names.index("in_group")] > 0
    panel = panel.only(has_group if among is None else has_group & among)
    total = in_millionths(model.sums(panel))
    found = {topic: np.zeros(len(panel)) for topic in TOPICS}
    for sign, part in model.contributions(panel).items():
        if sign in _OF:
            found[_OF[sign]] += part
    rounded = {topic: in_millionths(part) for topic, part in found.items()}
    rounded[BASE] = total - sum(rounded.values(), np.zeros(len(panel), dtype=np.int64))
    keys = [pa.array(ids, pa.string()) for ids in (panel.account_ids, panel.solution_ids)]
    keys.append(pa.array(panel.weeks))
    return pa.concat_tables([PART.empty_table(), *(_rows(keys, *told) for told in rounded.items())])


def in_millionths(log_odds: Vector) -> Whole:
    """Log-odds as whole millionths."""
    return np.round(log_odds * MILLION).astype(np.int64)


def _rows(keys: list[pa.Array], topic: str, millionths: Whole) -> pa.Table:
    told = TOPICS.get(topic)
    said = (topic, told.component if told else BASE, told.asks if told else None)
    same = [pa.repeat(pa.scalar(text, pa.string()), len(millionths)) for text in said]
    return pa.table([*keys, *same, pa.array(millionths)], schema=PART)
