"""Logs of runs without the names of strangers: they tell which ids gave way, and name records by address.

Beside its tables the run in force has the lines that the log of ids may lack (`identity/change_log.py`). So
both are written anew, the log first: killed between them, the log gets a line twice, and the next run takes
the name out of that, too.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import partial
from pathlib import Path

from muster.engine.lock import HOME
from muster.engine.published import open_published
from muster.erasing.rewriting import rewrite
from muster.identity.change_log import CHANGES
from muster.readings.strangers import stand_in
from muster.readings.unnamed import read_key

_ADDRESS = re.compile(r"[^@\s<>,;:\"'()/?&=\[\]{}\\]+@[^@\s<>,;:\"'()/?&=\[\]{}\\]+")
_TEXTS = frozenset({".jsonl", ".json", ".log", ".txt"})


def unname_logs(workspace: Path, stands: Set[str]) -> int:
    """Put their stand-ins in place of strangers' addresses in `.muster/log`; returns files written anew."""
    key = read_key(workspace)
    logs = [file for file in sorted((workspace / HOME / "log").rglob("*")) if file.suffix in _TEXTS]
    files = [*logs, open_published(workspace).folder / CHANGES]
    return sum(rewrite(file, partial(_unnamed, key=key, stands=stands)) for file in files if file.is_file())


def _unnamed(text: str, *, key: bytes, stands: Set[str]) -> str:
    return _ADDRESS.sub(lambda found: _stand(found[0], key, stands), text)


def _stand(said: str, key: bytes, stands: Set[str]) -> str:
    stand = stand_in("address", said.lower(), key)
    return stand if stand in stands else said
