"""One way to state a figure: bars are judged as printed, absent sets named, measures are what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.quality import __main__ as quality
from bench.quality.companies import auc, cluster_figures
from bench.quality.figures import Data, Figure, as_markdown, as_text
from bench.quality.people_judge import judge
from bench.quality.titles import macro_f1

PRECISION = Figure("People", "precision", 0.97, {"e-mail alone": 1.0}, 0.98, how="ten pairs")
STATED = Figure("People", "stated against true", 0.04, bar=0.10, is_at_most=True)
SKIPPED = Figure("Mail", "Enron", skipped="no data/enron_graph in shared")


def test_a_bar_is_missed_in_its_own_direction_and_an_absent_set_has_none() -> None:
    assert (PRECISION.holds, STATED.holds, SKIPPED.holds) == (False, True, None)
    text = as_text([PRECISION, STATED, SKIPPED])
    assert "MISSED. ten pairs" in text and "at most 0.1000" in text
    assert "skipped: no data/enron_graph in shared" in text
    row = "| precision | e-mail alone 1.0000 | 0.9700 | 0.9800 | MISSED. ten pairs |"
    assert row in as_markdown([PRECISION])


def test_every_section_names_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_SHARED", str(tmp_path))
    data = Data(tmp_path, tmp_path / "scratch")
    for name in ("visitors", "groups", "roles", "titles", "shares", "mail", "backtest", "scoring"):
        found = list(quality.SECTIONS[name](data))
        assert found and all(figure.skipped for figure in found), name


def test_the_page_is_written_from_kept_figures_between_its_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "measured.md"
    page.write_text(f"before\n{quality.BEGIN}\nold\n{quality.END}\nafter\n")
    for section, figure in (("mail", SKIPPED), ("people", PRECISION)):
        kept = [{"topic": figure.topic, "what": figure.what, "ours": figure.ours, "skipped": figure.skipped}]
        (tmp_path / f"{section}.json").write_text(json.dumps(kept))
    monkeypatch.setattr(quality, "KEPT", tmp_path)
    monkeypatch.setattr(quality, "PAGE", page)
    quality._write_page()
    text = page.read_text()
    assert text.startswith(f"before\n{quality.BEGIN}\n### People")
    assert text.endswith(f"{quality.END}\nafter\n")
    assert "old" not in text and text.index("### People") < text.index("### Mail")
    (tmp_path / "people.json").unlink()
    (tmp_path / "mail.json").write_text((tmp_path / "mail.json").read_text().replace("Enron", "Enron anew"))
    quality._write_page()
    again = page.read_text()  # measured again in part: the other part stays as it stands
    assert again == text.replace("Enron", "Enron anew", 1)


def test_measures_on_a_case_that_is_counted_by_hand() -> None:
    truth = {"a": 1, "b": 1, "c": 1, "d": 2}
    found = {"a": 1, "b": 1, "c": 2, "d": 2}
    told = judge(found, truth)
    assert (told.right_pairs, told.found_pairs, told.true_pairs) == (1, 2, 3)
    pairs_p, pairs_r, _, cubed_p, cubed_r, _ = cluster_figures(
        {k: str(v) for k, v in found.items()}, {k: str(v) for k, v in truth.items()}
    )
    assert (pairs_p, pairs_r) == (1 / 2, 1 / 3)
    # a and b: 2 of 2 and 2 of 3; c: 1 of 2 and 1 of 3; d: 1 of 2 and 1 of 1.
    assert (cubed_p, cubed_r) == pytest.approx((3 / 4, 2 / 3))
    assert auc([0.1, 0.4, 0.4, 0.9], [False, True, False, True]) == pytest.approx(3.5 / 4)
    assert macro_f1(["x", "x", ""], ["x", "y", "y"], ["x", "y"]) == pytest.approx((2 / 3 + 0) / 2)
