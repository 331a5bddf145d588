"""What became of a run's values, in one line: for the log of runs, the page, the command line, the server."""

from __future__ import annotations

from muster.store.crm_log import Counted


def told(counted: Counted) -> str:
    """How many values of how many records were written, and how many wait.

    >>> told(Counted(written=12, records=4, waiting=1))
    '12 values of 4 records written, 1 waits'
    >>> told(Counted(written=1, records=1))
    '1 value of 1 record written, none waits'
    """
    values = f"{counted.written:,} {'value' if counted.written == 1 else 'values'}"
    records = f"{counted.records:,} {'record' if counted.records == 1 else 'records'}"
    waits = f"{counted.waiting:,} {'waits' if counted.waiting == 1 else 'wait'}"
    return f"{values} of {records} written, {waits if counted.waiting else 'none waits'}"
