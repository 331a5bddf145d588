"""A frozen board pack with an id: everything its pages say, and everything they rest on.

    acme/snapshots/2025-Q3-1f0c9a2e41.json

The id is a hash of the content, and each snapshot names the one before it, so neither can be changed
without being seen. Rendering reads the snapshot alone. The folder lies outside `.muster`, whose tables
may be deleted and built again at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.problems import UserDataError, WrongUse
from muster.reports.frozen.deals import Deals
from muster.reports.frozen.plain import freeze, thaw
from muster.reports.frozen.restated import Figures, Restated, figures, patched
from muster.reports.sheets import BoardPack, join, say

FOLDER = "snapshots"
FORMAT = 1
# What tells two freezings of the same figures apart; no part of what is compared.
_OF_THE_MOMENT = ("number", "before", "restated", "run_id")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen pack. `content` is plain JSON; `id` its period and the head of its hash."""

    id: str
    content: Mapping[str, Any]
    frozen_at: str

    @property
    def pack(self) -> BoardPack:
        """The pack as it was frozen, with its id where a reader looks for it."""
        pack = thaw(self.content["pack"])
        assert isinstance(pack, BoardPack)
        pages = tuple(
            replace(page, sentence=join(say(f"Snapshot {self.id}."), page.sentence))
            if page.key == "definitions"
            else page
            for page in pack.pages
        )
        return replace(pack, pages=pages, snapshot=self.id)

    @property
    def period(self) -> str:
        """The quarter, as in 2025-Q3."""
        return str(self.content["period"])

    @property
    def number(self) -> int:
        """Its place in the chain of snapshots, from 1."""
        return int(self.content["number"])

    @property
    def deals(self) -> Deals:
        """Every opportunity as the pack saw it."""
        deals: Deals = self.content["deals"]
        return deals

    @property
    def inputs(self) -> Mapping[str, str]:
        """What was read, by name and hash; the rules and Muster's own SQL among it."""
        inputs: Mapping[str, str] = self.content["made_of"]
        return inputs

    @property
    def restated(self) -> tuple[Restated, ...]:
        """The figures of earlier periods that this pack told anew."""
        return tuple(
            Restated(r["period"], r["sheet"], r["row"], r["column"], thaw(r["old"]), thaw(r["new"]))
            for r in self.content["restated"]
        )

    def to_json(self) -> dict[str, Any]:
        """One line of `--list`."""
        return {
            "id": self.id,
            "period": self.period,
            "frozen_at": self.frozen_at,
            "as_of": self.content["as_of"],
            "run_id": self.content["run_id"],
            "before": self.content["before"],
            "restated_count": len(self.content["restated"]),
            "override": self.content["override"],
        }


def content_of(
    pack: BoardPack,
    *,
    deals: Deals,
    manifest: Mapping[str, Any],
    override: str,
    changes: list[Restated],
    before: Snapshot | None,
) -> dict[str, Any]:
    """What a snapshot of the pack keeps."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "number": before.number + 1 if before else 1,
        "before": before.id if before else None,
        "period": pack.period,
        "as_of": str(manifest.get("as_of") or ""),
        "run_id": pack.run_id,
        "made_of": made_of(manifest),
        "override": override,
        "pack": freeze(pack),
        "deals": dict(deals),
        "restated": [
            {
                "period": c.period,
                "sheet": c.sheet,
                "row": c.row,
                "column": c.column,
                "old": freeze(c.old),
                "new": freeze(c.new),
            }
            for c in changes
        ],
    }
    return content | {"substance": _substance(content)}


def made_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What the run read, with the hash of each: files, rules, Muster's own SQL and data."""
    inputs = {str(name): str(digest) for name, digest in (manifest.get("inputs") or {}).items()}
    return inputs | {"Muster's own SQL and data": str(manifest.get("code_hash") or "")}


def _substance(content: Mapping[str, Any]) -> str:
    """A hash of what two freezings of the same figures share."""
    kept = {name: value for name, value in content.items() if name not in _OF_THE_MOMENT}
    kept["pack"] = {name: value for name, value in kept["pack"].items() if name != "run_id"}
    return _digest(kept)


def identified(content: Mapping[str, Any], *, now: datetime | None = None) -> Snapshot:
    """The content with its id and the instant it was frozen at."""
    plain = json.loads(json.dumps(content))  # as it will be read: tuples are lists, keys are texts
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    return Snapshot(f"{plain['period']}-{_digest(plain)[:10]}", plain, moment)


class Shelf:
    """The snapshots of a workspace, oldest first. Nothing on it is ever written over."""

    def __init__(self, workspace: Path) -> None:
        self.folder = workspace / FOLDER

    def all(self) -> list[Snapshot]:
        """Every snapshot. Raises UserDataError for one whose content is no longer that of its id."""
        found = [_read(file) for file in sorted(self.folder.glob("*.json"))] if self.folder.is_dir() else []
        return sorted(found, key=lambda s: (s.number, s.frozen_at, s.id))

    def get(self, wanted: str) -> Snapshot:
        """The snapshot of an id, or of the only id that begins so. Raises WrongUse when there is none."""
        found = sorted(f for f in self.folder.glob("*.json") if f.stem.startswith(wanted)) if wanted else []
        exact = [f for f in found if f.stem == wanted]
        if len(exact or found) != 1:
            some = "More than one snapshot begins with" if found else "There is no snapshot"
            raise WrongUse(f'{some} "{wanted}".', remedy="See them with: muster report board --list")
        return _read((exact or found)[0])

    def keep(self, snapshot: Snapshot) -> Path:
        """Write a snapshot; the file appears whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{snapshot.id}.json"
        if not target.exists():
            whole = {"id": snapshot.id, "frozen_at": snapshot.frozen_at, "content": snapshot.content}
            draft = target.with_name(f".{target.name}.new")
            draft.write_text(json.dumps(whole, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
            draft.replace(target)
        return target


def missing_from(shelf: list[Snapshot]) -> list[str]:
    """The ids that a snapshot names as the one before it and that are no longer there."""
    kept = {snapshot.id for snapshot in shelf}
    named = [str(snapshot.content["before"]) for snapshot in shelf if snapshot.content["before"]]
    return sorted({name for name in named if name not in kept})


def told_last(shelf: list[Snapshot]) -> dict[str, tuple[Snapshot, Figures]]:
    """For each period with a pack: its latest snapshot, and its figures as they were told last."""
    latest: dict[str, tuple[Snapshot, Figures]] = {}
    for snapshot in shelf:
        for period, (own, told) in list(latest.items()):
            mine = [change for change in snapshot.restated if change.period == period]
            latest[period] = (own, patched(told, mine))
        latest[snapshot.period] = (snapshot, figures(snapshot.pack))
    return latest


def _read(file: Path) -> Snapshot:
    try:
        whole = json.loads(file.read_text("utf-8"))
        snapshot = Snapshot(whole["id"], whole["content"], whole["frozen_at"])
        is_sound = snapshot.id == file.stem == identified(snapshot.content).id
    except (ValueError, KeyError, TypeError):
        is_sound = False
    if not is_sound:
        raise UserDataError(
            f"The snapshot {file} is not what was frozen: its content does not give its id.",
            remedy="Bring the file back from a copy, or move it out of snapshots/ and freeze the pack again.",
        )
    return snapshot


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
