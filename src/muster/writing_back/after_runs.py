"""While the app serves: fields that are on are written once a run is in force, the rest when it is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from muster.config.reading import read_config
from muster.config.settings import CrmConfig
from muster.engine.published import open_published
from muster.messages.sending import OWN_NAME, Clock, utc_now
from muster.problems import WrongUse
from muster.store.crm_fields import ON
from muster.store.crm_log import is_undoing
from muster.store.opening import Store
from muster.writing_back.crm import Crm
from muster.writing_back.salesforce import Salesforce
from muster.writing_back.sending import Tally, send_due
from muster.writing_back.told import told
from muster.writing_back.write import field_states, write_back

_LOG = logging.getLogger("muster.writing_back")
_SECONDS = 60
_PAUSE = timedelta(minutes=10)  # after a round that went wrong: who refuses us is not asked each minute


@contextmanager
def writing_after_runs(workspace: Path, store: Store) -> Iterator[None]:
    """Write once a minute, where there is something to, while the block lasts."""
    writer = AfterRuns(workspace, store)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(writer.safely, "interval", seconds=_SECONDS, coalesce=True, max_instances=1)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@dataclass(slots=True)
class AfterRuns:
    """Writes back by each run that comes into force, where a field is on and the secrets are there."""

    workspace: Path
    store: Store
    reach: Callable[[CrmConfig], Crm] = Salesforce
    clock: Clock = utc_now
    _written: str = ""
    _not_before: datetime | None = None

    def safely(self) -> None:
        """One round; what goes wrong is in the server's log, and is tried again after a while."""
        try:
            if self._not_before is None or self.clock() >= self._not_before:
                self.round()
                self._not_before = None
        except Exception:
            self._not_before = self.clock() + _PAUSE
            _LOG.exception("nothing was written back")

    def round(self) -> Tally | None:
        """Write by a run that is new, else what is due, as what a person took back; None where nothing is on
        or on its way back, or no secret is there.
        """
        config = read_config(self.workspace)
        is_on = ON in field_states(self.store, config).values()
        if not is_on and not is_undoing(self.store):
            return None
        try:
            crm = self.reach(config.crm_write_back)
            run_id = open_published(self.workspace).manifest["run_id"]
        except WrongUse:
            return None
        if not is_on or run_id == self._written:
            return send_due(self.store, crm, fields=config.crm_write_back.field, clock=self.clock)
        done = write_back(self.workspace, self.store, config, crm, by=OWN_NAME, clock=self.clock)
        self._written = run_id
        _LOG.info("run %s: %s", run_id, told(done.run))
        return done.tally
