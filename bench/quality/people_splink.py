"""Splink alone, as its demonstrations set it up: the comparisons it ships, trained on the data, clustered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.blocking_rule_creator import BlockingRuleCreator

THRESHOLD = 0.95
_COMPARISONS: dict[str, Callable[[], Any]] = {
    "given": lambda: cl.NameComparison("given"),
    "family": lambda: cl.NameComparison("family"),
    "dob": lambda: cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
    "email": lambda: cl.EmailComparison("email"),
    "place": lambda: cl.ExactMatch("place").configure(term_frequency_adjustments=True),
    "postcode": lambda: cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
    "street": lambda: cl.JaroWinklerAtThresholds("street", [0.9]),
    "soc_sec_id": lambda: cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
    "occupation": lambda: cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    "account": lambda: cl.ExactMatch("account").configure(term_frequency_adjustments=True),
    "title": lambda: cl.ExactMatch("title").configure(term_frequency_adjustments=True),
    "phone": lambda: cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
}
_BLOCKS = (("given", "family"), ("email",), ("dob", "given"), ("dob", "family"), ("family", "place"),
           ("family", "account"), ("phone",), ("soc_sec_id",), ("postcode", "given"))  # fmt: skip
_TRAINED_ON = (("given", "family"), ("dob",), ("email",), ("family", "account"))


def splink_alone(table: pa.Table) -> dict[str, Hashable]:
    """The cluster of each record (unique_id) of a table with some of the columns above."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    told = {c for c in table.column_names if table.column(c).null_count < table.num_rows}
    blocks: list[dict[str, Any] | BlockingRuleCreator] = [
        block_on(*names) for names in _BLOCKS if told.issuperset(names)
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[make() for name, make in _COMPARISONS.items() if name in told],
        blocking_rules_to_generate_predictions=blocks,
    )
    api = DuckDBAPI()
    linker = Linker(api.register(table), settings, log_level=None)
    certain: list[str | BlockingRuleCreator] = [
        block_on(*names) for names in (("given", "family", "dob"), ("email",)) if told.issuperset(names)
    ]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for names in _TRAINED_ON:
        if told.issuperset(names):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*names))
    pairs = linker.inference.predict(threshold_match_probability=0.01, warning_mode="never")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=THRESHOLD
    )
    found = clusters.as_duckdbpyrelation().select("unique_id", "cluster_id").to_arrow_table().to_pydict()
    return dict(zip(found["unique_id"], found["cluster_id"], strict=True))


def columns(texts: Mapping[str, list[str | None]]) -> pa.Table:
    """A table of texts."""
    return pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()})
