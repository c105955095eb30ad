"""Encodings: text reads as it was written by whatever program, and what is no text is called what it is."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.contacts.text.encodings import find_encoding, named_encoding
from newsletter.contacts.text.lines import text_lines
from newsletter.errors import AudienceError, UsageError


def list_of(names: list[str]) -> str:
    return "email,name\n" + "".join(f"r{place}@example.com,{name}\n" for place, name in enumerate(names))


def read(data: bytes, size: int = 50, language: str = "en") -> tuple[str, str, str]:
    """Return the text of a file, and the name and sample that a report would show."""
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    found = find_encoding(pieces, file="readers.csv", language=language)
    text = "".join(text_lines(pieces, file="readers.csv", encoding=found))
    return text, found.title, found.sample


@pytest.mark.parametrize(
    ("codec", "names"),
    [
        ("cp1252", ["José"]),
        ("cp1252", ["Zoë", "François", "Müller", "Søren", "Ñuñez", "Åsa"]),
        ("cp1252", ["João", "Conceição", "Simões", "¿Quién?", "Mª José"]),
        ("cp1252", ["Þór Guðmundsdóttir"]),
        ("cp1252", ["JOSÉ", "MÜLLER", "O’Neill – “Ted”", "50 €"]),
        ("cp1250", ["Jiří Novák", "Kateřina"]),
        ("cp1250", ["Łukasz"]),
        ("cp1250", ["Győző", "Erzsébet"]),
        ("cp1250", ["Đorđe", "Žarko", "Ćiro"]),
        ("cp1250", ["Ľudovít Štúr"]),
        ("cp1251", ["Иван Петров", "Ольга"]),
        ("cp1251", ["иван", "ольга", "сергей"]),
        ("cp1251", ["Олексій", "Їжак"]),
        ("cp1253", ["Γιώργος", "Νίκος Παπαδόπουλος"]),
        ("cp1254", ["Ayşe", "Çağlar", "Işıl", "İbrahim Yılmaz"]),
        ("cp1255", ["דוד כהן", "שרה לוי"]),
        ("cp1256", ["محمد علي", "فاطمة"]),
        ("cp1257", ["Jānis Bērziņš"]),
        ("cp932", ["山田太郎", "佐藤 花子", "アキラ"]),
        ("gb18030", ["王小明", "张伟", "刘洋"]),
        ("cp949", ["김민준", "이서연"]),
        ("cp950", ["陳大文", "林志玲"]),
        ("cp850", ["José", "Müller"]),
        ("cp852", ["Łukasz", "Jiří", "Żaneta"]),
        ("cp866", ["Иван", "Ольга"]),
        ("koi8-u", ["Иван", "Ольга"]),
        ("mac-roman", ["José", "Zoë", "Müller"]),
        ("iso8859-2", ["Łukasz", "Grażyna", "Śliwa"]),
        ("utf-16", ["Åsa", "Иван"]),
        ("utf-16-le", ["Åsa"]),
        ("utf-16-be", ["Åsa"]),
        ("utf-32", ["Åsa"]),
        ("utf-8", ["Åsa", "Иван", "山田"]),
        ("utf-8-sig", ["Åsa"]),
    ],
)
def test_a_list_reads_as_it_was_written(codec: str, names: list[str]) -> None:
    text, _, sample = read(list_of(names).encode(codec))
    assert text == list_of(names)
    assert sample in text


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_is_read_in_either_order(order: str) -> None:
    text, title, sample = read("\ufeffemail\tname\r\nåsa@example.com\tÅsa\r\n".encode(order), size=3)
    assert (text, title) == ("email\tname\nåsa@example.com\tÅsa\n", "UTF-16")
    assert sample == "åsa"


def test_what_was_taken_is_shown_with_a_name_that_has_accents() -> None:
    assert read(list_of(["Ann", "Jiří Novák"]).encode("cp1250"))[1:] == ("Windows-1250", "Jiří")


def test_what_is_shown_is_a_readers_word_and_one_that_tells() -> None:
    text = "Jméno,Příjmení,email\nRené,Novák,a@example.com\nJiří,Král,b@example.com\n"
    assert read(text.encode("cp1250"))[1:] == ("Windows-1250", "Jiří")
    assert read(text.encode("utf-16"))[1:] == ("UTF-16", "René")
    assert read("Prénom,email\nAnn,a@example.com\n".encode("cp1252"))[1:] == ("Windows-1252", "Prénom")


def test_of_two_that_make_equal_sense_the_publications_language_decides() -> None:
    data = list_of(["Jūratė"]).encode("cp1257")
    assert read(data)[1] == "Windows-1252"
    assert read(data, language="lt-LT")[0] == list_of(["Jūratė"])


def test_single_lines_in_a_code_page_are_read_as_it_and_the_others_as_they_are() -> None:
    data = list_of(["Zoë", "Иван"]).encode() + "x@example.com,José\n".encode("cp1252") + "Łódź\n".encode()
    text, title, sample = read(data)
    assert text == list_of(["Zoë", "Иван"]) + "x@example.com,José\nŁódź\n"
    assert (title, sample) == ("Windows-1252", "José")


def test_a_file_that_nothing_makes_sense_of_is_refused_with_what_it_would_read() -> None:
    data = b"email,name\n" + b"".join(b"r@example.com,a%cb%cc\n" % (n, n + 1) for n in range(0x80, 0x9F))
    with pytest.raises(AudienceError, match="unclear") as caught:
        read(data)
    assert "--encoding" in caught.value.hint


def test_an_encoding_that_is_named_is_taken_and_its_faults_have_their_line() -> None:
    data = list_of(["José", "Zoë"]).encode("cp1252")
    assert "José" in "".join(text_lines([data], file="x", encoding=named_encoding("windows-1252")))
    with pytest.raises(AudienceError, match="not UTF-8") as caught:
        list(text_lines([data], file="x", encoding=named_encoding("UTF-8")))
    assert caught.value.line == 2


@pytest.mark.parametrize("name", ["klingon", "", "base64", "rot13", "\x00", "undefined"])
def test_what_is_no_encoding_is_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError, match="no encoding"):
        named_encoding(name)


def _archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress(b"email\na@example.com\n", mtime=0), "gzip"),
        (_archive(subscribed="email\n"), "zip archive"),
        (_archive(**{"[Content_Types].xml": "", "xl__workbook.xml": ""}), "Excel"),
        (_archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
        (_archive(word__document="x"), "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"\x89PNG\r\n\x1a\n\x00", "PNG"),
        (b"GIF89a\x00", "GIF"),
        (b"\n <!doctype HTML><table>", "HTML"),
        (b"<html><body>", "HTML"),
        (b'<?xml version="1.0"?><a/>', "XML"),
        (b'[\n  {"email": "a@example.com"}]', "JSON"),
        (b'\xef\xbb\xbf{"email": "a@example.com"}', "JSON"),
        (b"BEGIN:VCARD\r\nEMAIL:a@example.com\r\n", ".vcf"),
        (b"7z\xbc\xaf\x27\x1c\x00", "7z"),
        (b"SQLite format 3\x00", "SQLite"),
    ],
)
@pytest.mark.parametrize("size", [3, 100_000])
def test_what_is_no_table_is_called_what_it_is_with_what_to_do(data: bytes, name: str, size: int) -> None:
    with pytest.raises(AudienceError, match="not a CSV file") as caught:
        read(data, size=size)
    assert name in caught.value.message
    assert caught.value.hint
    assert caught.value.file == "readers.csv"


@pytest.mark.parametrize(
    "text", ["PK,email\n", "<name>,email\n", "[name],email\n", "{x},email\n", "BM\tmail\n"]
)
def test_a_header_that_only_looks_like_another_format_is_text(text: str) -> None:
    assert read(text.encode())[0] == text


@settings(max_examples=examples(200))
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"), max_size=40))
def test_utf_8_is_always_read_as_what_it_is(name: str) -> None:
    assert read(list_of([name]).encode(), size=5)[0] == list_of([name])


@settings(max_examples=examples(200))
@given(st.binary(max_size=80), st.integers(1, 9))
def test_any_bytes_are_text_or_an_error_that_names_the_file(data: bytes, size: int) -> None:
    caught: list[AudienceError] = []
    try:
        read(b"email\n" + data, size=size)
    except AudienceError as error:
        caught.append(error)
    assert all(error.file == "readers.csv" for error in caught)
