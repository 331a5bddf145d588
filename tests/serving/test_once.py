"""What pages keep for a run has names: two pages that take the same name never read each other's answer."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FunctionType
from typing import Any

from starlette.requests import Request

import muster.serving
from muster.access.viewer import EVERYTHING
from muster.serving.reading import House, Reading
from muster.serving.snapshots import Snapshot


def reading() -> Reading:
    snapshot = Snapshot("1", Path(), datetime(2026, 1, 1), datetime(2026, 1, 1), {})
    nothing: Any = None
    house: House = nothing
    return Reading(Request({"type": "http"}), house, EVERYTHING, snapshot, nothing)


def of_module(name: str, answer: str) -> Any:
    """A function that some module wrote."""
    code = compile(f"def make(): return {answer!r}", name, "exec").co_consts[0]
    return FunctionType(code, {"__name__": name}, "make")


def test_two_modules_that_take_one_name_keep_an_answer_each() -> None:
    asked = reading()
    assert asked.once("pairs", of_module("review", "people")) == "people"
    assert asked.once("pairs", of_module("account", "domains")) == "domains"
    assert asked.once("pairs", of_module("review", "computed again")) == "people"


def test_without_the_module_in_the_name_they_would_read_each_others() -> None:
    """What the test above would see."""
    kept = reading().snapshot
    assert kept.once("pairs", of_module("review", "people")) == "people"
    assert kept.once("pairs", of_module("account", "domains")) == "people"


@dataclass(frozen=True, slots=True)
class Kept:
    """A name in the source of one module, and what is computed under it."""

    module: str
    key: str
    made: str


def kept_in(module: str, source: str) -> Iterator[Kept]:
    """Each name that a module gives to what is computed once, and the expression that computes it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "once":
            key, make = node.args[:2]
            yield Kept(module, ast.unparse(key), ast.unparse(make))


def clashes(kept: Iterable[Kept]) -> list[str]:
    """Names under which one module computes different things."""
    made: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in kept:
        made[one.module, one.key].add(one.made)
    return sorted(f"{module}: {key}" for (module, key), ways in made.items() if len(ways) > 1)


def test_no_module_gives_one_name_to_two_things() -> None:
    folder = Path(muster.serving.__file__).parent
    files = sorted(folder.rglob("*.py"))
    kept = [one for file in files for one in kept_in(str(file), file.read_text("utf-8"))]
    assert len(kept) > 15 and clashes(kept) == []


def test_one_name_for_two_things_is_noticed() -> None:
    source = "a.once('pairs', lambda: people(a))\nb.once('pairs', lambda: domains(b))"
    assert clashes(kept_in("review", source)) == ["review: 'pairs'"]
    assert clashes(kept_in("review", source.replace("domains(b)", "people(a)"))) == []


def test_what_is_kept_is_written_in_the_module_that_names_it() -> None:
    """A built-in, as `dict`, is of no module of ours: every page that keeps one would share a name."""
    folder = Path(muster.serving.__file__).parent
    for file in folder.rglob("*.py"):
        for one in kept_in(str(file), file.read_text("utf-8")):
            assert one.made not in ("dict", "list", "set", "tuple"), one
