"""A package installed beside Muster, as pip leaves it, and a process that finds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def installed(folder: Path, code: str, group: str, part: str) -> Path:
    """A module and what its package says about itself; returns the folder to put on the path."""
    (folder / "acme_parts.py").write_text(code)
    about = folder / "acme_parts-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-parts\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{group}]\nmine = acme_parts:{part}\n")
    return folder


def run(code: str, *args: str, beside: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a process that finds the package."""
    code = f"import sys; sys.path.append({str(beside)!r})\n{code}"
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=False)
