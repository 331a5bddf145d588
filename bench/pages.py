"""Time every page of the web app with 50 users at once: server time, wall, weight, and the server's memory.

    python bench/pages.py FOLDER                       a company whose tables `muster run` has made
    python bench/pages.py FOLDER --seconds 300 --think 5
    python bench/pages.py FOLDER --alone               the same people, one page at a time: CPU of each page
    python bench/pages.py FOLDER --rest 3600           once all have signed in and the app has made all ready

`muster serve` runs in a process of its own on a workspace beside the company's tables, which are read and
never written. 50 users sign in with passwords: 36 reps, each with the accounts they own and every second with
a country or region besides (of six regions: a sixth of all accounts), so that no two see the same; 8
marketers, 4 analysts, 2 admins. Each opens a page, thinks (5 seconds on average, exponential, so that
requests come in bursts: a person reads for longer), and goes on to a link that a page before has shown, of a
kind of page they have read least: so every kind comes about equally often, and what is dear is asked more
than people would. Downloads and the API are left out.

Server time is what `muster serve --server-timing` says: from the request's arrival to the first byte of the
answer, waiting for a thread included. Where others use the machine that is mostly waiting for a core; what
a page costs in CPU, all threads together, can be told where one page is asked at a time (`--alone`).
Nothing is warmed up: the first page of each scope is in the figures. With `--rest` everybody signs in, opens
their worklist and leaves the app alone until it has nothing more to do, for so many seconds at most, as on a
Monday whose run ended before people came: what it makes ready meanwhile (serving/warming.py) is not in the
figures, but in the memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import duckdb
import httpx

from muster.engine.lock import HOME
from muster.store.opening import upgrade
from muster.store.proofs import set_password
from muster.store.users import add_user
from muster.workspace import open_workspace

ROLES = ("rep",) * 36 + ("marketer",) * 8 + ("analyst",) * 4 + ("admin",) * 2
PASSWORD = "measured at fifty at once"
_LINK = re.compile(r'href="(/[^"#]*)')
_PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
_TWIN = re.compile(r"\.(csv|json|xlsx|pdf|pptx|html)$|^/(api|static|sign|enter|start|health/progress)")
# What tells one kind of page from another besides its path.
_TELLING = ("tab", "table", "view", "level", "from")
_SIZE = ("account", "person", "buying_group", "hand_off", "resolved_engagement")
_KEPT = 400  # links of a kind that a user remembers
_LOOKS_EVERY = 10  # seconds between two looks at whether the app rests
_IDLE = 0.02  # of a core: it looks every other second which run is in force


@dataclass(frozen=True)
class Asked:
    """One answer: milliseconds at the server, of CPU, at the client; bytes on the wire, all, without SVG."""

    kind: str
    status: int
    server: float
    cpu: float
    wall: float
    wire: int
    page: int
    plain: int


@dataclass
class Person:
    """Somebody who browses: what they have seen links to, by kind, and how often they read each."""

    name: str
    role: str
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    read: Counter[str] = field(default_factory=Counter)

    def see(self, page: str, rng: random.Random) -> None:
        """Remember the links of a page."""
        for address in {unescape(link) for link in _LINK.findall(page)}:
            if _TWIN.search(urlsplit(address).path):
                continue
            kept = self.links[kind_of(address)]
            if len(kept) < _KEPT:
                kept.append(address)
            else:
                kept[rng.randrange(_KEPT)] = address

    def next(self, rng: random.Random) -> str:
        """A link of a kind they have read least."""
        least = min(self.read[kind] for kind in self.links)
        kind = rng.choice(sorted(kind for kind in self.links if self.read[kind] == least))
        return rng.choice(self.links[kind])


def kind_of(address: str) -> str:
    """The page an address is of, without the ids in it.

    >>> kind_of("/groups/g0123456789abcdef?page=2"), kind_of("/worklist?tab=waiting&owner=all")
    ('/groups/ID', '/worklist tab=waiting')
    """
    told = urlsplit(address)
    first, *rest = told.path.strip("/").split("/")
    ids = {"groups", "accounts", "people", "programs", "packs"}
    shown = [first, *("ID" if first in ids or part.isdigit() else part for part in rest)]
    query = dict(parse_qsl(told.query))
    # `from` says of a board which moves are shown, and of a group by which list it was opened.
    telling = [f"{n}={query[n]}" for n in _TELLING if n in query and not query[n].startswith("/")]
    return " ".join(["/" + "/".join(shown), *telling])


@contextmanager
def served(company: Path, users: Sequence[str]) -> Iterator[tuple[str, list[str], int]]:
    """The company's tables served from a workspace of their own: its address, the users, the process."""
    home = Path(tempfile.mkdtemp(prefix="muster-pages-"))
    try:
        shutil.copyfile(company / "muster.toml", home / "muster.toml")
        shutil.copytree(company / "rules", home / "rules")
        (home / HOME).mkdir()
        (home / HOME / "tables").symlink_to((company / HOME / "tables").resolve())
        for folder in ("crm", "events", "reference"):
            (home / folder).symlink_to((company / folder).resolve())
        emails = _hire(home, users)
        port = _free_port()
        command = [sys.executable, "-m", "muster", "serve", "-w", str(home), "--port", str(port), "--quiet"]
        server = subprocess.Popen([*command, "--server-timing"])
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(base, server)
            yield base, emails, server.pid
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(home)


def _hire(home: Path, roles: Sequence[str]) -> list[str]:
    owners, lands = (
        _distinct(home / HOME / "tables" / "account.parquet", column)
        for column in ("owner_id", "COALESCE('country:' || country, 'region:' || region)")
    )
    store = upgrade(home, open_workspace(home).config.store)[0]
    emails = []
    for number, role in enumerate(roles):
        is_rep = role == "rep"
        own = [owners[number % len(owners)]] if is_rep else ()
        land = [lands[number % len(lands)]] if is_rep and number % 2 else ()
        email = f"user{number}@measured.example"
        user = add_user(
            store, email, f"User {number}", role=role, by="bench", owner_ids=own, territories=land
        )
        set_password(store, user.user_id, PASSWORD, by="bench")
        emails.append(email)
    store.close()
    return emails


def _distinct(file: Path, expression: str) -> list[str]:
    """The values of a column, most frequent first."""
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT {expression} AS found FROM read_parquet(?) WHERE found IS NOT NULL "
            "GROUP BY found ORDER BY COUNT(*) DESC, found",
            [str(file)],
        ).fetchall()
    return [value for (value,) in found]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait(base: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            httpx.get(f"{base}/health-check")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The server did not start.")


async def browse(
    base: str,
    email: str,
    person: Person,
    *,
    begun: asyncio.Future[None],
    seconds: float,
    think: float,
    words: Sequence[str],
    seed: int,
    turn: asyncio.Lock | None,
) -> list[Asked]:
    """One user from signing in, over the rest if there is one, until so many seconds of pages are over."""
    rng = random.Random(seed)
    found: list[Asked] = []
    headers = {"sec-fetch-site": "same-origin", "accept": "text/html", "accept-encoding": "gzip"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=120) as client:
        await asyncio.sleep(rng.uniform(0, think))
        answer = await client.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/"})
        assert answer.status_code == 303, answer.text
        for word in rng.sample(list(words), 40):
            person.links["/search"].append(f"/search?q={word}")
        address = "/worklist"
        if not begun.done():
            async with turn or nullcontext():
                person.see((await ask(client, address))[1], rng)
            await begun
            await asyncio.sleep(rng.uniform(0, think))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            async with turn or nullcontext():
                asked, page = await ask(client, address)
            found.append(asked)
            person.read[asked.kind] += 1
            person.see(page, rng)
            await asyncio.sleep(rng.expovariate(1 / think))
            address = person.next(rng)
    return found


async def ask(client: httpx.AsyncClient, address: str) -> tuple[Asked, str]:
    """One page, and what it took."""
    began = time.perf_counter()
    try:
        answer = await client.get(address)
    except (httpx.ReadError, httpx.RemoteProtocolError):
        # The server ends connections that rest, at times while we write: browsers ask once more, too.
        answer = await client.get(address)
    wall = (time.perf_counter() - began) * 1000
    page = answer.text if "html" in answer.headers.get("content-type", "") else ""
    server, cpu = map(float, re.findall(r"dur=([\d.]+)", answer.headers["server-timing"]))
    wire = answer.num_bytes_downloaded
    plain = len(_PICTURE.sub("", page).encode())
    if answer.status_code >= 400:
        print(f"  {answer.status_code} at {address}", file=sys.stderr)
    return Asked(
        kind_of(address), answer.status_code, server, cpu, wall, wire, len(answer.content), plain
    ), page


async def everybody(
    base: str,
    emails: Sequence[str],
    *,
    rest: float,
    seconds: float,
    think: float,
    words: Sequence[str],
    alone: bool,
    pid: int,
) -> tuple[list[Asked], float, float]:
    """All users at once: what was asked, CPU seconds of the server since the rest, and seconds of rest."""
    begun = asyncio.get_running_loop().create_future()
    if rest == 0:
        begun.set_result(None)
    turn = asyncio.Lock() if alone else None
    walks = [
        browse(
            base,
            email,
            Person(email, role),
            begun=begun,
            seconds=seconds,
            think=think,
            words=words,
            seed=number,
            turn=turn,
        )
        for number, (email, role) in enumerate(zip(emails, ROLES, strict=True))
    ]
    everyone = asyncio.gather(*walks)
    rested = await _rest(pid, rest) if rest else 0.0
    before = _used(pid)[0]
    if not begun.done():
        begun.set_result(None)
    found = [asked for walk in await everyone for asked in walk]
    return found, _used(pid)[0] - before, rested


async def _rest(pid: int, most: float) -> float:
    """Wait until the app has nothing to do for a while; the seconds it took, or so many at most."""
    began, used, idle = time.monotonic(), 0.0, 0
    while idle < 3 and time.monotonic() - began < most:
        await asyncio.sleep(min(_LOOKS_EVERY, most))
        now = _used(pid)[0]
        idle = idle + 1 if now - used < _IDLE * _LOOKS_EVERY else 0
        used = now
    return time.monotonic() - began


def at(share: float, values: Sequence[float]) -> float:
    """The value that this share of the values does not pass (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def tell(found: Sequence[Asked], *, cpu: float, peak_mb: float) -> None:
    """Print a row for each kind of page, the slowest first, and the whole."""
    by_kind: dict[str, list[Asked]] = defaultdict(list)
    for asked in found:
        by_kind[asked.kind].append(asked)
    print("| page | n | p50 ms | p95 | p99 | CPU p50 | p95 | at client | KB without pictures | on wire |")
    print("|---|" + "---|" * 9)
    for kind, some in sorted(by_kind.items(), key=lambda pair: -at(0.95, [a.server for a in pair[1]])):
        _row(f"`{kind}`", some)
    _row("all pages", found)
    over = [kind for kind, some in by_kind.items() if at(0.95, [a.server for a in some]) > 150]
    heavy = [kind for kind, some in by_kind.items() if max(a.plain for a in some) > 150_000]
    bad = sum(a.status >= 400 for a in found)
    print(
        f"\n{len(by_kind)} kinds of page, {len(over)} with a p95 over 150 ms, {len(heavy)} over 150 KB; "
        f"{bad} answers of 400 or more; {1000 * cpu / len(found):.0f} CPU ms a page; "
        f"peak memory {peak_mb:,.0f} MB"
    )


def _row(name: str, some: Sequence[Asked]) -> None:
    server = [asked.server for asked in some]
    used = [asked.cpu for asked in some]
    figures = [at(share, server) for share in (0.5, 0.95, 0.99)] + [at(share, used) for share in (0.5, 0.95)]
    wall, plain, wire = (
        at(0.95, [a.wall for a in some]),
        max(a.plain for a in some),
        max(a.wire for a in some),
    )
    told = " | ".join(f"{figure:,.0f}" for figure in (*figures, wall, plain / 1000, wire / 1000))
    print(f"| {name} | {len(some):,} | {told} |")


def _used(pid: int) -> tuple[float, float]:
    """CPU seconds and peak MB of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    [peak] = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")
    ]
    return ticks / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) / 1024


def main() -> None:
    """Serve, browse, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=300, help="how long everybody browses")
    parser.add_argument("--think", type=float, default=5, help="seconds between two pages, on average")
    parser.add_argument(
        "--rest", type=float, default=0, help="seconds, at most, for the app to make all ready"
    )
    parser.add_argument("--alone", action="store_true", help="one page at a time")
    args = parser.parse_args()
    tables = args.folder / HOME / "tables"
    names = _distinct(tables / "account.parquet", "split_part(name, ' ', 1)")
    words = sorted(name for name in names[:500] if len(name) > 2)
    with served(args.folder, ROLES) as (base, emails, pid):
        found, cpu, rested = asyncio.run(
            everybody(
                base,
                emails,
                rest=args.rest,
                seconds=args.seconds,
                think=args.think,
                words=words,
                alone=args.alone,
                pid=pid,
            )
        )
        peak_mb = _used(pid)[1]
    rows = json.loads((tables / "manifest.json").read_text())["tables"]
    size = ", ".join(f"{rows[name]['rows']:,} rows of {name}" for name in _SIZE)
    how = f"{rested:.0f} s of rest, then {args.seconds:.0f} s, each a page every {args.think:g} s or so"
    print(f"{size}; {len(ROLES)} users: {how}\n")
    tell(found, cpu=cpu, peak_mb=peak_mb)


if __name__ == "__main__":
    main()
