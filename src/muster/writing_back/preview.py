"""What a write-back would change now: read from the tables in force and from the CRM; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.config.settings import Config
from muster.engine.published import open_published
from muster.problems import WrongUse
from muster.reports.published import Published
from muster.store.opening import Store
from muster.writing_back.changes import SAME, Change, Held, compare
from muster.writing_back.crm import BATCH, Crm, CrmFault
from muster.writing_back.facts import Wanted, wanted
from muster.writing_back.ledger import ours, with_emptied


@dataclass(frozen=True, slots=True)
class Preview:
    """What is different, field by field, by the tables of one run; `same_count` fields are right already."""

    run_id: str
    as_of: str
    changes: tuple[Change, ...]
    same_count: int

    def count(self, fate: str) -> int:
        """How many fields have a fate."""
        return sum(change.fate == fate for change in self.changes)


def preview(workspace: Path, config: Config, crm: Crm, *, store: Store | None = None) -> Preview:
    """Compare what the mapped fields should say with what they hold. Raises WrongUse.

    The ledger of the `store` says what is ours.
    """
    fields = config.crm_write_back.field
    if not fields:
        raise WrongUse(
            "No field of the CRM is mapped yet.",
            remedy="Name one in muster.toml, in a section [[crm_write_back.field]].",
        )
    published = open_published(workspace)
    with Published(published.folder) as tables:
        asked = wanted(tables, fields, public_url=config.serve.public_url or "")
    known = ours(store, fields)
    asked = with_emptied(asked, known)
    try:
        found = compare(asked, read_held(crm, asked), known)
    except CrmFault as fault:
        raise WrongUse(
            f"The CRM could not be read: {fault.told}",
            remedy="See [crm_write_back] in muster.toml and the variables it names, or try again later.",
        ) from fault
    return Preview(
        run_id=published.manifest["run_id"],
        as_of=published.manifest["as_of"],
        changes=tuple(change for change in found if change.fate != SAME),
        same_count=sum(change.fate == SAME for change in found),
    )


def read_held(crm: Crm, asked: Iterable[Wanted]) -> Held:
    """What the CRM holds in the fields that are asked about, a batch of records at a time."""
    fields: dict[str, dict[str, None]] = defaultdict(dict)
    ids: dict[str, dict[str, str]] = defaultdict(dict)
    for one in asked:
        fields[one.object][one.field] = None
        ids[one.object].setdefault(one.record_id[:15], one.record_id)
    held: dict[tuple[str, str], dict[str, object]] = {}
    for name, records in ids.items():
        for some in _batches(list(records.values())):
            for record, values in crm.read(name, some, list(fields[name])).items():
                held[name, record] = values
    return held


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
