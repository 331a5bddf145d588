"""A store that does not answer: whoever sends something is told to try again, and what they typed is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx
import pytest
import sqlalchemy as sa
from lxml import html
from tests.serving.conftest import Served

from muster.config.settings import SQLITE_STORE
from muster.problems import StoreBusy
from muster.store.decisions import read_decisions
from muster.store.sessions import begin_session


@contextmanager
def held(served: Served) -> Iterator[None]:
    """The store while another process writes to it, and writers wait for a moment only."""
    sa.event.listen(served.store.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout = 50"))
    with closing(sqlite3.connect(served.workspace / SQLITE_STORE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_form_that_a_busy_store_did_not_take_is_told_to_try_again(
    client: Callable[..., httpx.Client], own_server: Served
) -> None:
    admin = client("admin", own_server)
    row = admin.get("/worklist.json?owner=all").json()["groups"][0]
    sent = {
        "verb": "reject",
        "reason": "No budget",
        "words": "maybe in spring",
        "seen": row["seen"],
        "key": "k1",
    }
    address = f"/hand-offs/{row['hand_off_id']}/answer"
    headers = {"referer": f"{own_server.url}/worklist?owner=all"}
    with held(own_server):
        assert admin.get("/worklist?owner=all").status_code == 200  # who only reads does not wait
        answer = admin.post(address, data=sent, headers=headers)
        script = admin.post(address, data=sent, headers={"accept": "application/json"})
    assert answer.status_code == 503 and "Try again in a moment" in answer.text
    page = html.fromstring(answer.text)
    assert "maybe in spring" in [(one.text or "").strip() for one in page.xpath("//textarea[@name='words']")]
    assert (script.status_code, script.json()["title"]) == (503, "One moment")
    assert read_decisions(own_server.store) == []
    again = admin.post(address, data=sent, follow_redirects=True)
    assert "Admin rejected it: No budget, maybe in spring" in again.text
    assert len(read_decisions(own_server.store)) == 1


def test_what_is_no_lock_is_no_moment_to_wait_for(own_server: Served) -> None:
    with pytest.raises(sa.exc.OperationalError), own_server.store.reading() as connection:
        connection.exec_driver_sql("SELECT 1 FROM nothing_of_ours")


def test_whoever_writes_meanwhile_is_told_by_what_they_called(own_server: Served) -> None:
    with held(own_server), pytest.raises(StoreBusy, match="did not answer in time"):
        begin_session(own_server.store, own_server.users["rep"].user_id)
