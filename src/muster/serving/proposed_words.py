"""What a word that no rule names may be, by its letters: chosen beforehand, saved by a person alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from muster.readings.nearness import LEAST, Near, nearest
from muster.serving.rule_drafts import rule_lines

_SHORTEST = 5  # letters of a part of a word that is compared by itself: shorter ones are like too many
_LEAST = {"titles": 85}  # whoever is chief of something is like every other chief


def proposals(
    workspace: Path, problems: Iterable[Mapping[str, Any]], rule_of: Mapping[str, str], sold: Iterable[str]
) -> dict[tuple[str, str], Near]:
    """The nearest of our words for each foreign one that problems tell of, by rule file and word.

    `rule_of` is the rule file that answers a problem, by its reason; `sold` are solutions of the records.
    """
    asked = {
        (rule, word)
        for problem in problems
        if (rule := rule_of.get(problem["reason"])) and (word := problem.get("value"))
    }
    ours = {rule: _ours(workspace, rule, sold) for rule in {rule for rule, _ in asked}}
    return {
        (rule, word): near
        for rule, word in asked
        for near in [_near(word, ours[rule], rule)]
        if near is not None
    }


def _near(word: str, ours: Mapping[str, Iterable[str]], rule: str) -> Near | None:
    """The nearest to the whole word; else, where a part may say it all, to any of its parts.

    Of a title the function is asked first: an engineer is of one, and has a rank by the same word.
    """
    least = _LEAST.get(rule, LEAST)
    kinds = ("function ", "seniority ") if rule == "titles" else ("",)
    said = [word]
    if rule in ("lead_sources", "titles"):
        said += [part for part in word.split() if len(part) >= _SHORTEST]
    for kind in kinds:
        own = {value: words for value, words in ours.items() if value.startswith(kind)}
        whole, *parts = [nearest(one, own, least=least) for one in said]
        best = whole or max((part for part in parts if part), key=lambda near: near.likeness, default=None)
        if best is not None:
            return best
    return None


def _ours(workspace: Path, rule: str, sold: Iterable[str]) -> dict[str, list[str]]:
    """The words by which each choice of the form is known: choices are those of `new_words.offered`."""
    known: dict[str, list[str]] = {}
    for line in rule_lines(workspace, rule):
        if rule == "activity_weights":
            known.setdefault(line["activity"], []).extend((line["activity"], line["said"]))
        elif rule == "lead_sources":
            known.setdefault(line["sourced_by"], []).append(line["pattern"].strip("*"))
        elif rule == "stages":
            known.setdefault(f"{line['position']} {line['outcome']}", []).append(line["stage"])
        elif rule == "titles" and line["kind"] in ("function", "seniority"):
            known.setdefault(f"{line['kind']} {line['meaning']}", []).append(line["word"].strip("*"))
        elif rule == "solutions":
            words = (line["solution_id"], line["name"], *line["pattern"].split("|"))
            known.setdefault(line["solution_id"], []).extend(words)
    if rule == "solutions":
        for one in sold:
            known.setdefault(one, []).append(one)
    return known
