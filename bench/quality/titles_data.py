"""O*NET's titles with the function of their occupation, and IPOD's words with what three experts called them.

Both are CC BY 4.0. A title is in the test part by a checksum of its letters, the same on every machine.
"""

from __future__ import annotations

import csv
import zlib
from collections import defaultdict

from bench.quality.companies_pairs import shared

FUNCTIONS = ("finance", "procurement", "hr", "marketing", "sales", "it", "operations", "engineering")
OTHER = "other"
# What our words for functions mean in O*NET: operations is whoever runs production, transport, customer
# service and the office; procurement buys, and lawyers and compliance see to the contract (rules/titles.csv).
# The longest beginning of a code that is listed counts; what is not (health, teaching, building) is other.
_SOC = {
    "11-2011": "marketing", "11-2021": "marketing", "11-2022": "sales", "11-2032": "marketing",
    "11-2031": "marketing", "11-3012": "operations", "11-3013": "operations", "11-3021": "it",
    "11-3031": "finance", "11-3051": "operations", "11-3061": "procurement", "11-3071": "operations",
    "11-3111": "hr", "11-3121": "hr", "11-3131": "hr", "11-1021": "operations", "11-2033": "marketing",
    "11-9041": "engineering", "11-9121": "engineering",
    "13-1020": "procurement", "13-1021": "procurement", "13-1022": "procurement", "13-1023": "procurement",
    "13-1071": "hr", "13-1075": "hr", "13-1141": "hr", "13-1151": "hr", "13-1081": "operations",
    "13-1161": "marketing", "13-1051": "finance", "13-2": "finance",
    "15-1211": "it", "15-1212": "it", "15-123": "it", "15-124": "it", "15-1299": "it",
    "15-1221": "engineering", "15-1251": "engineering", "15-1252": "engineering", "15-1253": "engineering",
    "15-1254": "engineering", "15-1255": "engineering", "15-2": "engineering", "17-": "engineering",
    "27-3031": "marketing", "27-3043": "marketing", "41-": "sales",
    "43-3": "finance", "43-3061": "procurement", "43-4161": "hr", "43-5": "operations",
    "43-": "operations", "51-": "operations", "53-": "operations", "49-1": "operations",
    "23-1011": "procurement", "23-2": "procurement", "13-1041": "procurement",
}  # fmt: skip


def function_of(code: str) -> str:
    """The function of an O*NET-SOC code such as 11-3031.01."""
    for length in range(len(code), 2, -1):
        if code[:length] in _SOC:
            return _SOC[code[:length]]
    return OTHER


def onet_titles() -> dict[str, str]:
    """Every distinct title with its function; titles of more than one function are left out."""
    folder, functions = shared() / "onet_titles", defaultdict(set)
    columns = {"Alternate_Titles": "Alternate Title", "Sample_of_Reported_Titles": "Reported Job Title"}
    for name, column in columns.items():
        with (folder / f"{name}.txt").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                functions[row[column].strip()].add(function_of(row["O*NET-SOC Code"]))
    return {title: min(found) for title, found in sorted(functions.items()) if len(found) == 1}


def ipod_words() -> dict[str, str]:
    """Words on which all three experts agree: RES (level), FUN (function) or other."""
    with (shared() / "ipod_title_tokens" / "gazetteer.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["A1"] == row["A2"] == row["A3"]]
    return {row["Title"]: row["A1"] if row["A1"] in {"RES", "FUN"} else OTHER for row in rows}


def part_of(title: str) -> str:
    """`test` (one in five), `tune` (one in ten, to set how sure is sure) or `train`."""
    number = zlib.crc32(title.lower().encode()) % 10
    return "test" if number < 2 else "tune" if number == 2 else "train"
