"""A company's leads and contacts with everything that makes people hard to recognise, and who each one is.

Two kinds of trouble: one person who looks like several (nicknames, initials, accents, names turned
round, slips, private addresses, moves, promotions), and several who look like one (namesakes at one
account, families that share an address, switchboards, info@).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

GIVEN = """
    James Robert John Michael David William Richard Joseph Thomas Charles Daniel Matthew Anthony Steven
    Andrew Kenneth Joshua Timothy Edward Jeffrey Jacob Nicholas Jonathan Stephen Lawrence Benjamin
    Samuel Gregory Alexander Patrick Raymond Mary Patricia Jennifer Linda Elizabeth Barbara Susan
    Jessica Sarah Karen Margaret Deborah Rebecca Catherine Christine Samantha Katherine Victoria Pamela
    Emily Jürgen Jörg Stefan Andreas Matthias François Élodie José María Søren Åsa Zoë Björn Łukasz
    Paweł Giuseppe Francesco Mohammed Ahmed Fatima Wei Ling Yuki Hiroshi Priya Rahul Anjali Dmitri
    Sergei Natalia Svetlana Olga Ivan Elena Nina Lars Ingrid Hugo
""".split()  # noqa: SIM905
FAMILY = """
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez
    Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark
    Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams
    Nelson Baker Hall Rivera Campbell Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz
    Hoffmann Köhler König Größe Dubois Lefèvre Moreau Girard Rossi Ferrari Bianchi Kowalski Wiśniewski
    Nowak Jørgensen Ångström Lindqvist Novák Dvořák Ivanov Petrov Sokolov Kuznetsov Chen Wang Zhang Liu
    Tanaka Sato Suzuki Patel Singh Sharma Khan Ali Hussain O'Brien O'Connor McDonald Fitzgerald Murphy
    Kelly Cohen Levy Silva Santos Oliveira Costa Pereira
""".split()  # noqa: SIM905
NICKNAMES = {
    "James": "Jim", "Robert": "Bob", "Michael": "Mike", "William": "Bill", "Richard": "Rick",
    "Thomas": "Tom", "Joseph": "Joe", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
    "Steven": "Steve", "Andrew": "Andy", "Kenneth": "Ken", "Edward": "Ted", "Nicholas": "Nick",
    "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg", "Alexander": "Alex", "Patricia": "Pat",
    "Jennifer": "Jen", "Elizabeth": "Liz", "Margaret": "Peggy", "Deborah": "Debbie", "Rebecca": "Becky",
    "Catherine": "Cathy", "Katherine": "Kate", "Victoria": "Vicky", "Giuseppe": "Beppe",
    "Francesco": "Franco", "Dmitri": "Dima", "Natalia": "Natasha", "José": "Pepe",
}  # fmt: skip
CYRILLIC = {
    "Ivanov": "Иванов", "Petrov": "Петров", "Sokolov": "Соколов", "Dmitri": "Дмитрий",
    "Sergei": "Сергей", "Ivan": "Иван", "Olga": "Ольга", "Elena": "Елена", "Svetlana": "Светлана",
}  # fmt: skip
PLAIN = str.maketrans({
    "ü": "ue", "ö": "oe", "ä": "ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "o", "Ø": "O", "å": "a",
    "Å": "A", "é": "e", "É": "E", "è": "e", "ë": "e", "ç": "c", "í": "i", "ł": "l", "Ł": "L", "ś": "s",
    "á": "a", "ř": "r", "'": "",
})  # fmt: skip
_BEGIN = "Brand Hol Kal Mor Ster Vand Wes Ros Ash Cor Del Fran Gar Lind Nor Pel".split()  # noqa: SIM905
_MIDDLE = "en er in o a ing el ar un os i et".split()  # noqa: SIM905
_END = "berg son stein ski ley ton man feld ova ini dahl wood hurst mann quist as".split()  # noqa: SIM905
RANKS = ("Analyst", "Specialist", "Manager", "Senior Manager", "Director", "Head of", "VP", "Chief Officer")
FIELDS = (
    "Finance",
    "IT",
    "Data Engineering",
    "Marketing",
    "Sales",
    "Operations",
    "HR",
    "Procurement",
    "Legal",
)
FREE = ("gmail.com", "outlook.com", "yahoo.com", "gmx.de")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One lead or contact, who it is, and what was done to it."""

    person: int
    kind: str
    given: str | None
    family: str
    email: str | None
    account: str
    domain: str
    title: str | None
    phone: str | None
    street: str | None = None
    postal_code: str | None = None


def draw(people: int, *, seed: int) -> list[Drawn]:
    """So many people, about a third more records; the same seed draws the same."""
    r = random.Random(seed)
    rare = [_made_up(r) for _ in range(people // 3)]
    records: list[Drawn] = []
    for number in range(people):
        account = int(people / 7 * r.random() ** 2)  # few large accounts, many small
        one = _person(r, number, account, rare)
        records.append(one)
        if r.random() < 0.28:
            records += [_again(r, one) for _ in range(r.choice((1, 1, 1, 2)))]
        if r.random() < 0.04:
            records.append(_trap(r, one, people + number))
    records = _one_address_each(r, records)
    r.shuffle(records)
    return records


def with_postal_addresses(records: list[Drawn], *, seed: int) -> list[Drawn]:
    """The same records, two in five with their account's office and one in five with where the person lives.

    A family lives together, and some write their street in another way or with a slip.
    """
    r = random.Random(seed)
    offices = {one.account: _postal(r) for one in records}
    homes = {one.person: _postal(r) for one in records}
    count = max(homes) + 1
    first = {one.person: one for one in records}
    for person in homes:
        other = first.get(person - count // 2)
        if first[person].kind == "family" and other is not None and other.family == first[person].family:
            homes[person] = homes[other.person]
    told = []
    for one in records:
        drawn = r.random()
        if drawn < 0.6:
            street, code = offices[one.account] if drawn < 0.4 else homes[one.person]
            slip = _slip(r, street[:-2]) + street[-2:]
            written = r.choice((street, street, street.replace("Street", "St."), slip))
            told.append(replace(one, street=written, postal_code=code))
        else:
            told.append(one)
    return told


def _postal(r: random.Random) -> tuple[str, str]:
    return f"{_made_up(r)} Street {r.randrange(10, 99)}", f"{r.randrange(10_000, 99_999)}"


def _one_address_each(r: random.Random, records: list[Drawn]) -> list[Drawn]:
    """Number the addresses that two people would share: nobody hands one out twice, nor one like it."""
    owner: dict[str, int] = {}
    told = []
    for one in records:
        local, _, host = (one.email or "").partition("@")
        while (
            local not in {"", "info"}
            and owner.setdefault(_mailbox(f"{local}@{host}"), one.person) != one.person
        ):
            local += str(r.randrange(2, 10))
        told.append(replace(one, email=f"{local}@{host}") if local else one)
    return told


def _mailbox(email: str) -> str:
    return email.replace(".", "").replace("_", "").replace("+news", "")


def _made_up(r: random.Random) -> str:
    return r.choice(_BEGIN) + r.choice(_MIDDLE) + r.choice(("", "", "l", "k", "m")) + r.choice(_END)


def _person(r: random.Random, number: int, account: int, rare: list[str]) -> Drawn:
    given = GIVEN[min(int(r.expovariate(1 / 25)), len(GIVEN) - 1)]
    family = FAMILY[min(int(r.expovariate(1 / 45)), len(FAMILY) - 1)] if r.random() < 0.4 else r.choice(rare)
    domain = f"{_company(account)}.com"
    email = f"{_local(r, given, family)}@{domain}" if r.random() < 0.85 else None
    phone = f"+1 555 {r.randrange(10**7):07d}" if r.random() < 0.4 else None
    if r.random() < 0.15:
        phone = f"+1 444 {account:07d}"  # the switchboard
    return Drawn(number, "first", given, family, email, _company(account), domain, _title(r), phone)


def _company(account: int) -> str:
    return f"firm{account:05d}".translate(str.maketrans("0123456789", "abcdefghij"))


def _title(r: random.Random) -> str | None:
    return f"{r.choice(RANKS)} {r.choice(FIELDS)}" if r.random() < 0.85 else None


def _local(r: random.Random, given: str, family: str) -> str:
    g, f = (n.translate(PLAIN).lower() for n in (given, family))
    return r.choice((f"{g}.{f}", f"{g}.{f}", f"{g[0]}{f}", f"{g}_{f}", f"{g}{f[0]}"))


def _private(r: random.Random, given: str, family: str) -> str:
    g, f = (n.translate(PLAIN).lower() for n in (given, family))
    number = str(r.randrange(60, 99)) if r.random() < 0.5 else ""
    return f"{r.choice((f'{g}.{f}', f'{f}{g}', f'{g}{f}'))}{number}@{r.choice(FREE)}"


def _slip(r: random.Random, text: str) -> str:
    at = r.randrange(1, len(text))
    lost, found = text[:at] + text[at + 1 :], text[:at] + r.choice("aeinrst") + text[at:]
    return r.choice((lost, found, text[:at] + text[at - 1] + text[at:]))


def _again(r: random.Random, one: Drawn) -> Drawn:
    """Another record of the same person, changed in one of the ways in which such records differ."""
    kind = r.choice(CHANGES)
    again = replace(one, kind=kind, title=one.title if r.random() < 0.6 else _title(r))
    again = replace(again, phone=one.phone if r.random() < 0.5 else None)
    given, family = one.given or "", one.family
    company = f"{_local(r, given, family)}@{one.domain}"
    private = _private(r, given, family)
    local, _, host = (one.email or company).partition("@")
    plain = given.translate(PLAIN), family.translate(PLAIN)
    firm = _company(r.randrange(10**4))
    moved = r.choice((f"{_local(r, given, family)}@{firm}.com", private))
    changed: dict[str, dict[str, str | None]] = {
        "separators": {"email": f"{local.replace('.', '_')}+news@{host}"},
        "private address": {"email": private},
        "nickname": {"given": NICKNAMES.get(given, given), "email": r.choice((private, company, None))},
        "initial": {"given": f"{given[0]}.", "email": r.choice((company, None))},
        "slip": {"family": _slip(r, family), "email": r.choice((one.email, private, None))},
        "turned": {"given": family, "family": given, "email": r.choice((private, None))},
        "letters": {
            "given": CYRILLIC.get(given, plain[0]),
            "family": CYRILLIC.get(family, plain[1]),
            "email": private,
        },
        "move": {"account": firm, "domain": f"{firm}.com", "email": moved, "phone": one.phone},
        "shared mailbox": {"email": f"info@{one.domain}"},
        "no address": {"email": None},
    }
    return replace(again, **changed[kind])  # type: ignore[arg-type]


CHANGES = (
    *("separators", "private address", "private address", "nickname", "initial", "slip", "turned"),
    *("letters", "move", "shared mailbox", "no address"),
)


def _trap(r: random.Random, one: Drawn, number: int) -> Drawn:
    """Another person who looks like this one."""
    kind = r.choice(("namesake at the account", "namesake elsewhere", "family", "colleague"))
    given, family = one.given or "", one.family
    other = replace(one, person=number, kind=kind, title=_title(r), phone=None)
    if kind == "namesake at the account":
        local = _local(r, given, family)
        return replace(other, email=f"{local}{r.choice(('2', '3', '.jr'))}@{one.domain}")
    if kind == "namesake elsewhere":
        account = _company(r.randrange(10**4))
        email = f"{_local(r, given, family)}@{account}.com"
        return replace(other, account=account, domain=f"{account}.com", email=email, title=one.title)
    if kind == "family":
        email = f"{family.translate(PLAIN).lower()}family@{FREE[0]}"
        return replace(other, given=r.choice(GIVEN), email=email, phone=one.phone)
    return replace(
        other, given=r.choice(GIVEN), email=f"info@{one.domain}", phone=f"+1 444 {len(one.account):07d}"
    )
