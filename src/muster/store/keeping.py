"""What the rest of Muster asks of the store: to keep a decision, and to say which were kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from muster.config.settings import StoreConfig
from muster.store.decisions import Decision, read_decisions
from muster.store.files import bring_in_older, write_decisions
from muster.store.opening import Store, open_store, upgrade


def kept_decisions(workspace: Path, config: StoreConfig) -> list[Decision]:
    """Every decision of a workspace's store, oldest first; they are written out for the next run, too."""
    store = open_store(workspace, config)
    if store is None:
        return []
    with closing(store):
        decisions = read_decisions(store)
    write_decisions(decisions, workspace)
    return decisions


@contextmanager
def keeping(workspace: Path, config: StoreConfig, *, who: str) -> Iterator[Store]:
    """The store of a workspace, made on first use; at the end what it holds is written out for runs."""
    store = open_store(workspace, config) or upgrade(workspace, config)[0]
    with closing(store):
        bring_in_older(store, workspace, who=who)
        yield store
        write_decisions(read_decisions(store), workspace)
