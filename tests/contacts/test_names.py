"""Names: how readers are greeted, from what people and programs put into a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.contacts.fields import names_of, recipient_values
from newsletter.contacts.names import NOBODY, is_no_name, read_first_name, read_name


@pytest.mark.parametrize(
    ("written", "whole", "first", "last"),
    [
        ("Ann Lee", "Ann Lee", "Ann", "Lee"),
        ("Lee, Ann", "Ann Lee", "Ann", "Lee"),
        ("LEE,ANN", "ANN LEE", "ANN", "LEE"),
        ("van der Berg, Jan", "Jan van der Berg", "Jan", "van der Berg"),
        ("Jan van der Berg", "Jan van der Berg", "Jan", "van der Berg"),
        ("García Márquez, María José", "María José García Márquez", "María José", "García Márquez"),
        ("Smith, John A.", "John A. Smith", "John", "Smith"),
        ("O’Neill, Sinéad", "Sinéad O’Neill", "Sinéad", "O’Neill"),
        ("d'Arc, Jeanne", "Jeanne d'Arc", "Jeanne", "d'Arc"),
        ("Иванов, Иван", "Иван Иванов", "Иван", "Иванов"),
        ("Lee, Ann, PhD", "Ann Lee, PhD", "Ann", "Lee"),
        ("Smith, John, Jr.", "John Smith, Jr.", "John", "Smith"),
        ("Ann Lee, PhD", "Ann Lee, PhD", "Ann", "Lee"),
        ("John Smith Jr.", "John Smith Jr.", "John", "Smith"),
        ("Li, Na", "Na Li", "Na", "Li"),
        ("Ma, Jack", "Jack Ma", "Jack", "Ma"),
        ("O'Neill", "O'Neill", "O'Neill", ""),
        ("Cher", "Cher", "Cher", ""),
        ("Lee,", "Lee", "Lee", ""),
        (", Ann", "Ann", "Ann", ""),
        ("ann marie lee", "ann marie lee", "ann", "lee"),
        ("Jean-Luc Picard", "Jean-Luc Picard", "Jean-Luc", "Picard"),
        ("李小明", "李小明", "李小明", ""),
        ("山田 太郎", "山田 太郎", "太郎", "山田"),
        ("김 민준", "김 민준", "민준", "김"),
        ("محمد علي", "محمد علي", "محمد", "علي"),
        ("Ann, Bob, Carl", "Ann, Bob, Carl", "Ann", "Carl"),
        ("Acme, Inc.", "Acme, Inc.", "", ""),
        ("Acme GmbH", "Acme GmbH", "", ""),
        ("Smith, Jones & Partners", "Smith, Jones & Partners", "", ""),
        ("Sportverein e.V.", "Sportverein e.V.", "", ""),
        ("🌸", "🌸", "🌸", ""),
        ("Nan Goldin", "Nan Goldin", "Nan", "Goldin"),
        ("Ann Lee (she/her)", "Ann Lee (she/her)", "Ann", "Lee"),
        ("Ann (Annie) Lee", "Ann (Annie) Lee", "Ann", "Lee"),
        ("Lee, Ann (she/her)", "Ann (she/her) Lee", "Ann", "Lee"),
        ("(Ann)", "(Ann)", "(Ann)", ""),
    ],
)
def test_a_name_is_read_as_its_owner_would(written: str, whole: str, first: str, last: str) -> None:
    assert read_name(written) == (whole, first, last)


@pytest.mark.parametrize(
    "written",
    [
        "", "NULL", "null", "Null", "none", "None", "n/a", "N/A", "#N/A", "NaN", "nan", "NA", "undefined",
        "-", "--", "—", ".", "?", "...", "123", "N.N.", "unknown", "Unbekannt", "anonymous", "(blank)",
        "self@example.com",        "mailto:ann@example.com", "<ann@example.com>", " - ",
    ],
)  # fmt: skip
def test_what_stands_for_nothing_is_no_name(written: str) -> None:
    assert read_name(written) == NOBODY
    assert is_no_name(written)
    assert recipient_values("self@example.com", written, {})["first_name"] == ""


@pytest.mark.parametrize(
    "written", ["Nan", "Na", "Nil", "Noone", "Nona", "Ng", "O", "Ø", "Xu", "E.", "3rd Avenue"]
)
def test_people_with_names_like_nothing_keep_them(written: str) -> None:
    assert not is_no_name(written)


@pytest.mark.parametrize(
    ("written", "dropped", "last"),
    [
        ("Dr. Ann Lee", "Ann", "Lee"),
        ("Dr Ann Lee", "Ann", "Lee"),
        ("Dr. Ana-Maria", "Ana-Maria", ""),
        ("Prof. Dr. Ana Sy", "Ana", "Sy"),
        ("Frau Anna Müller", "Anna", "Müller"),
        ("Sra. María López", "María", "López"),
        ("Ing. Jiří Novák", "Jiří", "Novák"),
        ("Mme Zoé Lé", "Zoé", "Lé"),
        ("Lee, Dr. Ann", "Ann", "Lee"),
        ("Sir Ian McKellen", "Ian", "McKellen"),
        ("Mr. & Mrs. Lee", "Lee", ""),
        ("Dr.med. Anna Müller", "Anna", "Müller"),
        ("Dr. rer. nat. Anna Müller", "Anna", "Müller"),
        ("Dr.Ann Lee", "Ann", "Lee"),
        ("Dipl.-Ing. Max Muster", "Max", "Muster"),
        ("Dr.", "", ""),
    ],
)
def test_a_title_goes_or_keeps_the_first_name_out_as_the_setting_says(
    written: str, dropped: str, last: str
) -> None:
    assert read_name(written)[1:] == (dropped, last)
    assert read_name(written, "no_first_name")[1:] == ("", last)


@pytest.mark.parametrize("written", ["Don Draper", "Pan Wei", "Drew Barry", "Ms", "Fritz Lang", "Irma Vep"])
def test_a_first_name_that_looks_like_a_title_is_none(written: str) -> None:
    assert read_name(written, "no_first_name").first == read_name(written).first


def test_a_column_of_first_names_may_hold_titles_and_nothing_too() -> None:
    attrs = {"first_name": "Dr. Ana-Maria", "last_name": "Sy"}
    assert recipient_values("a@x.example", "", attrs)["first_name"] == "Ana-Maria"
    values = recipient_values("a@x.example", "Ana-Maria Sy", attrs, "no_first_name")
    assert (values["first_name"], values["name"]) == ("", "Ana-Maria Sy")
    assert recipient_values("a@x.example", "Ann Lee", {"first_name": "NULL", "last_name": "-"}) == {
        "email": "a@x.example",
        "name": "Ann Lee",
        "first_name": "Ann",
        "last_name": "Lee",
    }
    assert read_first_name("Ann Marie") == "Ann Marie"


@given(st.text(max_size=100))
def test_whatever_a_name_holds_its_parts_are_words_of_it(written: str) -> None:
    whole, first, last = read_name(written)
    assert all(part in written for word in (*first.split(), *last.split()) for part in word.split(","))
    assert len(whole) <= len(written) + 1


CELLS = st.sampled_from(
    ["", "Ann", "NULL", "n/a", "-", "ann@x.example", "Lee, Ann", "Dr. Ann Lee", "Ωmega", "🌸", "7", "y" * 120]
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6))
def test_the_names_of_many_readers_are_those_of_each_alone(rows: list[tuple[str, str, str]]) -> None:
    names = [name for name, _, _ in rows]
    attributes = [{"first_name": first, "last_name": last} for _, first, last in rows]
    alone = [recipient_values("a@x.example", *row) for row in zip(names, attributes, strict=True)]
    assert [*zip(*names_of(names, attributes), strict=True)] == [
        (values["name"], values["first_name"], values["last_name"]) for values in alone
    ]
