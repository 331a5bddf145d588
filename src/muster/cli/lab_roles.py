# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""What `muster lab roles` does: sample, measure, decide, try."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli.lab_match import COMPARE, put_page
from muster.cli.lab_told import print_applied, print_roles_judged, print_roles_moved
from muster.cli.options import in_place
from muster.cli.screen import clean, hint, print_json, results
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.lab.role_sample import RoleLabel
    from muster.workspace import Workspace


def try_roles(opened: Workspace, folder: Path, *, json: bool, quiet: bool) -> None:
    """Print whose role other rules would change, and what follows."""
    from muster.lab.roles import moved_by_rules

    told = wait_for(lambda: moved_by_rules(opened, folder), saying=COMPARE, quiet=quiet)
    if json:
        print_json(asdict(told))
        return
    print_roles_moved(told)
    changed = ", ".join(f"{name}.csv" for name in told.files)
    place = in_place(opened.folder)
    hint(f"Nothing was written. Apply it: copy {changed} to rules/, then muster run{place}", quiet=quiet)


def sample_roles(opened: Workspace, to: Path, *, size: int, seed: int, json: bool, quiet: bool) -> None:
    """Write members to review."""
    from muster.lab.role_sample import draw_cast, read_cast, write_cast

    if to.exists():
        raise WrongUse(f"{to} is there already.", remedy="It may hold reviews: name another with -o.")
    members = read_cast(opened)
    if not members:
        raise WrongUse("No member has a role: there is nothing to review.")
    drawn = draw_cast(members, size, seed=seed)
    write_cast(drawn, to)
    if json:
        print_json({"file": str(to), "members": len(members), "drawn": len(drawn), "seed": seed})
        return
    results().print(clean(str(to)), soft_wrap=True)
    hint(
        f"{len(drawn)} of {len(members):,} members, doubtful first. Fill in yes or the right role in the "
        f"column role_is, then: muster lab roles --labels {to}",
        quiet=quiet,
    )


def judge_roles(opened: Workspace, labels: Path | None, html: Path | None, *, json: bool) -> None:
    """Print, or draw, how right roles are going by reviews."""
    from muster.lab.role_page import write_role_page
    from muster.lab.role_sample import judge_cast, read_cast

    told = judge_cast(_reviews(opened, labels)) if labels is not None else None
    if html is not None:
        put_page(write_role_page(opened.config.company.name, read_cast(opened), told), html)
    elif told is not None and json:
        print_json(asdict(told))
    elif told is not None:
        print_roles_judged(told)


def apply_reviews(opened: Workspace, labels: Path, *, json: bool, quiet: bool) -> None:
    """Write corrections where reviews say otherwise than the tables."""
    from muster.lab.apply import decide_reviews

    reviews = _reviews(opened, labels)
    told = wait_for(lambda: decide_reviews(opened, reviews), saying="Writing decisions", quiet=quiet)
    if json:
        print_json(asdict(told))
        return
    print_applied(told)
    place = in_place(opened.folder)
    hint(f"The next run applies them: muster run{place}. Take one back: muster roles undo ID", quiet=quiet)


def _reviews(opened: Workspace, file: Path) -> list[RoleLabel]:
    from muster.deciding.roles import known_roles
    from muster.lab.role_sample import read_cast_labels

    if not file.is_file():
        raise WrongUse(f"There is no file {file}.", remedy="Draw a sample first: muster lab roles")
    labels = read_cast_labels(file, known_roles(opened))
    if not any(label.truth is not None for label in labels):
        raise WrongUse(f"{file} has no reviews.", remedy="Fill in yes or the role in its column role_is.")
    return labels
