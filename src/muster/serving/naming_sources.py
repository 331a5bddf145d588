"""What the first steps and *Settings, Sources* show: the sources, what can be read of them, a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from muster.engine.lock import is_held
from muster.problems import MusterError
from muster.serving.first_steps import looked
from muster.serving.reading import House
from muster.serving.scheduling import said
from muster.serving.uploading import UploadRefused
from muster.serving.uploads import is_uploaded, uploaded

FIRST, LATER = "/first-run", "/settings/sources"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not taken: why, and what was asked, so that nobody types it again."""

    words: str
    status: int = 422
    given: dict[str, str] = field(default_factory=dict)


def refusal_of(error: MusterError | UploadRefused, given: dict[str, str]) -> Refusal:
    """An error as what a form was answered with."""
    status = error.status if isinstance(error, UploadRefused) else 422
    return Refusal(f"{error.message} {error.remedy}".strip(), status, given)


def state_of(house: House, *, back: str, refusal: Refusal | None = None) -> dict[str, Any]:
    """What `sources_steps.html` tells."""
    workspace = house.workspace
    try:
        config = house.config
        sources, most, complaint = config.source, config.serve.upload_mb, ""
    except MusterError as error:
        sources, most, complaint = (), 0, f"{error.message} {error.remedy or ''}"
    state, found = looked(workspace)
    return {
        "back": back,
        "is_built": house.snapshots.current() is not None,
        "sources": sources,
        "files": {source.name: uploaded(workspace, source) for source in sources},
        "replaceable": [source.name for source in sources if is_uploaded(source)],
        "upload_mb": most,
        "problem": refusal.words if refusal else complaint,
        "given": refusal.given if refusal else {},
        "state": state,
        "found": found,
        "is_running": is_held(workspace),
        "said": said(workspace)[-4000:],
    }
