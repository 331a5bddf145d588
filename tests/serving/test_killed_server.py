"""`muster serve` killed while people decide: what it answered is there after a restart, nothing is half."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from tests.cli.conftest import MUSTER
from tests.conftest import ROOT
from tests.serving.test_worklist import listed

from muster.config.settings import StoreConfig
from muster.store.audit import entries, first_broken
from muster.store.decisions import read_decisions
from muster.store.opening import open_store, upgrade
from muster.store.schema import IDEMPOTENCY
from muster.store.sessions import begin_session
from muster.store.users import add_user

FAULTY = [sys.executable, "-m", "tests.serving.faulty_server"]
WHO = ("admin", "marketer")


@dataclass
class Company:
    """The bundled company in a folder of its own, and two who are signed in to it for good."""

    workspace: Path
    secrets: dict[str, str]
    address: str = ""

    def browser(self, who: str) -> httpx.Client:
        """What somebody's browser sends."""
        headers = {"sec-fetch-site": "same-origin"}
        cookies = {"muster-8642": self.secrets[who]}
        return httpx.Client(base_url=self.address, cookies=cookies, headers=headers, timeout=60)


@pytest.fixture
def company(bundled: Path, tmp_path: Path) -> Company:
    folder = tmp_path / "halden"
    shutil.copytree(bundled, folder, symlinks=True)
    with closing(upgrade(folder, StoreConfig())[0]) as store:
        users = {who: add_user(store, f"{who}@halden.example", who, role=who, by="tests") for who in WHO}
        return Company(folder, {who: begin_session(store, user.user_id) for who, user in users.items()})


@contextmanager
def running(company: Company, command: Sequence[str] = MUSTER) -> Iterator[subprocess.Popen[bytes]]:
    """The server as a process; it listens when this begins, and is gone when it ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    company.address = f"http://127.0.0.1:{port}"
    asked = [*command, "serve", "-w", str(company.workspace), "--port", str(port), "--quiet"]
    process = subprocess.Popen(asked, cwd=ROOT)
    try:
        until = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < until:
            try:
                httpx.get(f"{company.address}/sign-in", timeout=60)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def accepted_until_it_was_killed(
    company: Company, command: Sequence[str] = MUSTER, *, survives: int = 0
) -> tuple[list[str], set[str]]:
    """Two people accept groups as fast as they can, and the server is killed when it answered `survives`.

    Without that number it dies by itself. The decisions that were answered, and the hand-offs asked about.
    """
    answered: list[str] = []
    asked: set[str] = set()
    with running(company, command) as process:
        with company.browser("admin") as admin:
            left = listed(admin, "lapsed")

        def work(who: str) -> None:
            with company.browser(who) as browser:
                for row in left[WHO.index(who) :: 2]:
                    fields = {"verb": "accept", "seen": row["seen"], "key": f"of {who}"}
                    asked.add(row["hand_off_id"])
                    try:
                        done = browser.post(f"/hand-offs/{row['hand_off_id']}/answer", data=fields)
                    except httpx.TransportError:
                        return
                    answered.extend(re.findall(r"done=(d[\w-]+)", done.headers["location"]))

        with ThreadPoolExecutor(len(WHO)) as both:
            working = [both.submit(work, who) for who in WHO]
            while survives and len(answered) < survives and not all(one.done() for one in working):
                time.sleep(0.001)
            if survives:
                os.kill(process.pid, signal.SIGKILL)  # somewhere in what two are waiting for
        [one.result() for one in working]
        assert process.wait(60) == -signal.SIGKILL
    return answered, asked


def see_that_nothing_is_lost_or_half(company: Company, answered: list[str], asked: set[str]) -> None:
    """The store and its trail tell the same decisions; so does every page, once the server runs again."""
    with closing(open_store(company.workspace, StoreConfig()) or pytest.fail("no store")) as store:
        kept, trail = read_decisions(store), entries(store)
        with store.reading() as connection:
            remembered = connection.execute(sa.select(IDEMPOTENCY.c.decision_id)).scalars().all()
    ids, about = [d.decision_id for d in kept], {d.subject_id for d in kept}
    assert set(answered) <= set(ids), "something answered is lost"
    assert len(ids) <= len(answered) + len(WHO), "at most what was on its way may be there unanswered"
    assert [e.subject for e in trail if e.action == "decide"] == ids, "a decision is half written"
    assert sorted(remembered) == sorted(ids) and first_broken(trail) is None
    with running(company), company.browser("admin") as admin:
        told = admin.get("/decisions.json", params={"whose": "all"}).json()
        tabs = {tab: {row["hand_off_id"] for row in listed(admin, tab)} for tab in ("accepted", "lapsed")}
    assert sorted(row["decision_id"] for row in told) == sorted(ids)
    assert tabs["accepted"] >= about and not tabs["lapsed"] & about, "what is kept shows"
    assert tabs["lapsed"] >= asked - about, "what is not kept may be answered again"


def test_what_a_killed_server_answered_is_there_after_a_restart(company: Company) -> None:
    answered, asked = accepted_until_it_was_killed(company, survives=4)
    see_that_nothing_is_lost_or_half(company, answered, asked)


def test_a_decision_that_the_server_died_in_was_never_taken(company: Company) -> None:
    answered, asked = accepted_until_it_was_killed(company, [*FAULTY, "none", "3"])
    see_that_nothing_is_lost_or_half(company, answered, asked)
    with closing(open_store(company.workspace, StoreConfig()) or pytest.fail("no store")) as store:
        assert len(read_decisions(store)) == 2, "the third died between its row and the rest of it"
    assert len(asked) in (3, 4)
    assert len(answered) in (1, 2), "the answer to one may have been on its way"


@pytest.mark.parametrize(
    ("fault", "dies_in", "survives", "says"),
    [("late", 0, 4, "answered is lost"), ("piecemeal", 3, 0, "half written")],
    ids=["it answers before it keeps", "it keeps a decision piece by piece"],
)
def test_it_is_noticed_that(company: Company, fault: str, dies_in: int, survives: int, says: str) -> None:
    killed = accepted_until_it_was_killed(company, [*FAULTY, fault, str(dies_in)], survives=survives)
    with pytest.raises(AssertionError, match=says):
        see_that_nothing_is_lost_or_half(company, *killed)
