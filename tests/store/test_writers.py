"""Writers of one process follow each other; none is told that the store is taken."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from muster.config.settings import StoreConfig
from muster.problems import StoreBusy
from muster.store import opening
from muster.store.audit import note
from muster.store.opening import Store, upgrade


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store on SQLite that does not wait for another writer at all."""
    monkeypatch.setattr(opening, "_WAIT", 0)
    return upgrade(tmp_path, StoreConfig())[0]


def all_write(store: Store) -> None:
    def write(number: int) -> None:
        with store.writing() as connection:
            note(connection, "", "refuse_sign_in", f"user {number}", {})
            time.sleep(0.005)  # as long as a slow disk takes: others come meanwhile

    with ThreadPoolExecutor(12) as people:
        list(people.map(write, range(24)))


def test_many_who_write_at_once_are_all_written(impatient: Store) -> None:
    all_write(impatient)
    impatient.close()


def test_without_the_queue_somebody_is_turned_away(impatient: Store) -> None:
    loose = replace(impatient, _writer=cast(Any, nullcontext()))
    with loose.writing() as connection:
        note(connection, "", "refuse_sign_in", "who came first", {})
        with pytest.raises(StoreBusy), loose.writing() as another:
            note(another, "", "refuse_sign_in", "who came meanwhile", {})
    impatient.close()
