"""Time the whole flow on generated companies: seconds of each step, CPU seconds, peak memory, rows a second.

    python bench/run.py                            1 million engagements
    python bench/run.py 1000000 10000000           both sizes, and the growth between them
    python bench/run.py 1000000 --repeat 3         medians of three runs

Each run is a process of its own, so that its CPU seconds and peak memory are its own. Companies are
generated once into bench/data (about 150 MB for each million engagements) and used again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

HERE = Path(__file__).parent
DATA = HERE / "data"


def company(engagements: int) -> Path:
    """The generated company of that size, made on first use."""
    folder = DATA / f"{engagements}"
    if not (folder / "muster.toml").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, str(HERE / "generate.py"), str(folder), "--engagements", str(engagements)],
            check=True,
        )
    return folder


def measure(folder: Path) -> dict[str, float]:
    """One run in a process of its own: seconds by step, CPU seconds, peak memory in MB, engagements."""
    code = (
        "import json, sys, muster; ws = muster.open(sys.argv[1]); result = ws.run(); "
        "print(json.dumps({**result.seconds, 'engagements': result.rows['resolved_engagement']}))"
    )
    started = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True
    ) as run:
        said = run.stdout.read() if run.stdout else ""
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise SystemExit(f"The run on {folder} failed.")
    figures: dict[str, float] = json.loads(said.splitlines()[-1])
    figures["wall"] = perf_counter() - started
    figures["cpu"] = usage.ru_utime + usage.ru_stime
    figures["peak_mb"] = usage.ru_maxrss / 1024
    return figures


def main() -> None:
    """Measure every size asked for and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("engagements", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--repeat", type=int, default=1)
    args = parser.parse_args()
    cpu: dict[int, float] = {}
    for size in args.engagements:
        folder = company(size)
        runs = [measure(folder) for _ in range(args.repeat)]
        figures = {name: median(run[name] for run in runs) for name in runs[0]}
        cpu[size] = figures["cpu"]
        print(f"\n{size:,} engagements, median of {args.repeat}")
        for name, value in figures.items():
            if name not in {"wall", "cpu", "peak_mb", "engagements"}:
                print(f"  {name:<10}{value:>10.1f} s")
        print(f"  {'wall':<10}{figures['wall']:>10.1f} s")
        print(f"  {'CPU':<10}{figures['cpu']:>10.1f} s")
        print(f"  {'peak':<10}{figures['peak_mb']:>10,.0f} MB")
        print(f"  {'rows':<10}{figures['engagements'] / figures['wall']:>10,.0f} engagements a second")
    if len(cpu) > 1:
        small, large = min(cpu), max(cpu)
        print(f"\nCPU grows {cpu[large] / cpu[small]:.1f} times from {small:,} to {large:,} engagements.")


if __name__ == "__main__":
    main()
