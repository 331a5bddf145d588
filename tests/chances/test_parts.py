"""What speaks for and against a chance adds up to it, to the last millionth."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from tests.chances.test_learn import drawn_panel

from muster.canonical.tables import flow_tables
from muster.chances.curve import STRAIGHT
from muster.chances.learn import Model, learn
from muster.chances.parts import BASE, TOPICS, in_millionths, parts
from muster.chances.signs import KEYS, LABELS, Panel
from muster.chances.terms import Terms

PANEL = drawn_panel(400)
Divided = dict[tuple[str, int], dict[str, int]]


@pytest.fixture(scope="module")
def model() -> Model:
    found = learn(PANEL, trained_at=0, terms=Terms(free_span=0))
    assert isinstance(found, Model)
    return found


def divided(panel: Panel, model: Model) -> Divided:
    """Each row's parts by topic."""
    found: Divided = defaultdict(dict)
    for row in parts(panel, model).to_pylist():
        found[row["account_id"], row["week_at"]][row["topic"]] = row["millionths"]
    return found


def test_parts_add_up_to_the_log_odds_of_every_row_with_a_group(model: Model) -> None:
    grouped = PANEL.only(PANEL.values[:, 0] > 0)
    keys = zip(grouped.account_ids, grouped.weeks, strict=True)
    whole = dict(zip(keys, in_millionths(model.log_odds(grouped)[0]), strict=True))
    told = divided(PANEL, model)
    assert len(told) == len(grouped) > 500
    assert {key: sum(parts.values()) for key, parts in told.items()} == whole
    said, _, _ = model.judge(grouped)
    assert 1 / (1 + np.exp(-np.array(list(whole.values())) / 1e6)) == pytest.approx(said, abs=3e-7)


def test_the_curve_stretches_every_part_alike_and_leaves_the_average_where_it_is(model: Model) -> None:
    assert len(model.curve.knots) > 2
    straight = replace(model, curve=STRAIGHT)
    line, bent = divided(PANEL, straight), divided(PANEL, model)
    for key, told in line.items():
        way = sum(part for topic, part in told.items() if topic != BASE)
        risen = model.curve(np.array([told[BASE] + way, told[BASE]]) / 1e6)
        for topic in told:
            expected = 1e6 * (risen[0] - risen[1]) * told[topic] / way if topic != BASE else 1e6 * risen[1]
            assert bent[key][topic] == pytest.approx(expected, abs=20)


def test_a_stronger_sign_moves_its_own_topic_and_no_other(model: Model) -> None:
    model = replace(model, curve=STRAIGHT)
    more = PANEL.values.copy()
    more[:, PANEL.names.index("people_13")] += 1.0
    before, after = divided(PANEL, model), divided(replace(PANEL, values=more), model)
    at = model.names.index("people_13")
    step = 1e6 * model.slope * model.coefficients[at] / model.scales[at]
    for key, told in before.items():
        moved = {topic: after[key][topic] - told[topic] for topic in told}
        assert moved["people"] == pytest.approx(step, abs=1)
        assert all(
            abs(moved[topic]) <= 1 for topic in moved if topic != "people"
        )  # the base takes what rounding leaves


def test_an_average_sign_says_nothing_and_the_rules_count_from_nought(model: Model) -> None:
    plain = PANEL.only(PANEL.values[:, 0] > 0)
    means = np.array([model.means[model.names.index(name)] for name in plain.names])
    average = np.broadcast_to(np.where(np.array(plain.names) == "in_group", 1.0, means), plain.values.shape)
    for told in divided(replace(plain, values=average), model).values():
        assert (told["acts"], told["people"]) == (0, 0)
        assert told["rules"] != 0


def test_every_sign_of_the_panel_has_one_topic() -> None:
    signs = set(flow_tables()["panel"].column_names) - {*KEYS, *LABELS}
    named = [sign for topic in TOPICS.values() for sign in topic.signs]
    assert sorted(named) == sorted(signs)


def test_topics_cover_what_a_chance_and_a_seller_ask_for() -> None:
    assert {t.component for t in TOPICS.values()} == {
        "fit",
        "intent",
        "engagement",
        "group",
        "frame",
        "timing",
    }
    assert {t.asks for t in TOPICS.values()} == {"budget", "authority", "need", "timing"}
