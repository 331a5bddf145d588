"""The steps of the flow that are SQL, and beside each the tables that need an algorithm SQL does not have.

A step is a folder of SQL files, one table a file; the order inside a step comes from the tables each
file reads. What each step is for: `flow.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

from muster.chances.weekly import put_chances
from muster.config.settings import Config
from muster.control.agreement import put_agreement
from muster.control.defects import put_charts, put_quality
from muster.control.drift import put_drift
from muster.control.gaming import put_signs
from muster.control.outcomes import put_cusum, put_yields
from muster.control.rare import put_gaps
from muster.engine.protocol import Engine
from muster.engine.queries import Query, shipped_queries
from muster.identity.clusters import join_links
from muster.identity.firms.hierarchy import cut_circles
from muster.identity.firms.match import match_accounts
from muster.identity.firms.renamed import log_merges
from muster.identity.matching.match import match_people
from muster.lift.lift import put_lift
from muster.measurement.acquisition_cost import put_acquisition_cost
from muster.measurement.attribution import credit_weight
from muster.measurement.credit_interval import put_credit_intervals, put_job_intervals
from muster.measurement.frame_association import associate_frame
from muster.measurement.learnt_weight import put_learnt_weights
from muster.measurement.put_rates import put_rates
from muster.qualification.policies import policy_stretch
from muster.qualification.queue import queue_groups


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a folder of SQL files, queries composed of plug-ins, tables that Python makes."""

    name: str
    folder: str
    made_by_python: dict[str, tuple[tuple[str, ...], Callable[[Engine], None]]] = field(default_factory=dict)
    composed: tuple[Callable[[], Query], ...] = ()
    in_stretches: tuple[str, ...] = ()  # tables made a few Mondays at a time; the last is kept in files
    by_range: dict[str, str] = field(default_factory=dict)  # made so where large: as many rows has the other

    def queries(self) -> list[Query]:
        """The step's SQL files, and a mark without SQL for each table that Python makes."""
        folder = Path(str(files("muster").joinpath(self.folder)))
        marks = [
            Query(name, folder, "", dict.fromkeys(reads, 1))
            for name, (reads, _) in self.made_by_python.items()
        ]
        return [*_read_folder(folder), *(compose() for compose in self.composed), *marks]


@cache
def _read_folder(folder: Path) -> tuple[Query, ...]:
    """The SQL files of a folder, read once: they do not change while a process runs."""
    return tuple(shipped_queries(folder))


def _made_already(engine: Engine) -> None:
    """A table that came with the one it is said to read."""


STEPS = (
    Step("recall", "recall"),
    Step(
        "resolve",
        "identity",
        {
            "account_match": (
                ("compared_account", "account_domain_claim", "account_told"),
                match_accounts,
            ),
            "account_parent": (("account_parent_claim",), cut_circles),
            "account_merger": (("account_join", "account_founder"), log_merges),
            "account_cluster": (
                ("account_link",),
                partial(join_links, links="account_link", into="account_cluster"),
            ),
            "exact_person": (
                ("person_link", "person_apart"),
                partial(join_links, links="person_link", apart="person_apart", into="exact_person"),
            ),
            "person_match": (
                ("person_candidate", "person_apart", "rule_match_weights", "clock"),
                match_people,
            ),
            "person_cluster": (
                ("person_join",),
                partial(join_links, links="person_join", into="person_cluster"),
            ),
        },
    ),
    Step("form", "buying_groups"),
    Step("weigh", "weighing"),
    Step(
        "chance",
        "chances",
        {
            "chance_estimate": (
                (
                    *("panel", "foretold_opening", "deal", "account_size", "week"),
                    *("rule_chances", "rule_models", "clock"),
                ),
                put_chances,
            ),
            "chance_part": (("chance_estimate",), _made_already),
            "win_chance": (("chance_estimate",), _made_already),
            "chance_model": (("chance_estimate",), _made_already),
            "chance_coefficient": (("chance_estimate",), _made_already),
        },
        in_stretches=(
            *("fit_week", "past_week", "opening_week", "share_week"),
            *("actor_week", "done_week", "account_week", "panel"),
        ),
        by_range={"chance": "chance_estimate", "chance_reason": "chance_part"},
    ),
    Step(
        "qualify",
        "qualification",
        {"queue": (("queue_candidate",), queue_groups)},
        composed=(policy_stretch,),
    ),
    Step("score", "scoring"),
    Step("hand_off", "handoff"),
    Step(
        "control",
        "control",
        {
            "control_chart": (
                ("defect_week", "rule_change", "rule_control", "rule_restart", "clock"),
                put_charts,
            ),
            "gap_chart": (
                ("control_chart", "defect", "given_unit", "rule_control", "rule_restart", "clock"),
                put_gaps,
            ),
            "process_quality": (("defect_day",), put_quality),
            "cusum": (("given_outcome", "rule_control", "rule_restart", "clock"), put_cusum),
            "stage_yield": (("given_outcome", "rule_chances", "clock"), put_yields),
            "agreement": (("judgement",), put_agreement),
            "drift": (
                ("panel", "chance", "chance_model", "residual_week", "week", "rule_control", "clock"),
                put_drift,
            ),
            "gaming_sign": (("given", "rule_control", "clock"), put_signs),
        },
    ),
    Step(
        "lift",
        "lift",
        {
            "lift": (
                (
                    *("experiment_span", "experiment_account", "lot", "rollout_week"),
                    *("rule_rollouts", "known_tactic", "clock"),
                ),
                put_lift,
            )
        },
    ),
    Step(
        "measure",
        "measurement",
        {
            "frame_association": (("frame_deal",), associate_frame),
            "learnt_weight": (("deal_touch", "null_touch"), put_learnt_weights),
            "channel_effect": (("learnt_weight",), _made_already),
            "credit_interval": (("credit_part",), put_credit_intervals),
            "conversion": (
                (
                    *("stage_reached", "lead_progress", "account_opportunity"),
                    *("known_stage_change", "rule_stages", "quarter", "clock"),
                ),
                put_rates,
            ),
            **dict.fromkeys(
                ("velocity", "deal_forecast", "forecast", "stage_exit", "mql_conversion"),
                (("conversion",), _made_already),
            ),
            "cost_per_acquisition": (
                ("acquisition", "tactic_cost", "quarter", "rule_finance", "clock"),
                put_acquisition_cost,
            ),
            "job_interval": (("job_part",), put_job_intervals),
        },
        composed=(credit_weight,),
    ),
)


def steps_of(config: Config) -> tuple[Step, ...]:
    """The steps as muster.toml sets them: who is one person from its threshold on."""
    if config.people.join_from is None:
        return STEPS
    return matching_by(partial(match_people, join_from=config.people.join_from))


def matching_by(match: Callable[[Engine], None]) -> tuple[Step, ...]:
    """The steps with another way to make `person_match`."""
    return tuple(
        replace(
            step,
            made_by_python=step.made_by_python
            | {"person_match": (step.made_by_python["person_match"][0], match)},
        )
        if "person_match" in step.made_by_python
        else step
        for step in STEPS
    )


def all_queries() -> list[Query]:
    """Every SQL file of the flow, step by step."""
    return [query for step in STEPS for query in step.queries()]
