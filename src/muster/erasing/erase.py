"""An erasure, from the word on: the list first, then a run that reads by it, then every other place.

    begin     the person is on the list: from here on no load reads what names them
    a run     new tables without them; those of before are still in force if it is killed
    finish    what was written before is written anew or dropped; the list says that it is done

Killed after `begin`, the next run of any kind goes on and ends it: nothing but the list is needed for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from muster.config.settings import Config
from muster.erasing.whom import Whom
from muster.sources.scrub import Scrubber
from muster.sources.suppression import (
    RECORD,
    Erased,
    keep_suppression,
    new_name,
    open_suppression,
    read_suppression,
)


@dataclass(frozen=True, slots=True)
class Finished:
    """What an erasure did beside the tables: what the people are called now, rows of the store and files
    written anew, files dropped, board packs that go by another id now."""

    names: tuple[str, ...] = ()
    store_rows: int = 0
    files_written: int = 0
    files_dropped: int = 0
    packs: Mapping[str, str] = field(default_factory=dict)


def begin(workspace: Path, people: Sequence[Whom], *, by: str, now: datetime | None = None) -> list[Erased]:
    """Put people on the list of a workspace; who is on it already stays as they are. Returns them."""
    told = open_suppression(workspace)
    for whom in people:
        if told.find(RECORD, whom.person_id) is None:
            called = new_name()
            told = told.with_person(
                whom.stand_ins(called),
                called=called,
                address=whom.address_of(called),
                by=by,
                at=now or datetime.now(UTC),
            )
    keep_suppression(workspace, told)
    wanted = [told.find(RECORD, whom.person_id) for whom in people]
    return [person for person in wanted if person is not None]


def finish(workspace: Path, config: Config) -> Finished | None:
    """Write every place anew that tables, once made, leave as it was; None where nothing is pending.

    The caller holds the workspace, and its tables were made by the list as it is. Killed, it is done again.
    """
    told = read_suppression(workspace)
    if told is None or not told.pending:
        return None
    # Only now: hardly any run ends an erasure, and a database's library takes its time.
    from muster.erasing.places import rewrite_files  # noqa: PLC0415
    from muster.store.keeping import kept_decisions  # noqa: PLC0415
    from muster.store.opening import open_or_make  # noqa: PLC0415
    from muster.store.rewriting import rewrite  # noqa: PLC0415

    scrubber = Scrubber(told)
    files = rewrite_files(workspace, config, scrubber)
    facts = {"files_rewritten": files.written, "files_dropped": files.dropped}
    with closing(open_or_make(workspace, config.store)) as store:
        rows = rewrite(store, scrubber.tree, tell=[(p.by, p.name, facts) for p in told.pending])
    kept_decisions(workspace, config.store)
    keep_suppression(workspace, told.done())
    names = tuple(person.name for person in told.pending)
    return Finished(names, rows, files.written, files.dropped, files.packs)
