"""A word that no rule names, answered where it is told: a row more in its rule file, or another name.

An activity or a solution that is one of ours by another name is renamed as it is read (muster.toml), so that
the page rules see it, too; one that is something else gets a row of its own.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from pathlib import Path

from muster.config.rewriting import set_keys
from muster.config.settings import Config
from muster.engine.lock import hold
from muster.problems import WrongUse
from muster.readings.solutions import slug
from muster.readings.titles.words import parts
from muster.readings.unread_words import UNSOURCED, UNTITLED, UNWEIGHED
from muster.readings.unsold_solutions import UNSOLD
from muster.rules.read import read_rules, read_with_row
from muster.serving.rule_drafts import keep_row, rule_lines
from muster.sources.stages import UNNAMED
from muster.store.audit import note
from muster.store.opening import Store

RULE_OF = {
    UNWEIGHED: "activity_weights",
    UNSOURCED: "lead_sources",
    UNNAMED: "stages",
    UNSOLD: "solutions",
    UNTITLED: "titles",
}
OWN, NONE = "=", "-"  # of a word that names a solution: one that is sold, and none at all
RENAMED = {"activity_weights": "activity", "solutions": "solution_id"}  # the column whose words are renamed
_SINCE = "1970-01-01"  # the whole past is read by it


def offered(workspace: Path, sold: Iterable[str] = ()) -> dict[str, dict[str, str]]:
    """What a new word may be said to be, by rule file: the value of each choice, and its words.

    `sold` are the solutions that the records name, beside those of the rules.
    """
    solutions = sorted({*sold, *(row["solution_id"] for row in rule_lines(workspace, "solutions"))})
    said = {row["activity"]: row["said"] for row in rule_lines(workspace, "activity_weights")}
    return {
        "activity_weights": {key: f"{key}: {words}" for key, words in sorted(said.items())},
        "lead_sources": {who: f"{who} began it" for who in ("marketing", "sales", "partner")},
        "stages": {
            f"{line['position']} {line['outcome']}": f"as {line['stage']} ({line['outcome']})"
            for line in rule_lines(workspace, "stages")
        },
        "titles": {f"{kind} {meaning}": words for kind, meaning, words in _meanings(workspace)},
        "solutions": {
            OWN: "a solution that you sell",
            **{one: f"{one}, by another name" for one in solutions},
            NONE: "no solution",
        },
    }


def ours(workspace: Path, sold: Iterable[str] = ()) -> dict[str, tuple[str, ...]]:
    """What the words of a column may be read as, by column, where rules say which there are."""
    choices = offered(workspace, sold)
    return {
        column: tuple(value for value in choices[rule] if value not in (OWN, NONE))
        for rule, column in RENAMED.items()
    }


def add_word(workspace: Path, store: Store, *, rule: str, word: str, like: str, why: str, who: str) -> None:
    """Add the row for a word, checked as a run would. Raises WrongUse, RuleError, WorkspaceBusy."""
    if rule not in RULE_OF.values() or not word.strip():
        raise WrongUse("No such word can be added.", remedy="Write it in the rule file.")
    if like not in offered(workspace)[rule] or (rule == "solutions" and like != OWN):
        raise WrongUse(f"{word} is not said to be anything.", remedy="Choose what it is.", field="like")
    if not why.strip():
        raise WrongUse("A rule needs a reason.", remedy="Write how you know.", field="why")
    if rule == "activity_weights" and word in {row["activity"] for row in rule_lines(workspace, rule)}:
        raise WrongUse(f"{word} is weighed already.", remedy="Look at every source once more.")
    row = {**_row(workspace, rule, word.strip(), like), "effective_from": _SINCE, "why": why.strip()}
    read_rules(workspace / "rules")
    read_with_row(workspace / "rules", rule, row)
    keep_row(workspace, store, rule, row, who=who)


def rename(
    workspace: Path,
    store: Store,
    config: Config,
    *,
    rule: str,
    source: str,
    word: str,
    like: str,
    who: str,
    sold: Iterable[str] = (),
) -> None:
    """Read a word of a table's column as one of ours from now on, or a solution as none.

    A word that another one is renamed to is renamed where it comes from. Raises WrongUse, WorkspaceBusy.
    """
    column = RENAMED[rule]
    number = next((i for i, s in enumerate(config.source) if s.name == source and s.kind == "table"), None)
    how = config.source[number].column_map(column) if number is not None else None
    if number is None or how is None or how.value is not None:
        raise WrongUse(
            f"{source} has no column of {column} to read otherwise.", remedy="Look at its columns."
        )
    if like not in offered(workspace, sold)[rule] or like == OWN:
        raise WrongUse(f"{word} is not said to be anything.", remedy="Choose what it is.", field="like")
    told = how.model_dump(mode="json", exclude_defaults=True)
    read_as = "" if like == NONE else like
    words = {one: read_as for one, other in how.values.items() if other == word} | {word: read_as}
    with hold(workspace, "muster serve: rename a word"):
        values = {column: {**told, "values": {**how.values, **words}}}
        set_keys(workspace, ("source", number, "columns"), values)
        with store.writing() as connection:
            note(connection, who, f"rename_{column}", f"source {source}", words)


def _meanings(workspace: Path) -> list[tuple[str, str, str]]:
    """What a title's word may mean: kind, meaning, and the choice in words."""
    told = {(line["kind"], line["meaning"]) for line in rule_lines(workspace, "titles")}
    words = {"function": "works in", "seniority": "has the rank of"}
    return [
        (kind, meaning, f"{words[kind]} {meaning.replace('_', ' ')}")
        for kind, meaning in sorted(told)
        if kind in words
    ]


def _row(workspace: Path, rule: str, word: str, like: str) -> Mapping[str, str]:
    if rule == "titles":
        kind, _, meaning = like.partition(" ")
        said = parts(word)
        if not said:
            raise WrongUse(f"{word} has no word to be read.", remedy="Leave it as it is.", field="like")
        return {"kind": kind, "word": " ".join(said[0]), "meaning": meaning}
    if rule == "solutions":
        return {"solution_id": slug(word), "name": word, "pattern": ""}
    if rule == "lead_sources":
        return {"pattern": glob.escape(word.lower()), "sourced_by": like}
    if rule == "stages":
        position, _, outcome = like.partition(" ")
        return {"stage": word, "position": position, "outcome": outcome}
    lines = [line for line in rule_lines(workspace, rule) if line["activity"] == like]
    return {**lines[-1], "activity": word}
