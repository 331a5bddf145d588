"""Makes what people open first before they open it: when a run has ended, and when somebody signs in.

A worklist, a board or a measure of a run is computed once and kept (snapshots.py); without this the first who
opens it waits for that, on Monday everybody in turn. So a thread asks the same pages for those who are signed
in, last seen first, each scope once, and then reads the groups on their worklists (wholes.py). People come
first: it does one thing at a time, each only after nobody has asked for anything for a moment, and it drops
what is left when a newer run is in force. What it makes is bounded like everything that is kept of a run. A
page that fails is passed over, and told to whoever opens it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, zip_longest
from threading import Event, Lock, Thread
from time import monotonic
from typing import TypeVar

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from muster.access.seen import Seen
from muster.access.viewer import Viewer
from muster.serving.reading import House, Reading, reach_of
from muster.serving.screen import SCREENS, Screen, Show
from muster.serving.sessions import viewer_for
from muster.serving.snapshots import Snapshot
from muster.serving.top_bar import places_of
from muster.serving.wholes import ahead_of, programs_ahead, read_ahead, the_program
from muster.store.sessions import users_signed_in

T = TypeVar("T")
_Ahead = tuple[Viewer, str, Callable[[Reading], object]]  # for whom, at which address, what is made
_LOG = logging.getLogger("muster.serving")
_SCOPES = 48  # of the 64 whose views are kept
_LOOKS_EVERY = 2.0  # seconds between two looks at which run is in force
_QUIET = 0.25  # seconds without a request before a page is asked

# What is opened first, with what the navigation leads to from there; the dear measures last. Boards hold most
# rows: where all that is kept of a run is too much, what was made first goes first, and the worklists stay.
FIRST = (
    *("/board", "/worklist", "/search?q=muster", "/measures", "/measures/conversion", "/health"),
    *("/measures/velocity", "/measures/cost", "/measures/calibration", "/measures/defects"),
    *("/measures/programs", "/measures/customers", "/measures/lift", "/measures/goals", "/measures/credit"),
    *("/health/rows", "/health/review", "/health/decisions"),
)


class Traffic:
    """Counts the requests that are under way, so that who can wait knows when nobody asks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way = 0
        self._ended = monotonic()

    @contextmanager
    def request(self) -> Iterator[None]:
        """One request, from its arrival until it is answered."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                self._ended = monotonic()

    def quiet(self) -> float:
        """For how many seconds nobody has asked; 0 while somebody does."""
        with self._lock:
            return 0.0 if self._under_way else monotonic() - self._ended


class Counted:
    """Tells the traffic of every request."""

    def __init__(self, app: ASGIApp, *, traffic: Traffic) -> None:
        self._app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._traffic.request():
            await self._app(scope, receive, send)


@contextmanager
def warmed(app: FastAPI, house: House, traffic: Traffic) -> Iterator[None]:
    """Warm up beside the app while the block lasts; it ends within the page that is being made."""
    ending = Event()

    def work() -> None:
        run, done = "", set[object]()
        while not ending.wait(_LOOKS_EVERY):
            snapshot = house.snapshots.current()
            if snapshot is None:
                continue
            if snapshot.run_id != run:
                run, done = snapshot.run_id, set()
            viewers = {reach: viewer for reach, viewer in scopes_of(house).items() if reach not in done}
            if viewers:
                done |= viewers.keys()
                warm(app, snapshot, list(viewers.values()), traffic, ending)

    thread = Thread(target=work, name="muster-warming", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(30)


def warm(app: FastAPI, snapshot: Snapshot, viewers: Sequence[Viewer], traffic: Traffic, ending: Event) -> int:
    """Make what is opened first of one run for these viewers; how many pages, groups aside."""
    made = 0
    ahead = chain(_pages(viewers), _programs(app, snapshot, viewers), _lots(app, snapshot, viewers))
    for viewer, address, make in ahead:
        while traffic.quiet() < _QUIET and not ending.wait(_QUIET / 2):
            pass
        if ending.is_set() or app.state.house.snapshots.current() is not snapshot:
            return made
        made += ask(app, snapshot, viewer, address, make) is not None
    return made


def _pages(viewers: Sequence[Viewer]) -> Iterator[_Ahead]:
    """Viewer by viewer, first of whoever sees all: they are many, and what is dear is theirs together."""
    for viewer in sorted(viewers, key=lambda one: not one.may("see_all_accounts")):
        for address in FIRST:
            needs, show = SCREENS[address.partition("?")[0]]
            if viewer.may(needs):
                yield viewer, address, partial(_with_bar, show=show)


def _with_bar(reading: Reading, show: Show) -> Screen:
    """A page, and what the bar above it names."""
    places_of(reading)
    return show(reading)


def _programs(app: FastAPI, snapshot: Snapshot, viewers: Sequence[Viewer]) -> Iterator[_Ahead]:
    """The programmes that are credited with most: who may see them sees the same."""
    path = "/programs/{program_id}"
    viewer = next((one for one in viewers if one.may(SCREENS[path][0])), None)
    if viewer is not None:
        for one in ask(app, snapshot, viewer, path, programs_ahead) or ():
            yield viewer, path, partial(the_program, program_id=one)


def _lots(app: FastAPI, snapshot: Snapshot, viewers: Sequence[Viewer]) -> Iterator[_Ahead]:
    """The groups of each worklist: a lot of one viewer's after a lot of the other's."""
    lists = [
        [
            (viewer, "/worklist", partial(read_ahead, ids=ids))
            for ids in ask(app, snapshot, viewer, "/worklist", ahead_of) or ()
        ]
        for viewer in viewers
        if viewer.may(SCREENS["/worklist"][0])
    ]
    yield from (lot for lots in zip_longest(*lists) for lot in lots if lot is not None)


def scopes_of(house: House) -> dict[object, Viewer]:
    """A viewer of each scope whose users are signed in, last seen first; no more than are kept."""
    found: dict[object, Viewer] = {}
    for user in users_signed_in(house.store):
        viewer = viewer_for(user)
        found.setdefault(reach_of(viewer), viewer)
    return dict(list(found.items())[:_SCOPES])


def ask(
    app: FastAPI, snapshot: Snapshot, viewer: Viewer, address: str, make: Callable[[Reading], T]
) -> T | None:
    """What is made of an address as this viewer would ask for it, before any template; None if it failed."""
    path, _, query = address.partition("?")
    request = Request(
        {
            **{"type": "http", "method": "GET", "path": path, "query_string": query.encode()},
            **{"headers": [], "scheme": "http", "server": ("127.0.0.1", 0), "path_params": {}, "app": app},
            "state": {"viewer": viewer, "nonce": ""},
        }
    )
    try:
        with Seen(snapshot.folder, viewer) as tables:
            return make(Reading(request, app.state.house, viewer, snapshot, tables))
    except Exception:
        _LOG.warning("%s was not made ready for role %s", path, viewer.role, exc_info=True)
        return None
