# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""What `muster lab match` does: sample, measure, decide, learn, try."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli.lab_told import print_applied, print_judgement, print_moved, print_proposed
from muster.cli.options import in_place
from muster.cli.screen import clean, hint, print_json, results
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.lab.moved import Moved
    from muster.lab.sample import Label
    from muster.workspace import Workspace


COMPARE = "Running once more, to compare"


def sample_pairs(opened: Workspace, to: Path, *, size: int, seed: int, json: bool, quiet: bool) -> None:
    """Write pairs to review."""
    from muster.lab.pairs import needed_weight, read_pairs
    from muster.lab.sample import draw, write_sample

    if to.exists():
        raise WrongUse(f"{to} is there already.", remedy="It may hold labels: name another with -o.")
    pairs = wait_for(lambda: read_pairs(opened), saying="Weighing the pairs again", quiet=quiet)
    if not pairs:
        raise WrongUse("No two records are at all alike: there is nothing to review.")
    drawn = draw(pairs, size, seed=seed, needed=needed_weight(opened))
    write_sample(drawn, to)
    if json:
        print_json({"file": str(to), "pairs": len(pairs), "drawn": len(drawn), "seed": seed})
        return
    results().print(clean(str(to)), soft_wrap=True)
    hint(
        f"{len(drawn)} of {len(pairs):,} pairs, doubtful first. Fill in yes or no in the column same, then: "
        f"muster lab match --labels {to}",
        quiet=quiet,
    )


def draw_pairs(
    opened: Workspace, to: Path, *, labels: Path | None, pair: tuple[str, str] | None, quiet: bool
) -> None:
    """Write the page of pictures."""
    from muster.lab.judge import judge
    from muster.lab.page import find_pair, write_page
    from muster.lab.pairs import needed_weight, read_pairs
    from muster.lab.sample import draw

    needed = needed_weight(opened)
    pairs = wait_for(lambda: read_pairs(opened), saying="Weighing the pairs again", quiet=quiet)
    if not pairs:
        raise WrongUse("No two records are at all alike: there is nothing to draw.")
    reviewed = _labels(labels) if labels else []
    said = [(label.stratum, label.same) for label in reviewed]
    told = judge(said or [(stratum, None) for _, stratum in draw(pairs, 0, seed=0, needed=needed)])
    page = write_page(opened.config.company.name, pairs, find_pair(pairs, pair or ()), told, needed=needed)
    put_page(page, to)


def put_page(page: str, to: Path) -> None:
    """Write a page whole, or not at all."""
    draft = to.with_name(f".{to.name}.new")
    draft.write_text(page, "utf-8")
    draft.replace(to)
    results().print(clean(str(to)), soft_wrap=True)


def _labels(file: Path) -> list[Label]:
    from muster.lab.sample import read_labels

    if not file.is_file():
        raise WrongUse(f"There is no file {file}.", remedy="Draw a sample first: muster lab match")
    labels = read_labels(file)
    if not any(label.same is not None for label in labels):
        raise WrongUse(f"{file} has no labels.", remedy="Fill in yes or no in its column same.")
    return labels


def tell_labels(file: Path, *, json: bool) -> None:
    """Print precision and recall going by labels."""
    from muster.lab.judge import judge

    told = judge((label.stratum, label.same) for label in _labels(file))
    if json:
        print_json(asdict(told))
    else:
        print_judgement(told)


def apply_labels(opened: Workspace, file: Path, *, json: bool, quiet: bool) -> None:
    """Write decisions where labels say otherwise than the tables."""
    from muster.lab.apply import decide_labels

    labels = _labels(file)
    told = wait_for(lambda: decide_labels(opened, labels), saying="Writing decisions", quiet=quiet)
    if json:
        print_json(asdict(told))
        return
    print_applied(told)
    place = in_place(opened.folder)
    hint(f"The next run applies them: muster run{place}. Take one back: muster people undo ID", quiet=quiet)


def propose_weights(opened: Workspace, file: Path, to: Path, *, json: bool, quiet: bool) -> None:
    """Write weights learnt from labels into a folder, and print what they would move."""
    from muster.lab.learn import learn, write_proposal
    from muster.lab.pairs import weigh_again
    from muster.lab.tried import moved_by_rules

    labels = _labels(file)
    weighed = wait_for(lambda: weigh_again(opened), saying="Weighing the pairs again", quiet=quiet)
    told = learn(weighed, labels)
    if not told:
        results().print("The labels would change no weight by a tenth of a bit: nothing was written.")
        return
    since = str(opened.published.manifest["as_of"])[:10]
    written = write_proposal(told, opened.rules, to, since=since, why=f"learnt from {file.name}")
    _, moved = wait_for(lambda: moved_by_rules(opened, to), saying=COMPARE, quiet=quiet)
    if json:
        print_json({"file": str(written), "proposed": [asdict(p) for p in told]} | asdict(moved))
        return
    print_proposed(told)
    print_moved(moved)
    place = in_place(opened.folder)
    hint(f"Not in force. Apply it: copy {written} to rules/, then muster run{place}", quiet=quiet)


def try_threshold(opened: Workspace, threshold: float, *, json: bool, quiet: bool) -> None:
    """Print what another threshold would move."""
    from muster.lab.moved import moved_by_threshold

    moved = wait_for(lambda: moved_by_threshold(opened, threshold), saying=COMPARE, quiet=quiet)
    apply = f"[people] join_from = {threshold:g} in muster.toml"
    _tell_moved(opened, moved, {"threshold": threshold}, apply, json=json, quiet=quiet)


def try_rules(opened: Workspace, folder: Path, *, json: bool, quiet: bool) -> None:
    """Print what other rules would move."""
    from muster.lab.tried import moved_by_rules

    files, moved = wait_for(lambda: moved_by_rules(opened, folder), saying=COMPARE, quiet=quiet)
    copied = ", ".join(f"{name}.csv" for name in files)
    _tell_moved(opened, moved, {"files": files}, f"copy {copied} to rules/", json=json, quiet=quiet)


def _tell_moved(
    opened: Workspace, moved: Moved, told: dict[str, object], apply: str, *, json: bool, quiet: bool
) -> None:
    if json:
        print_json(told | asdict(moved))
        return
    print_moved(moved)
    place = in_place(opened.folder)
    hint(f"Nothing was written. Apply it: {apply}, then muster run{place}", quiet=quiet)
