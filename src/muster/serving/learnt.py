"""What every reader of a chance is told of it: how many weeks it is about, and where data are thin.

Both belong to the chance and not to the table of models, whose other figures only the office sees: a rep
reads the same weeks as everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from muster.access.viewer import Viewer
from muster.chances.thin import LATEST, Learning
from muster.reports.horizon import Horizon, horizon_of
from muster.reports.published import Published
from muster.serving.reading import Reading


@dataclass(frozen=True, slots=True)
class Learnt:
    """The weeks chances are about, and where the latest model stands; None before there was one."""

    horizon: Horizon
    learning: Learning | None


def learnt_of(reading: Reading) -> Learnt:
    """The same for all who read a run."""
    snapshot = reading.snapshot
    return snapshot.once("learnt", lambda: read_learnt(snapshot.folder))


def thin_words(reading: Reading) -> str:
    """That data are thin, or chances close to the rules; empty where there is enough to learn from."""
    return said_to(reading.viewer, learnt_of(reading).learning)


def said_to(viewer: Viewer, learning: Learning | None) -> str:
    """The same to whoever reads: openings are totals over all accounts, left out for who sees no measures."""
    if learning is None:
        return ""
    return (learning.sentence() if viewer.may("see_measures") else learning.plainly()) or ""


def read_learnt(folder: Path) -> Learnt:
    """Of the tables in a folder."""
    with Published(folder) as tables:
        found = tables.records(LATEST)
        return Learnt(horizon_of(tables), Learning(**found[0]) if found else None)
