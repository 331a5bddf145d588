"""Logs of runs without the names of strangers: they tell which ids gave way, and name records by address.

Beside its tables the run in force has the lines that the log of ids may lack (`identity/change_log.py`). So
both are written anew, the log first: killed between them, the log gets a line twice, and the next run takes
the name out of that, too.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Set
from pathlib import Path

from muster.engine.lock import HOME
from muster.engine.published import open_published
from muster.identity.change_log import CHANGES
from muster.readings.strangers import stand_in
from muster.readings.unnamed import read_key

_ADDRESS = re.compile(r"[^@\s<>,;:\"'()/?&=\[\]{}\\]+@[^@\s<>,;:\"'()/?&=\[\]{}\\]+")
_TEXTS = frozenset({".jsonl", ".json", ".log", ".txt"})


def unname_logs(workspace: Path, stands: Set[str]) -> int:
    """Put their stand-ins in place of strangers' addresses in `.muster/log`; returns files written anew."""
    key = read_key(workspace)
    written = 0
    logs = [file for file in sorted((workspace / HOME / "log").rglob("*")) if file.suffix in _TEXTS]
    for file in [*logs, open_published(workspace).folder / CHANGES]:
        if not file.is_file():
            continue
        text = file.read_text("utf-8", errors="surrogateescape")
        new = _ADDRESS.sub(lambda found: _stand(found[0], key, stands), text)
        if new != text:
            draft = file.with_name(f".{file.name}.unnaming")
            draft.write_text(new, "utf-8", errors="surrogateescape")
            shutil.copymode(file, draft)
            draft.replace(file)
            written += 1
    return written


def _stand(said: str, key: bytes, stands: Set[str]) -> str:
    stand = stand_in("address", said.lower(), key)
    return stand if stand in stands else said
