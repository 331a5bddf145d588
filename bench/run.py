"""Time the whole flow on generated companies: CPU seconds, wall and peak memory of each step, rows a second.

    python bench/run.py                            1 million engagements
    python bench/run.py 1000000 10000000           both sizes, and the growth between them
    python bench/run.py 1000000 --repeat 3         medians of three runs
    python bench/run.py --folder FOLDER            a company that generate.py made elsewhere

Each run is a process of its own, so that its CPU seconds and peak memory are its own. Companies are
generated once into bench/data (about 150 MB for each million engagements) and used again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import muster

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


@dataclass(frozen=True)
class Step:
    """What a step took; its peak is of the whole process while it ran."""

    cpu: float
    wall: float
    peak_mb: float


@dataclass(frozen=True)
class Run:
    """One run: its steps by name, and the whole of it, with what comes before and after the steps."""

    steps: dict[str, Step]
    whole: Step
    engagements: int


def measure(folder: Path) -> Run:
    """One run in a process of its own."""
    started = perf_counter()
    with subprocess.Popen(
        [sys.executable, __file__, "--folder", str(folder), "--once"], stdout=subprocess.PIPE, text=True
    ) as run:
        said = run.stdout.read() if run.stdout else ""
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise SystemExit(f"The run on {folder} failed.")
    found = json.loads(said.splitlines()[-1])
    steps = {name: Step(*figures) for name, figures in found["steps"].items()}
    peak = max(usage.ru_maxrss / 1024, *(step.peak_mb for step in steps.values()))
    whole = Step(usage.ru_utime + usage.ru_stime, perf_counter() - started, peak)
    return Run(steps, whole, found["engagements"])


def once(folder: Path) -> None:
    """Run the flow here and print, as JSON, what each step took; heavy tables are told as they end."""
    steps: dict[str, list[float]] = {}
    last = [process_time(), perf_counter()]

    def progress(step: str, table: str, rows: int) -> None:
        now = [process_time(), perf_counter()]
        cpu, wall, peak = now[0] - last[0], now[1] - last[1], _peak_mb()
        last[:] = now
        own = steps.setdefault(step, [0.0, 0.0, 0.0])
        own[:] = own[0] + cpu, own[1] + wall, max(own[2], peak)
        if cpu >= 5:
            told = (
                f"  {step:<10}{table:<24}{rows:>12,} rows {cpu:>7.1f} CPU s {wall:>7.1f} s {peak:>7,.0f} MB"
            )
            print(told, file=sys.stderr, flush=True)

    result = muster.open(folder).run(progress=progress)
    print(json.dumps({"steps": steps, "engagements": result.rows["resolved_engagement"]}))


def _peak_mb() -> float:
    """The most memory held since this was asked last; since the beginning where Linux is not the system."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    [peak] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    Path("/proc/self/clear_refs").write_text("5")  # begin anew
    return int(peak.split()[1]) / 1024


def main() -> None:
    """Measure every size asked for and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("engagements", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="a company made already, in place of sizes")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.once:
        once(args.folder)
        return
    cpu: dict[int, float] = {}
    for folder in [args.folder] if args.folder else map(company, args.engagements):
        runs = [measure(folder) for _ in range(args.repeat)]
        size = runs[0].engagements
        print(f"\n{size:,} engagements, median of {args.repeat}")
        for name in runs[0].steps:
            _tell(name, [run.steps[name] for run in runs])
        whole = _tell("whole", [run.whole for run in runs])
        cpu[size] = whole.cpu
        print(f"  {size / whole.wall:,.0f} engagements a second")
    if len(cpu) > 1:
        small, large = min(cpu), max(cpu)
        print(f"\nCPU grows {cpu[large] / cpu[small]:.1f} times from {small:,} to {large:,} engagements.")


def _tell(name: str, steps: list[Step]) -> Step:
    """Print and return the median of each figure."""
    cpu, wall, peak = (
        median(getattr(step, figure) for step in steps) for figure in ("cpu", "wall", "peak_mb")
    )
    print(f"  {name:<10}{cpu:>10.1f} CPU s{wall:>10.1f} s{peak:>10,.0f} MB")
    return Step(cpu, wall, peak)


if __name__ == "__main__":
    main()
