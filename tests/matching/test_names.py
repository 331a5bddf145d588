"""Names as people of many countries write them, twice: which are recognised, and which stay two."""

from __future__ import annotations

import doctest
from dataclasses import replace

import pytest
from bench.quality.people_drawn import Drawn, draw
from bench.quality.people_sets import candidates, matched_people

from muster.identity.matching import letters, names

Name = tuple[str | None, str]  # given and family name
# As a contact has it and as a form was filled in: no address, the same account and title.
ONE_PERSON: list[tuple[Name, Name]] = [
    (("Jürgen", "Müller-Lüdenscheidt"), ("Juergen", "Mueller-Luedenscheidt")),
    (("Åsa", "Ångströmsson"), ("Aasa", "Angstromsson")),
    (("Øyvind", "Bjørnstadson"), ("Oyvind", "Bjoernstadson")),
    (("Đặng", "Nguyễnthanh"), ("Dang", "Nguyenthanh")),
    (("José María", "García Lorcano"), ("Jose", "Garcia Lorcano")),
    (("Сергей", "Шереметьевский"), ("Sergei", "Sheremetevsky")),
    (("Дмитрий", "Чайковский"), ("Dmitry", "Tchaikovsky")),
    (("Юлия", "Хрущёва"), ("Yulia", "Khrushcheva")),
    (("Алексей", "Щербаков"), ("Alexey", "Shcherbakov")),
    (("Олександр", "Жуковенко"), ("Oleksandr", "Zhukovenko")),
    (("小明", "王"), ("Xiaoming", "Wang")),
    ((None, "张伟丽"), ("Weili", "Zhang")),
    (("Xiuying", "Ouyang"), ("秀英", "欧阳")),
    (("Haruka", "Satomura"), ("はるか", "さとむら")),
    (("민준", "김"), ("Minjun", "Kim")),
    ((None, "최서연"), ("Seoyeon", "Choi")),
    (("Ελένη", "Παπαδοπούλου"), ("Eleni", "Papadopoulou")),
    (("Robert", "Quillfeather"), ("Bob", "Quillfeather")),
    (("Margaret", "Thistlewood"), ("Peggy", "Thistlewood")),
    (("Francisco", "Zubizarreta"), ("Paco", "Zubizarreta")),
    (("Ekaterina", "Volkonskaya"), ("Katya", "Volkonskaya")),
    (("Mohammed", "Al-Fayedi"), ("Muhammad", "Al Fayedi")),
    (("Ingeborg", "Haldorsdottir"), ("Haldorsdottir", "Ingeborg")),
    (("Wei", "Zhuangzi"), ("Zhuangzi", "Wei")),
    (("Benedetta", "Castelvecchi"), ("B.", "Castelvecchi")),
    (("Xaver", "Kirchgassner"), ("X", "Kirchgassner")),
    (("Jean-Pierre", "Beaumarchais"), ("Jeanpierre", "Beaumarchais")),
    (("Dr. Liesl", "van der Berghe"), ("Liesl", "Vanderberghe")),
    (("Siobhan", "O'Shaughnessy"), ("Siobhan", "O\u2019Shaughnessy")),
    ((None, "Persephone Marchetti"), ("Persephone", "Marchetti")),
]
TWO_PEOPLE: list[tuple[Name, Name]] = [
    (("Maria", "Lindqvistova"), ("Marta", "Lindqvistova")),
    (("Alexander", "Rosenkrantz"), ("Alexandra", "Rosenkrantz")),
    (("Hugo", "Montalbano"), ("Ugo", "Montalbini")),
    (("小明", "林"), ("小红", "林")),
    (("Иван", "Белинский"), ("Игорь", "Белинский")),
]
# What is known to fail: see docs/explanation/matching.md.
NOT_YET: list[tuple[Name, Name]] = [
    (("健", "田中"), ("Ken", "Tanaka")),
    (("محمد", "الفايد"), ("Mohammed", "Alfayed")),
]


@pytest.fixture(scope="module")
def told() -> dict[tuple[Name, Name], bool]:
    """Whether each pair of names is one person, all weighed together among a crowd of others."""
    pairs = [*ONE_PERSON, *TWO_PEOPLE, *NOT_YET]
    drawn = draw(600, seed=3)
    for number, pair in enumerate(pairs):
        first = Drawn(0, "", *pair[0], None, f"house{number}", f"house{number}.com", "Head of Grain", None)
        drawn += [replace(first, given=given, family=family) for given, family in pair]
    people = list(matched_people(candidates(drawn)).values())[-2 * len(pairs) :]
    return {pair: people[2 * n] == people[2 * n + 1] for n, pair in enumerate(pairs)}


@pytest.mark.parametrize("pair", ONE_PERSON, ids=lambda pair: " ".join(filter(None, pair[0])))
def test_two_ways_to_write_a_name_are_one_person(told: dict[object, bool], pair: tuple[Name, Name]) -> None:
    assert told[pair]


@pytest.mark.parametrize("pair", TWO_PEOPLE, ids=lambda pair: " ".join(filter(None, pair[0])))
def test_two_names_that_look_alike_are_two_people(told: dict[object, bool], pair: tuple[Name, Name]) -> None:
    assert not told[pair]


@pytest.mark.xfail(strict=True, reason="no sound is known of kanji, nor are vowels of Arabic")
@pytest.mark.parametrize("pair", NOT_YET, ids=["kanji", "Arabic"])
def test_alphabets_that_cannot_be_read_yet(told: dict[object, bool], pair: tuple[Name, Name]) -> None:
    assert told[pair]


def test_examples_in_the_code_hold() -> None:
    for module in (letters, names):
        assert doctest.testmod(module).failed == 0


HOME = Drawn(
    0, "", "Clothilde", "Brandenstein", None, "oldhouse", "oldhouse.com", "Head of Grain", None,
    street="Hauptstraße 14", postal_code="80331",
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "is_one"),
    [
        ({"account": "newhouse", "street": "Haupt Str. 14"}, True),
        ({"account": "newhouse", "street": "Hauptstrasse 14", "postal_code": "80 331"}, True),
        ({"account": "newhouse", "street": "Hauptstr. 15"}, False),
        ({"account": "newhouse", "street": None, "postal_code": None}, False),
        ({"given": "Hildegard", "account": "newhouse"}, False),
        ({"given": "Hildegard"}, False),
        ({"street": None, "postal_code": None}, True),
        ({"street": "Am Markt 2", "postal_code": "10117"}, True),
    ],
    ids=["moved", "spelling", "neighbour", "unknown", "family", "office", "no address", "two addresses"],
)
def test_a_postal_address_tells_who_moved_to_another_company(
    changed: dict[str, str | None], *, is_one: bool
) -> None:
    again = replace(HOME, **{"title": "Recruiter"} | changed)  # type: ignore[arg-type]
    people = list(matched_people(candidates([*draw(600, seed=3), HOME, again])).values())
    assert (people[-1] == people[-2]) is is_one
