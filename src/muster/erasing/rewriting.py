"""A text file written anew in one go: a reader, and whoever is killed midway, has the old one or the new."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path


def rewrite(file: Path, change: Callable[[str], str]) -> bool:
    """Change a file's text, bytes that are no UTF-8 kept as they are; False where nothing was to change."""
    text = file.read_text("utf-8", errors="surrogateescape")
    new = change(text)
    if new == text:
        return False
    draft = file.with_name(f".{file.name}.anew")
    draft.write_text(new, "utf-8", errors="surrogateescape")
    shutil.copymode(file, draft)
    draft.replace(file)
    return True
