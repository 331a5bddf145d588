"""Each version of the model on the Mondays it judged, beside the version before it on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score
from tests.backtest.learnt import learnt

from muster.backtest.versions import _MODELS, Version, _narrowed, _ridge_models, _rows, versions
from muster.chances.duel import average_precision, duel
from muster.engine.published import Published


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return learnt(tmp_path_factory.mktemp("learnt"))


@pytest.fixture(scope="module")
def found(published: Published) -> tuple[Version, ...]:
    return versions(published)


def test_every_version_is_listed_with_the_mondays_it_judged(found: tuple[Version, ...]) -> None:
    assert [one.trained_on for one in found] == sorted(one.trained_on for one in found)
    assert [one.rung for one in found] == sorted((one.rung for one in found), key=["rule", "near_rule"].index)
    assert all(one.first_on == one.trained_on for one in found[1:])
    assert [one.in_use for one in found] == [""] * (len(found) - 1) + ["one, two"]
    thin = [one for one in found if one.rung == "rule"]
    assert thin and all(one.average_precision is None and one.before is None for one in thin)


def test_average_precision_is_that_of_what_was_said_and_the_one_before_is_asked_the_same(
    published: Published, found: tuple[Version, ...]
) -> None:
    told = [one for one in found if one.before is not None]
    assert told
    for one in told:
        rows = published.arrow(
            f"""
            SELECT p.opens, c.p_open, c.log_odds FROM panel AS p JOIN chance AS c
            ON c.account_id = p.account_id AND c.solution_id = p.solution_id AND c.scored_at = p.week_at
            WHERE c.model_version = '{one.model_version}' AND p.opens IS NOT NULL
            AND (epoch_us(p.week_at) - 4 * 86400000000) % (28 * 86400000000) = 0
            """
        )
        expected = average_precision_score(rows.column("opens"), rows.column("log_odds"))
        assert one.average_precision == pytest.approx(expected, abs=1e-9)
        assert one.gain_low is not None and one.gain_high is not None and one.before is not None
        assert one.gain_low <= one.average_precision - one.before <= one.gain_high


def test_a_model_built_again_from_what_is_published_says_what_was_said(published: Published) -> None:
    panel, said, by = _rows(published)
    models = _ridge_models(published.arrow(_MODELS).to_pylist(), published)
    assert len(models) > 2
    for version, model in models.items():
        rows = panel.only(by == version)
        assert model.log_odds(_narrowed(rows, model))[0] == pytest.approx(said[by == version], abs=1e-6)


def test_the_precision_of_tied_scores_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(4)
    opens, said = (draw.random(400) < 0.1).astype(float), np.round(draw.normal(size=400), 1)
    weights = draw.integers(1, 5, 400).astype(float)
    expected = average_precision_score(opens, said, sample_weight=weights)
    assert average_precision(said, opens=opens, weights=weights) == pytest.approx(expected)


def test_a_model_that_knows_more_wins_the_duel_and_one_like_the_other_does_not() -> None:
    draw = np.random.default_rng(5)
    level = draw.normal(size=3000)
    opens = (draw.random(3000) < 1 / (1 + np.exp(3 - 1.5 * level))).astype(float)
    accounts = np.array([f"e{n // 3}" for n in range(3000)], dtype=object)
    weak, right = -2.2 + 0.0 * level + draw.normal(scale=0.1, size=3000), -3 + 1.5 * level

    def gains(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
        said = duel(first, second, opens=opens, weights=np.ones(3000), accounts=accounts)
        return said.low(said.log_loss, 0.05), said.low(said.precision, 0.05)

    assert min(gains(weak, right)) > 0
    assert max(gains(right, weak)) < 0
    assert max(gains(right, right)) == 0
