"""Make the two bundled files that company names are read with, from public data (both CC0).

    python -m bench.quality.companies_data

`legal_forms.csv` comes from GLEIF's list of entity legal forms, `word_counts.csv` from the words of one
half of GLEIF's technology entities; the other half is what `companies.py` measures on.
"""
# ruff: noqa: RUF001 - letters of other scripts are what this is about

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

from bench.quality.companies_pairs import gleif_entities, in_test_half, shared

from muster.readings.companies.vocabulary import words_of
from muster.readings.companies.words import words

HERE = Path(__file__).parents[2] / "src" / "muster" / "readings" / "companies"

# A written-out form is a legal form when it speaks of what companies are; words that tell one kind of
# organisation from another (bank, school, fund ...) are part of its name and never stripped.
_KIND = re.compile(
    r"\b(limited|ltd|compan\w+|corporation|incorporated|gesellschaft|aktiengesellschaft|kommanditgesellschaft"
    r"|handelsgesellschaft|sociedad|sociedade|societ\w+|sociét\w+|spol\w*|spółka|aktiebolag|aktieselskab"
    r"|aksjeselskap|anpartsselskab|osakeyhti\w+|vennootschap|társaság|részvénytársaság|druž\w+|društvo|дру\w+"
    r"|общество|общества|товариство|εταιρ\w+|limitada|anonim\w*|şirketi|bendrovė|sabiedrība|partnership"
    r"|osaühing|aktsiaselts|handelsbolag|kommanditbolag|unternehmergesellschaft|公司|会社|회사)\b",
    re.IGNORECASE,
)
_NAMES_A_KIND = re.compile(
    r"bank|banc|banq|univers|school|hospital|trust|fund|fond|church|relig|museum|chamber|insur|assur|vers"
    r"icherung|seguro|coop|koop|credit|cr[eé]dit|union|foundation|stiftung|association|society|pension"
    r"|invest|capital|mutual|saving|public|government|state|foreign|étrang|estran|ausl|zahran|branch|agric"
    r"|profession|medical|exempt|special|labuan|building|loan|broker|risque|riesgo|fiduc|immobil|fastighet"
    r"|sport|housing|wohn|bau|real estate|mining|fishing|transport|collective|protected|segregated|sicav"
    r"|co.op|develop|statut|mixte|caisse",
    re.IGNORECASE,
)
# Abbreviations of the list that are also names, words or numbers: never stripped.
_AMBIGUOUS = words_of("no_form")
# Short forms that are beyond doubt where they stand last, whatever else they may mean elsewhere.
_SURE = words_of("form")
# Forms in wide use that neither GLEIF's list of 2021 nor cleanco spells like this.
_ALSO = {
    "CN": ("co ltd", "company limited", "有限公司", "有限责任公司", "股份有限公司"),
    "JP": (
        "kabushiki kaisha",
        "k k",
        "kk",
        "godo kaisha",
        "株式会社",
        "有限会社",
        "合同会社",
        "(株)",
        "(有)",
    ),
    "KR": ("주식회사", "유한회사", "(주)", "(유)"),
    "TW": ("股份有限公司", "有限公司"),
    "RU": ("ооо", "оао", "зао", "пао", "ао", "ooo", "oao", "zao", "pao", "jsc", "pjsc", "ojsc", "cjsc"),
    "UA": ("тов", "тзов", "пат", "прат", "tov"),
    "AE": ("fze", "fzco", "fz llc", "fzc", "dmcc", "wll"),
    "DE": (
        "mbh",
        "gesellschaft mbh",
        "haftungsbeschrankt",
        "ug",
        "co kg",
        "gmbh und co kg",
        "gmbh and co kg",
    ),
    "IN": ("pvt", "private limited", "pvt ltd", "private ltd", "p ltd"),
    "SG": ("pte", "pte ltd", "private limited"),
    "AU": ("pty", "pty ltd", "proprietary limited"),
    "IT": ("srls", "a responsabilita limitata", "in liquidazione", "unipersonale", "societa per azioni"),
    "PL": ("sp zoo", "spolka z oo", "spolka z ograniczona odpowiedzialnoscia", "spolka akcyjna"),
    "TR": ("ltd sti", "limited sirketi", "anonim sirketi", "as", "a s"),
    "ES": ("slu", "sau", "sociedad limitada", "sociedad anonima", "s a u", "s l u"),
    "FR": ("sasu", "eurl", "ste"),
    "BR": ("eireli", "ltda me", "s a", "me", "epp"),
    "US": ("l l c", "pllc", "pbc"),
    "SE": ("aktiebolag", "publ"),
    "VN": ("cong ty tnhh", "cong ty co phan"),
    "ID": ("perseroan terbatas", "tbk"),
    "": ("co inc", "and co", "and company", "and cie", "cie", "und co", "et cie", "y cia", "i s", "a s"),
}


def legal_forms() -> dict[tuple[str, ...], set[str]]:
    """Every form as words, with the countries (ISO 3166) that have it."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    with (shared() / "gleif_legal_forms" / "elf_code_list_v1.4.1.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            country = row["Country Code (ISO 3166-1)"]
            written_out = (
                row["Entity Legal Form name Local name"],
                row["Entity Legal Form name Transliterated name (per ISO 01-140-10)"],
            )
            for said in written_out:
                form = words(re.sub(r"\(.*?\)", "", said))
                if _KIND.search(said) and not _NAMES_A_KIND.search(said) and 1 <= len(form) <= 6:
                    found[form].add(country)
            short = row["Abbreviations Local language"], row["Abbreviations transliterated"]
            for said in ";".join(short).replace(",", ";").split(";"):
                form = words(said)
                compact = "".join(form)
                is_name = compact in _AMBIGUOUS and compact not in _SURE
                if form and len(compact) >= 2 and not is_name and not _NAMES_A_KIND.search(said):
                    found[form].add(country)
    for country, forms in _ALSO.items():
        for said in forms:
            found[words(said)].add(country)
    return {form: {c for c in countries if c} for form, countries in found.items() if form}


def word_counts(least: int = 3) -> Counter[str]:
    """How many of the training half's names have a word."""
    counts: Counter[str] = Counter()
    for entity in gleif_entities():
        if not in_test_half(entity.lei):
            counts.update(set(words(entity.name)))
    return Counter({word: n for word, n in counts.items() if n >= least})


def main() -> None:
    """Write both files."""
    forms = legal_forms()
    with (HERE / "legal_forms.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("form", "countries"))
        out.writerows((" ".join(form), " ".join(sorted(forms[form]))) for form in sorted(forms))
    counts = word_counts()
    names = sum(not in_test_half(entity.lei) for entity in gleif_entities())
    with (HERE / "word_counts.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("word", "names"))
        out.writerow(("", names))
        out.writerows(sorted(counts.items()))
    print(f"{len(forms)} legal forms, {len(counts)} words of {names} names")


if __name__ == "__main__":
    main()
