"""Uploads: what comes in whole is put in place at once; all else is refused in words and leaves nothing."""

from __future__ import annotations

import asyncio
import errno
import gzip
import io
import os
import shutil
import socket
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.serving.conftest import ROLES, Served, serve

from muster.config.reading import read_config
from muster.config.settings import FILE, StoreConfig
from muster.engine.lock import hold
from muster.serving import first_steps, uploading, uploads
from muster.serving.app import application
from muster.serving.pages import sources
from muster.serving.reading import House
from muster.serving.snapshots import Snapshots
from muster.serving.uploading import Received, UploadRefused, receive, safe_name
from muster.serving.uploads import FOLDER, check_contents, tidy
from muster.sources.files import READ
from muster.store.audit import entries, first_broken
from muster.store.opening import open_or_make
from muster.store.sessions import begin_session
from muster.store.users import add_user
from muster.workspace import init_workspace

ACCOUNTS = b"Id,Name\n001,Acme\n"
MOST = 1_000_000


class Asked:
    """A workspace's app, and somebody of each role who may ask it."""

    def __init__(self, folder: Path, store: Any, app: Any, secrets: dict[str, str]) -> None:
        self.folder, self.store, self._app, self._secrets = folder, store, app, secrets
        app.state.house = House(folder, store, Snapshots(folder))

    def upload(self, *files: tuple[str, bytes], who: str = "analyst", **fields: str) -> Any:
        """The answer to an upload; what it left is in `left`."""
        client = TestClient(self._app, follow_redirects=False, raise_server_exceptions=False)
        client.cookies["muster-8642"] = self._secrets[who]
        client.headers |= {"sec-fetch-site": "same-origin", "accept": "application/json"}
        return client.post(
            "/uploads", data={"name": "crm"} | fields, files=[("files", file) for file in files]
        )

    @property
    def left(self) -> dict[str, bytes]:
        """Everything in the upload folder."""
        home = self.folder / FOLDER
        return {
            file.relative_to(home).as_posix(): file.read_bytes()
            for file in sorted(home.rglob("*"))
            if file.is_file()
        }


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any, dict[str, str]]]:
    """A store, the app, and the secret of a session of each role."""
    folder = init_workspace(tmp_path_factory.mktemp("store")).folder
    with closing(open_or_make(folder, StoreConfig())) as store:
        users = [add_user(store, f"{role}@a.example", role, role=role, by="tests") for role in ROLES]
        yield (
            store,
            application(folder, store),
            {user.role: begin_session(store, user.user_id) for user in users},
        )


@pytest.fixture
def asked(people: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """An empty workspace; the look that follows an upload is left out (test_first_steps.py has it)."""
    monkeypatch.setattr(sources, "begin_look", lambda _: None)
    init_workspace(tmp_path / "acme")
    with (tmp_path / "acme" / FILE).open("a") as file:
        file.write("\n[serve]\nupload_mb = 1\n")
    return Asked(tmp_path / "acme", *people)


def zipped(**files: bytes) -> bytes:
    """A zip archive of some files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_an_upload_becomes_a_source_and_a_later_one_takes_its_place(asked: Asked) -> None:
    first = asked.upload(("Account.csv", ACCOUNTS), ("Lead.csv", b"Id\n1\n"), solution_field="Solution__c")
    assert (first.status_code, first.json()) == (200, {"go": "/first-run"})
    [source] = read_config(asked.folder).source
    assert (source.path, source.fields) == ("uploads/crm", {"opportunity.solution_id": "Solution__c"})
    assert asked.upload(("Account.csv", b"x")).status_code == 422  # a name that is taken
    added = asked.upload(("account.csv", b"Id\n2\n"), how="add", back="/settings/sources")
    assert added.json() == {"go": "/settings/sources"}
    assert asked.left == {"crm/account.csv": b"Id\n2\n", "crm/Lead.csv": b"Id\n1\n"}
    assert asked.upload(("Contact.csv", b"Id\n3\n"), how="replace").status_code == 200
    assert asked.left == {"crm/Contact.csv": b"Id\n3\n"}
    assert read_config(asked.folder).source == (source,)
    assert first_broken(entries(asked.store)) is None
    trail = [entry for entry in entries(asked.store) if entry.action == "upload_exports"]
    assert [entry.who for entry in trail[-3:]] == ["analyst@a.example"] * 3


def test_a_web_log_does_not_take_the_place_of_a_crm(asked: Asked) -> None:
    """A source without an object stops every run, and no page takes a source out of muster.toml."""
    asked.upload(("Account.csv", ACCOUNTS))
    assert asked.upload(("web.csv", b"ts\n"), how="replace").status_code == 422
    assert asked.left == {"crm/Account.csv": ACCOUNTS}
    assert asked.upload(("web.csv", b"ts\n"), how="add").status_code == 200  # beside objects it is a note


@pytest.mark.parametrize(
    ("who", "status"), [("rep", 403), ("marketer", 403), ("analyst", 200), ("admin", 200)]
)
def test_only_who_may_run_may_upload(asked: Asked, who: str, status: int) -> None:
    assert asked.upload(("Account.csv", ACCOUNTS), who=who).status_code == status
    assert bool(asked.left) is (status == 200)


@pytest.mark.parametrize(
    ("files", "fields", "status", "words"),
    [
        ([], {}, 422, "No file was chosen"),
        ([("Account.exe", b"MZ")], {}, 422, "no file that Muster reads"),
        ([("Account.csv", b"x" * 1_000_001)], {}, 413, "1 MB in all"),
        ([("a/Account.csv", b"x"), ("b/account.csv", b"x")], {}, 422, "Two files are called"),
        ([("a.zip", b"PK\x03\x04 nothing")], {}, 422, "damaged"),
        ([("a.parquet", b"no parquet")], {}, 422, "damaged"),
        ([("a.csv.gz", b"\x1f\x8b\x08nothing of it")], {}, 422, "damaged"),
        ([("a.zip", zipped(**{"read.me": b"x"}))], {}, 422, "No file with rows"),
        ([("a.zip", zipped(**{"a.parquet": b"x"}))], {}, 422, "packed already"),
        ([("a.csv", b"x")], {"name": "../crm"}, 422, "no name for a source"),
        ([("a.csv", b"x")], {"name": ".coming-x"}, 422, "no name for a source"),
        ([("a.csv", b"x")], {"name": "other", "how": "add"}, 422, "no source other"),
        ([("a.csv", b"x")], {"solution_field": "x" * 5000}, 422, "too long"),
        ([("web_events.csv", b"ts,path\n2025-01-01,/\n")], {}, 422, "No file is called as a CRM's object is"),
        ([("logs.zip", zipped(**{"visits.csv": b"ts\n"}))], {}, 422, "visits.csv"),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(
    asked: Asked, files: list[tuple[str, bytes]], fields: dict[str, str], status: int, words: str
) -> None:
    before = (asked.folder / FILE).read_text()
    answer = asked.upload(*files, **fields)
    if not files:  # as a browser sends an empty choice
        assert answer.status_code in {415, 422}
    else:
        assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text
    assert asked.left == {} and list((asked.folder / FOLDER).glob("*")) == []
    assert (asked.folder / FILE).read_text() == before


@pytest.mark.parametrize("kind", ["zip", "gz", "gz in zip", "parquet", "list"])
def test_what_unpacks_without_end_is_refused(tmp_path: Path, kind: str) -> None:
    zeros = bytes(30_000_000)
    if kind == "parquet":
        table = pa.table({"Id": pa.array(["x" * 1000] * 50_000).dictionary_encode()})
        pq.write_table(pa.concat_tables([table] * 20).combine_chunks(), tmp_path / "a.parquet")
    elif kind == "list":
        (tmp_path / "a.zip").write_bytes(zipped(**{f"{'n' * 200}{i}.csv": b"" for i in range(5000)}))
    else:
        inner = gzip.compress(zeros)
        packed = {"zip": zipped(**{"a.csv": zeros}), "gz": inner, "gz in zip": zipped(**{"a.csv": inner})}
        (tmp_path / ("a.csv.gz" if kind == "gz" else "a.zip")).write_bytes(packed[kind])
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 3_000_000
    with pytest.raises(UploadRefused, match=r"unpacked|too many|More than"):
        check_contents(tmp_path, most=100_000)


def test_a_full_disk_is_said_and_leaves_nothing(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(asked.folder)._replace(free=1000)
    with monkeypatch.context() as patched:
        patched.setattr(uploads.shutil, "disk_usage", lambda _: free)
        before = asked.upload(("Account.csv", ACCOUNTS))
    assert before.status_code == 507 and "no room" in before.json()["detail"]

    def full(self: Any, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(uploading._Parts, "_take", full)
    during = asked.upload(("Account.csv", ACCOUNTS))
    assert during.status_code == 507 and "no room" in during.json()["detail"]
    assert asked.left == {} and read_config(asked.folder).source == ()


def test_a_source_elsewhere_and_its_files_are_never_touched(asked: Asked) -> None:
    elsewhere = asked.folder / "exports"
    elsewhere.mkdir()
    (elsewhere / "Account.csv").write_bytes(ACCOUNTS)
    first_steps.add_export(asked.folder, name="crm", path="exports", solution_field="", mql_field="")
    answer = asked.upload(("Account.csv", b"Id\n"), how="replace")
    assert answer.status_code == 422 and "serving machine" in answer.json()["detail"]
    assert (elsewhere / "Account.csv").read_bytes() == ACCOUNTS and asked.left == {}


def test_nothing_is_put_in_place_while_a_run_reads(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.upload(("Account.csv", ACCOUNTS))
    monkeypatch.setattr(sources, "_WAITS", 0)
    with hold(asked.folder, "muster run"):
        answer = asked.upload(("Account.csv", b"Id\n"), how="replace")
    assert answer.status_code == 422 and "busy" in answer.json()["detail"]
    assert asked.left == {"crm/Account.csv": ACCOUNTS}


def test_an_app_that_starts_clears_what_a_killed_one_left(asked: Asked) -> None:
    home = asked.folder / FOLDER
    for name in (".coming-1", ".gone-crm", ".gone-web", "web"):
        (home / name).mkdir(parents=True)
        (home / name / "Account.csv").write_text(name)
    tidy(asked.folder)
    assert asked.left == {"crm/Account.csv": b".gone-crm", "web/Account.csv": b"web"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """An empty workspace, on a real socket."""
    init_workspace(tmp_path / "acme")
    yield from serve(tmp_path / "acme", ())


def test_a_connection_that_breaks_leaves_nothing(served: Served) -> None:
    [(cookie, secret)] = served.cookies("admin").items()
    head = (
        f"POST /uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}={secret}\r\n"
        "Sec-Fetch-Site: same-origin\r\nContent-Length: 900000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="Account.csv"\r\n\r\n'
    port = int(served.url.rpartition(":")[2])
    home = served.workspace / FOLDER
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(head.encode() + part + b"x" * 100_000)
        _until(lambda: any(home.glob(".coming-*")))
    _until(lambda: not any(home.glob("*")))


# --- Names and bodies of any kind


@given(st.one_of(st.text(max_size=150), st.text(max_size=150).map(lambda text: text + ".csv")))
def test_any_name_is_a_plain_one_or_refused(given_name: str) -> None:
    try:
        name = safe_name(given_name)
    except UploadRefused:
        return
    assert Path(name).name == name and not name.startswith(".") and len(name.encode()) <= 120
    assert name.lower().endswith((*READ, ".gz", ".zip")) and name.isprintable()
    assert not set(name) & set('/\\:*?"<>|\0') and safe_name(name) == name


@given(st.binary(max_size=400), st.integers(1, 64))
def test_any_body_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    start = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
    for whole in (body, start + body, start + body + b"\r\n--b--\r\n"):
        for file in folder.iterdir():
            file.unlink()
        try:
            received = _received(whole, folder, cut)
        except UploadRefused:
            continue
        assert {file.name for file in folder.iterdir()} == set(received.files)
        if received.files == ("a.csv",) and b"--b" not in body:
            assert (folder / "a.csv").read_bytes() == body


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.parquet", "a.zip", "a.csv.gz"]))
def test_any_content_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    magic = {"a.zip": b"PK\x05\x06", "a.parquet": b"PAR1", "a.csv.gz": b"\x1f\x8b\x08\x00"}.get(name, b"")
    for whole in (content, magic + content, magic + content + magic):
        (folder / name).write_bytes(whole)
        try:
            check_contents(folder, most=MOST)
        except UploadRefused:
            continue


def _received(body: bytes, folder: Path, cut: int) -> Received:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), cut):
            yield body[start : start + cut]

    received = receive("multipart/form-data; boundary=b", stream(), folder, most=MOST, fields={})
    with ThreadPoolExecutor(1) as thread:  # where a browser runs, this thread has a loop already
        return thread.submit(asyncio.run, received).result()


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)
