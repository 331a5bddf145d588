"""Learn a model's probabilities from the records themselves, to the same digits every time."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from muster.identity.matching.model import Comparison, Level, Model

SEED = 1
RANDOM_PAIRS = 2_000_000  # for how often two records of two people look alike
BLOCKED_PAIRS = 1_000_000  # for how often two records of one person do
_LEAST = 1e-6


def train(
    connection: duckdb.DuckDBPyConnection, model: Model, *, table: str, rows: int, rules: Sequence[str]
) -> Model:
    """The model with its m and u learnt: u from random pairs, m by expectation maximisation over each rule.

    A rule is a condition on two records `l` and `r` under which a fair part of the pairs are one person;
    what it asks to be equal is learnt from the other rules. One thread, rows in the order of their ids and
    four significant digits: sums of floats then come out alike on every run.
    """
    from splink import DuckDBAPI, Linker  # noqa: PLC0415  see score.py

    logging.getLogger("splink").setLevel(logging.ERROR)
    [(threads,)] = connection.execute("SELECT current_setting('threads')").fetchall()
    connection.execute("SET threads = 1")
    try:
        api = DuckDBAPI(connection=connection)
        linker = Linker(api.register(table), _untrained(model, rows, list(rules)), log_level=None)
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
        for rule in rules:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True, max_pairs=BLOCKED_PAIRS
            )
        learnt = linker.misc.save_model_to_json()
    finally:
        connection.execute(f"SET threads = {int(threads)}")
    told = {c["output_column_name"]: c["comparison_levels"] for c in learnt["comparisons"]}
    return replace(model, comparisons=tuple(_with(c, told[c.name]) for c in model.comparisons))


def _untrained(model: Model, rows: int, rules: list[str]) -> dict[str, Any]:
    """Settings in which nothing is presumed of the levels."""
    settings = model.settings(rules)
    settings["comparisons"] = settings["comparisons"][1:]  # without what is known of any two records
    chance = 2.0 / (model.records_per_duplicate * max(rows - 1, 1))
    settings["probability_two_random_records_match"] = min(chance, 0.5)
    presumed = ("m_probability", "u_probability", "tf_adjustment_column", "tf_adjustment_weight")
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            for name in (*presumed, "disable_tf_exact_match_detection"):
                level.pop(name, None)
    return settings


def _with(comparison: Comparison, learnt: Sequence[Mapping[str, Any]]) -> Comparison:
    levels = [_level(level, told) for level, told in zip(comparison.levels, learnt, strict=True)]
    return replace(comparison, levels=tuple(levels))


def _level(level: Level, learnt: Mapping[str, Any]) -> Level:
    """A level with what was learnt; what was never seen keeps what the model said of it."""
    m, u = learnt.get("m_probability"), learnt.get("u_probability")
    if level.is_null:
        return level
    return replace(
        level,
        m=_rounded(m) if isinstance(m, float) else level.m,
        u=_rounded(u) if isinstance(u, float) else level.u,
    )


def _rounded(probability: float) -> float:
    return float(f"{min(max(probability, _LEAST), 1 - _LEAST):.4g}")
