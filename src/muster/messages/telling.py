"""While the app serves: what a run brought is told once it is in force, what is due is sent every minute."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from muster.config.reading import read_config
from muster.engine.published import open_published
from muster.engine.run_log import last_entry
from muster.messages.outbox import note_happenings, send_messages
from muster.messages.sending import Clock, Tally, utc_now
from muster.problems import WrongUse
from muster.store.opening import Store

_LOG = logging.getLogger("muster.messages")
_SECONDS = 60


@contextmanager
def telling(workspace: Path, store: Store) -> Iterator[None]:
    """Tell and send once a minute while the block lasts; several apps of one workspace do not tell twice."""
    teller = Teller(workspace, store)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(teller.safely, "interval", seconds=_SECONDS, coalesce=True, max_instances=1)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@dataclass(slots=True)
class Teller:
    """Looks for news when there may be some: another run in force, a run that failed, another day."""

    workspace: Path
    store: Store
    clock: Clock = utc_now
    _looked_at: tuple[str, str, date] | None = None

    def safely(self) -> None:
        """One round; what goes wrong is in the server's log, and the next round tries again."""
        try:
            self.round()
        except Exception:
            _LOG.exception("messages were not told")

    def round(self) -> Tally:
        """Note what is new, where something may be, and send what is due."""
        config = read_config(self.workspace)
        now = self.clock()
        state = self._state(now.date())
        if state is not None and state != self._looked_at:
            note_happenings(self.workspace, self.store, config, now=now)
            self._looked_at = state
        return send_messages(
            self.store,
            config,
            public_url=config.serve.public_url or "",
            workspace=self.workspace,
            clock=self.clock,
        )

    def _state(self, today: date) -> tuple[str, str, date] | None:
        """What news can come of; None before the first run."""
        try:
            run_id = open_published(self.workspace).manifest["run_id"]
        except WrongUse:
            return None
        last = last_entry(self.workspace) or {}
        return run_id, str(last.get("started_at")), today
