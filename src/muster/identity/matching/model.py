"""A model of how records of one person look alike: comparisons, blocks and thresholds, read from TOML."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import log2
from typing import Any

from muster.problems import RuleError

# Where u is the frequency of the value at hand, the fixed part of the weight is log2(m / 1).
_ANY_VALUE = 1.0


@dataclass(frozen=True, slots=True)
class Level:
    """One way in which two records compare: a condition, and how likely it is for one and for two people."""

    says: str
    when: str
    is_null: bool = False
    m: float | None = None
    u: float | None = None
    frequency: str | None = None

    def as_settings(self) -> dict[str, Any]:
        """The level as Splink wants it."""
        settings: dict[str, Any] = {"sql_condition": self.when, "label_for_charts": self.says}
        if self.is_null:
            return settings | {"is_null_level": True}
        settings["m_probability"] = self.m
        settings["u_probability"] = _ANY_VALUE if self.frequency else self.u
        if self.frequency:
            settings |= {
                "tf_adjustment_column": self.frequency,
                "tf_adjustment_weight": 1.0,
                "disable_tf_exact_match_detection": True,
            }
        return settings


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared, its levels from most to least alike."""

    name: str
    levels: tuple[Level, ...]

    def as_settings(self) -> dict[str, Any]:
        """The comparison as Splink wants it."""
        return {
            "output_column_name": self.name,
            "comparison_levels": [level.as_settings() for level in self.levels],
        }


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that decides whether two records are one: nothing of it is hidden in code."""

    comparisons: tuple[Comparison, ...]
    blocks: Mapping[str, str]
    records_per_duplicate: float
    join_from: float
    apart_below: float

    @property
    def frequent(self) -> list[str]:
        """The columns whose values' frequencies are used."""
        levels = (level for comparison in self.comparisons for level in comparison.levels)
        return sorted({level.frequency for level in levels if level.frequency})

    def settings(self, blocking: list[str]) -> dict[str, Any]:
        """Splink's settings for a table with the rarities of `rarity.py`.

        How seldom any two records are one person is weighed as a comparison of its own, for it is dated
        too: Splink's own is one number for all pairs.
        """
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "unique_id",
            "probability_two_random_records_match": 0.5,
            "blocking_rules_to_generate_predictions": blocking,
            "comparisons": [_PRIOR.as_settings(), *(c.as_settings() for c in self.comparisons)],
            "retain_intermediate_calculation_columns": True,
            "retain_matching_columns": True,  # and with them the level of each comparison
        }

    def reweighed(self, rows: Iterable[Mapping[str, Any]]) -> Model:
        """The model with the `m` of some levels as `match_weights.csv` says: comparison, says, m.

        Raises RuleError, naming the nearest, for a level that there is not.
        """
        own = {(str(row["comparison"]), str(row["says"])): float(row["m"]) for row in rows}
        known = [(c.name, level.says) for c in self.comparisons for level in c.levels if not level.is_null]
        for key, m in own.items():
            if key not in known:
                near = difflib.get_close_matches(", ".join(key), [", ".join(k) for k in known], n=1, cutoff=0)
                raise RuleError(
                    f"rules/match_weights.csv: there is no level {', '.join(key)}.",
                    remedy=f"Did you mean {near[0]}?",
                )
            if not 0.0 < m < 1.0:
                raise RuleError(
                    f"rules/match_weights.csv: m of {', '.join(key)} is {m:g}.",
                    remedy="Write a share between 0 and 1.",
                )
        return replace(
            self,
            comparisons=tuple(
                replace(
                    c,
                    levels=tuple(
                        replace(level, m=own.get((c.name, level.says), level.m)) for level in c.levels
                    ),
                )
                for c in self.comparisons
            ),
        )


# Each pair is of two records; what else two levels are for is that Splink wants them.
_PRIOR = Comparison(
    "prior",
    (
        Level("any two records", "known_l IS NOT NULL", m=1.0, frequency="known"),
        Level("no record", "ELSE", m=1.0, u=1.0),
    ),
)


def weight_of(probability: float) -> float:
    """The match weight of a probability: log2 of its odds.

    >>> weight_of(0.5)
    0.0
    """
    return log2(probability / (1.0 - probability))


def read_model(text: str) -> Model:
    """Read a model from TOML."""
    said = tomllib.loads(text)
    return Model(
        tuple(
            Comparison(c["name"], tuple(Level(**level) for level in c["levels"])) for c in said["comparison"]
        ),
        said["blocks"],
        said["records_per_duplicate"],
        said["join_from"],
        said["apart_below"],
    )


@cache
def people_model() -> Model:
    """The model that Muster ships for people."""
    return read_model(files("muster.identity.matching").joinpath("people.toml").read_text("utf-8"))
