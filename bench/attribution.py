"""Time attribution models on generated journeys beside other packages, and say how far each is from exact.

    python bench/attribution.py                  100,000 and 1,000,000 journeys, every package
    python bench/attribution.py 100000           that many journeys

Journeys have a mean of 5 touches of 12 channels, and a tenth converts. Each measurement is a process of its
own that reads the same file. CPU seconds are the model's alone, without reading and importing; peak memory is
the whole process's. Other packages live in an environment of this benchmark's own (build/attribution), made
on first use; one that does not install or ends in an error is named. `off` is the largest error of any
channel's credit in parts of that credit, against the exact answer (fractions, or the chain solved).
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "attribution"
PACKAGES = ("channelattribution", "matplotlib", "marketing-attribution-models", "mta", "do-attribution")
PACKAGES += ("shapley-attribution",)
LIMIT = 600  # processor seconds for one measurement: a busy machine takes nobody out of the table

HEAD = f"""
import contextlib, io, itertools, json, resource, sys, warnings
warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_CPU, ({LIMIT}, {LIMIT + 1}))
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
"""
TAIL = """
spent, total = cpu() - begun, sum(map(float, credit.values()))
# Of this process alone: ru_maxrss would take over what the one that began it held.
[peak] = [int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")]
shares = {str(c): float(v) / total for c, v in credit.items()}
print(json.dumps({"cpu": spent, "peak": peak, "shares": shares}))
"""
OURS = """
from pathlib import Path
from muster.attribution import markov, positions, shapley
from muster.attribution.table import read_paths
paths = read_paths(Path(sys.argv[1])).paths
begun = cpu()
"""
FRAME = """
import pandas as pd
table = pd.read_csv(sys.argv[1])
"""
MTA = """
import mta
table = table.rename(columns={"conversions": "total_conversions", "nulls": "total_null"})
begun = cpu()
with contextlib.redirect_stdout(io.StringIO()):
"""
CHANNEL = "import ChannelAttribution as c\nbegun = cpu()\n"
MARKOV = (
    "c.markov_model(table, 'path', 'conversions', var_null='nulls', order={}, verbose=False, flg_pro=False)"
)
RULES, SHAPLEY = "rules (first, last, linear, 40/20/40)", "Shapley"

# what is asked -> who is asked -> the code that makes `credit` out of the file, with `begun` before the model
CODE: dict[str, dict[str, str]] = {
    RULES: {
        "Muster": OURS
        + "told = positions.by_position(paths)['linear']\n"
        + "credit = dict(zip(paths.channels, told.conversions))\n",
        "ChannelAttribution (without 40/20/40)": FRAME
        + CHANNEL
        + "told = c.heuristic_models(table, 'path', 'conversions', flg_pro=False)\n"
        + "credit = dict(zip(told['channel_name'], told['linear_touch']))\n",
        "mta": FRAME
        + MTA
        + "    m = mta.MTA(table, allow_loops=True, add_timepoints=False)\n"
        + "    m.first_touch(normalize=False).last_touch(normalize=False).position_based(normalize=False)\n"
        + "    m.linear(share='proportional', normalize=False)\n"
        + "credit = m.attribution['linear']\n",
    },
    SHAPLEY: {
        "Muster": OURS
        + "told = shapley.shapley(paths)\ncredit = dict(zip(paths.channels, told.conversions))\n",
        "shapley-attribution (closed form)": FRAME
        + "from shapley_attribution.models import SimplifiedShapleyAttribution as S\n"
        + "journeys = [path.split(' > ') for path in table['path'][table['conversions'] > 0]]\n"
        + "begun = cpu()\ncredit = S(normalize=False).fit(journeys).get_attribution()\n",
        "shapley-attribution (Monte Carlo, a fitted game of its own)": FRAME
        + "from shapley_attribution.models import MonteCarloShapleyAttribution as S\n"
        + "journeys = [path.split(' > ') for path in table['path']]\n"
        + "begun = cpu()\nmodel = S(random_state=1).fit(journeys, table['conversions'])\n"
        + "credit = model.get_attribution()\n",
    },
}
for order in (1, 2):
    CODE[f"Markov, order {order}"] = {
        "Muster": OURS + f"credit = dict(zip(paths.channels, markov.removal_effects(paths, {order})))\n",
        "ChannelAttribution (simulates)": FRAME
        + CHANNEL
        + f"told = {MARKOV.format(order)}\n"
        + "told = told[0] if isinstance(told, (list, tuple)) else told\n"
        + "credit = dict(zip(told['channel_name'], told['total_conversions']))\n",
        "do-attribution": FRAME
        + "import do_attribution as d\n"
        + "told = [' > '.join(s for s, _ in itertools.groupby(p.split(' > '))) for p in table['path']]\n"
        + f"begun = cpu()\nmodel = d.MarkovAttribution(order={order}, removal_strategy='redirect_to_null')\n"
        + "credit = model.fit(told, table['conversions'].tolist())['removal_effects']\n",
    }
CODE["Markov, order 1"] |= {
    "marketing-attribution-models": FRAME
    + "import mam\nbegun = cpu()\n"
    + "table['all'] = 1\n"
    + "told = mam.MAM(table, 'grouped_journey', 'path', 'conversions', occurrences_colname='all')\n"
    + "told = told.run_markov().to_pandas()\ncredit = dict(zip(told.iloc[:, 0], told.iloc[:, 1]))\n",
    "mta": FRAME
    + MTA
    + "    m = mta.MTA(table, allow_loops=False, add_timepoints=False).markov(sim=False)\n"
    + "credit = m.attribution['markov']\n",
}


def journeys(count: int) -> Path:
    """The file of that many journeys, made on first use."""
    file = BUILD / f"journeys-{count}.csv"
    if file.is_file():
        return file
    BUILD.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(count)
    names = np.array([f"channel_{n:02d}" for n in range(12)])
    lengths = random.geometric(0.2, size=count)
    steps = names[random.choice(12, size=lengths.sum(), p=random.dirichlet(np.full(12, 2.0)))]
    won = (random.random(count) < 0.1).astype(int)
    cents = (100 * random.lognormal(4, 1, count)).astype(int) * won
    with file.open("w") as lines:
        lines.write("path,conversions,value,nulls\n")
        for path, yes, value in zip(np.split(steps, np.cumsum(lengths)[:-1]), won, cents, strict=True):
            lines.write(f"{' > '.join(path)},{yes},{value / 100:.2f},{1 - yes}\n")
    return file


def others() -> Path:
    """The Python that has the other packages, made on first use; one that does not install is named."""
    python = BUILD / "environment" / "bin" / "python"
    if not python.is_file():
        venv.create(BUILD / "environment", with_pip=True)
        for package in PACKAGES:
            done = subprocess.run([python, "-m", "pip", "install", "-q", package], check=False)
            if done.returncode:
                print(f"{package} does not install here", file=sys.stderr)
    return python


def measure(python: Path | str, code: str, file: Path) -> dict[str, object] | str:
    """What one process found, or why it found nothing."""
    done = subprocess.run(
        [python, "-c", HEAD + code + TAIL, file], capture_output=True, text=True, check=False
    )
    if done.returncode == -signal.SIGXCPU:
        return f"not done after {LIMIT} CPU s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["ended without a word"])[-1][:80]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def off(shares: dict[str, float], exact: dict[str, float]) -> float:
    """The largest error of a channel in parts of its exact share."""
    return max(abs(shares.get(channel, 0.0) - share) / share for channel, share in exact.items())


def main() -> None:
    """Measure all and print one table."""
    python = others()
    print("| journeys | model | package | CPU s | peak MB | off |\n|---|---|---|---|---|---|")
    for count in [int(asked) for asked in sys.argv[1:]] or [100_000, 1_000_000]:
        file = journeys(count)
        for model, asked in CODE.items():
            exact: dict[str, float] = {}
            for package, code in asked.items():
                found = measure(sys.executable if package == "Muster" else python, code, file)
                place = f"| {count:,} | {model} | {package} |"
                if isinstance(found, str):
                    print(f"{place} {found} |  |  |", flush=True)
                    continue
                shares = found["shares"]
                assert isinstance(shares, dict)
                exact = exact or shares  # ours come first: tests hold them to exact fractions
                away = off(shares, exact)
                print(f"{place} {found['cpu']:.2f} | {found['peak']:,.0f} | {away:.1e} |", flush=True)


if __name__ == "__main__":
    main()
