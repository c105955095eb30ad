"""Files as people have them, by the command an editor runs: readers in, a report that says what was done."""

import os
import threading
from collections.abc import Iterator

import pytest
from conftest import Publication, Ran, rows
from strict_sendgrid import StrictSendGrid

from newsletter.platforms import own

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[StrictSendGrid]:
    with StrictSendGrid() as running:
        yield running


def bring(publication: Publication, data: bytes | str, *more: str, name: str = "list.csv") -> Ran:
    """Import a file that holds ``data`` into the list “l”."""
    (publication.root / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return publication.run("subscribers", "import", name, "--list", "l", *more)


def subscribers(publication: Publication) -> dict[str, dict[str, str]]:
    found = rows(publication.run("subscribers", "export", "--list", "l").stdout.removeprefix("\ufeff"))
    given = {"email", "name", "status", *found[0]} - set(own.COLUMNS[3:])
    return {row["email"]: {name: row[name] for name in row if row[name] and name in given} for row in found}


def test_what_excel_writes_as_unicode_text_or_in_a_code_page_is_read_and_said(
    publication: Publication,
) -> None:
    utf16 = bring(publication, "\ufeffemail\tname\r\nu16@example.com\tÅsa\r\n".encode("utf-16-le"))
    assert utf16.exit_code == 0
    assert "read as UTF-16. It reads “Åsa”" in utf16.stderr
    latin = bring(publication, "email,name\nl1@example.com,José\n".encode("cp1252"))
    assert "read as Windows-1252. It reads “José”" in latin.stderr
    assert "--encoding" in latin.stderr
    czech = bring(publication, "email;name\ncz@example.com;Jiří Novák\n".encode("cp1250"), "--json")
    assert czech.json["encoding"] == "Windows-1250"
    names = {email: row["name"] for email, row in subscribers(publication).items()}
    assert names == {"u16@example.com": "Åsa", "l1@example.com": "José", "cz@example.com": "Jiří Novák"}


def test_a_person_can_name_the_encoding(publication: Publication) -> None:
    data = "email,name\nt@example.com,Tõnu\n".encode("cp1257")
    assert bring(publication, data, "--encoding", "windows-1257").exit_code == 0
    assert subscribers(publication)["t@example.com"]["name"] == "Tõnu"
    assert bring(publication, data, "--encoding", "klingon").exit_code == 2


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        ("E-Mail-Adresse;Vorname;Nachname\nx@example.com;Jörg;Müß\n", ("Jörg", "Müß", None)),
        (
            "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value\nA B,A,B,* Work,x@example.com\n",
            ("A", "B", "A B"),
        ),
        ("Correo electrónico,Nombre\nx@example.com,A\n", (None, None, "A")),
        ("Correo electrónico,Nombre,Apellidos\nx@example.com,A,B\n", ("A", "B", None)),
        ("Adresse e-mail;Prénom;Nom\nx@example.com;Zoé;Lé\n", ("Zoé", "Lé", None)),
        ("Subscriber Email,Name\nx@example.com,A\n", (None, None, "A")),
        ("user_email,display_name\nx@example.com,A\n", (None, None, "A")),
        ("メールアドレス,氏名\nx@example.com,山田太郎\n", (None, None, "山田太郎")),
        ("Электронная почта;Имя;Фамилия\nx@example.com;Иван;Петров\n", ("Иван", "Петров", None)),
    ],
)
def test_the_usual_headings_of_many_countries_bring_one_reader_each(
    publication: Publication, text: str, reader: tuple[str | None, ...]
) -> None:
    assert bring(publication, text).exit_code == 0
    row = subscribers(publication)["x@example.com"]
    assert (row.get("first_name"), row.get("last_name"), row.get("name")) == reader


def test_a_column_of_addresses_by_another_name_is_found_and_the_command_that_takes_it_printed(
    publication: Publication,
) -> None:
    text = "Wo,Kontakt (neu),Ort\n1,ann@example.com,Oslo\n2,bob@example.com,\n"
    refused = bring(publication, text)
    assert refused.exit_code == 1
    assert "addresses are in “Kontakt (neu)”" in refused.stderr
    command = "newsletter subscribers import list.csv --list l --column 'Kontakt (neu)=email'"
    assert command in refused.stderr
    again = bring(
        publication, text, "--column", "Kontakt (neu)=email", "--column", "Ort=city", "--ignore-column", "Wo"
    )
    assert again.exit_code == 0, again.stderr
    assert subscribers(publication)["ann@example.com"] == {
        "email": "ann@example.com",
        "status": "confirmed",
        "city": "Oslo",
    }
    assert "“Wo” was not taken" in again.stderr


def test_a_column_of_ones_own_can_say_the_status(publication: Publication) -> None:
    text = "email,Zustand\na@example.com,unsubscribed\nb@example.com,\n"
    assert bring(publication, text, "--column", "Zustand=status").exit_code == 0
    assert {email: row["status"] for email, row in subscribers(publication).items()} == {
        "a@example.com": "unsubscribed",
        "b@example.com": "confirmed",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_file_may_come_through_a_pipe(publication: Publication) -> None:
    pipe = publication.root / "pipe"
    os.mkfifo(pipe)
    data = "email,name\nl1@example.com,José\n".encode("cp1252")
    writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    ran = publication.run("subscribers", "import", "pipe", "--list", "l")
    writer.join()
    assert ran.exit_code == 0, ran.stderr
    assert subscribers(publication)["l1@example.com"]["name"] == "José"


def test_a_column_that_is_not_there_is_an_error_with_the_nearest(publication: Publication) -> None:
    ran = bring(publication, "email,Kontakt\n", "--column", "Kontact=city")
    assert ran.exit_code == 1
    assert "Did you mean “Kontakt”?" in ran.stderr
    assert bring(publication, "email\n", "--column", "Kontakt").exit_code == 2


def test_a_note_too_long_for_a_mail_costs_the_note_and_not_the_reader(publication: Publication) -> None:
    ran = bring(publication, f"email,name,note\nn@example.com,N,{'word ' * 310}\nm@example.com,M,short\n")
    assert ran.exit_code == 0
    assert "note was too long for a mail in 1 row and left out there; the readers were taken (line 2)" in (
        ran.stderr
    )
    assert {email: row.get("note") for email, row in subscribers(publication).items()} == {
        "n@example.com": None,
        "m@example.com": "short",
    }


def test_empty_headings_over_empty_columns_are_no_fields_and_over_values_they_are_said(
    publication: Publication,
) -> None:
    ran = bring(publication, "email,name,,,,\ntc@example.com,A,,,,\n", "--json")
    assert (ran.json["attributes"], ran.json["unnamed_columns"]) == ({}, {"count": 0, "lines": []})
    assert "column" not in ran.stderr
    ran = bring(publication, ",email,,\n0,a@example.com,,\n1,b@example.com,,x\n")
    assert "2 rows have a value in a column without a name" in ran.stderr
    assert set(subscribers(publication)["b@example.com"]) == {"email", "status"}


def test_two_thousand_columns_cost_the_last_of_them_and_not_the_file(publication: Publication) -> None:
    header = ",".join(["email", *(f"c{n}" for n in range(2_000))])
    ran = bring(publication, f"{header}\nann@example.com,{','.join(['v'] * 2_000)}\n", "--json")
    assert ran.exit_code == 0
    assert len(ran.json["attributes"]) == 199  # type: ignore[arg-type]  # JSON of a known shape
    assert "1,801 columns were left out: 200 are taken at most: “c199”" in ran.stderr
    assert len(ran.stderr.splitlines()) < 40


def test_addresses_are_unwrapped_and_counted_and_the_second_column_helps_out(
    publication: Publication,
) -> None:
    text = (
        "Email,Work Email,Name\n"
        "mailto:a@example.com?subject=x,,\n"
        "Bea Lee <b@example.com>,,\n"
        "c@example.com.,,\n"
        "\u200bd@example.com,,\n"
        ",e@example.com,E\n"
        "NULL,f@example.com,F\n"
        "g@example.com,other@example.com,G\n"
    )
    ran = bring(publication, text, "--json")
    assert sorted(subscribers(publication)) == [f"{letter}@example.com" for letter in "abcdefg"]
    assert subscribers(publication)["b@example.com"]["name"] == "Bea Lee"
    assert ran.json["unwrapped"] == {
        "mailto:": 1,
        "a name and angle brackets": 1,
        "punctuation at the end": 1,
        "invisible characters": 1,
    }
    assert ran.json["second_addresses"] == {"Work Email": 2}
    assert "2 addresses come from the column “Work Email”" in ran.stderr


def test_each_refused_row_is_named_with_its_value_and_what_was_probably_meant(
    publication: Publication,
) -> None:
    bad = ['"ann@gmail,com",A', "bob@gmail,com,B", "x\x1b[31m,C", "a@b.example; c@d.example,D", ",Nobody"]
    ran = bring(publication, "\n".join(["email,name", "ok@example.com,O", *bad, *["no,N"] * 20, ""]))
    lines = ran.stderr.splitlines()
    assert any(line.startswith("line 3: “ann@gmail,com”: ") for line in lines)
    assert sum("Did you mean ann@gmail.com?" in line for line in lines) == 1
    assert any(line.startswith("line 4: “bob@gmail,com”") and "bob@gmail.com?" in line for line in lines)
    assert any("a@b.example and c@d.example" in line for line in lines)
    assert any(line.startswith("line 7: “Nobody”: The row has no address") for line in lines)
    assert sum(line.startswith("line ") for line in lines) == 10
    assert "\x1b" not in ran.stderr
    refused = (publication.root / "list.refused.csv").read_bytes().decode("utf-8-sig")
    assert refused.count("Did you mean") == 2
    assert refused.count("“no”: ") == 20
    assert set(subscribers(publication)) == {"ok@example.com"}


def test_what_the_provider_would_refuse_later_is_refused_now(publication: Publication) -> None:
    ran = bring(
        publication,
        f"email,status\nok@example.com,\n{'a' * 65}@example.com,\nzoë@example.com,\n"
        "më@example.com,unsubscribed\n",
        "--json",
    )
    assert ran.json["refused"] == {"not mailable": {"count": 2, "lines": [3, 4]}}
    assert "“ë” before the @-sign" in ran.stderr
    # Who is not mailed anyway may be remembered under any address.
    assert subscribers(publication)["më@example.com"]["status"] == "unsubscribed"
    assert publication.run("subscribers", "add", "zoë@example.com", "--list", "l").exit_code == 1


def test_the_file_of_refused_rows_begins_with_the_mark_by_which_spreadsheets_know_utf_8(
    publication: Publication,
) -> None:
    bring(publication, "email,name\nok@example.com,O\nbad,Zoë\n")
    data = (publication.root / "list.refused.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfline,reason,email,name\n")
    assert data.endswith("bad,Zoë\n".encode())


def test_a_file_told_to_be_parted_otherwise_leaves_refused_rows_that_import_again(
    publication: Publication,
) -> None:
    bring(publication, "sep=|\nemail|name\nok@example.com|O\nann@gmail,com|A\n")
    path = publication.root / "list.refused.csv"
    corrected = path.read_text(encoding="utf-8-sig").replace('"ann@gmail,com"', "ann@gmail.com")
    assert bring(publication, corrected, name="again.csv").exit_code == 0
    assert set(subscribers(publication)) == {"ok@example.com", "ann@gmail.com"}


@pytest.mark.slow
def test_readers_are_greeted_as_their_names_are_meant(
    publication: Publication, server: StrictSendGrid
) -> None:
    publication.settings(host=server.url)
    text = (
        "email,name\n"
        'lee@example.com,"Lee, Ann"\n'
        'berg@example.com,"van der Berg, Jan"\n'
        "dr@example.com,Dr. Ann Lee\n"
        "null@example.com,NULL\n"
        "self@example.com,self@example.com\n"
    )
    assert bring(publication, text).exit_code == 0
    assert subscribers(publication)["lee@example.com"]["name"] == "Lee, Ann"  # kept as the file has it
    assert publication.run("send", "first", "--yes").exit_code == 0
    assert greeted(server) == {
        "lee@example.com": ("Ann Lee", "Ann"),
        "berg@example.com": ("Jan van der Berg", "Jan"),
        "dr@example.com": ("Dr. Ann Lee", "Ann"),
        "null@example.com": (None, "reader"),
        "self@example.com": (None, "reader"),
    }


@pytest.mark.slow
def test_a_setting_keeps_readers_with_a_title_from_being_greeted_by_first_name(
    publication: Publication, server: StrictSendGrid
) -> None:
    publication.settings(host=server.url)
    settings = publication.root / "newsletter.toml"
    settings.write_text(
        settings.read_text().replace("[publication]\n", '[publication]\ntitles = "no_first_name"\n')
    )
    bring(publication, "email,name\ndr@example.com,Dr. Ana-Maria\nann@example.com,Ann Lee\n")
    assert publication.run("send", "first", "--yes").exit_code == 0
    assert greeted(server) == {
        "dr@example.com": ("Dr. Ana-Maria", "reader"),
        "ann@example.com": ("Ann Lee", "Ann"),
    }


def greeted(server: StrictSendGrid) -> dict[str, tuple[str | None, str]]:
    """Return the name each mail is addressed to, and the first name it greets with."""
    return {
        personalization["to"][0]["email"]: (
            personalization["to"][0].get("name"),
            personalization["substitutions"]["-nl.1-"],
        )
        for request in server.requests[:]
        for personalization in request["personalizations"]
    }
