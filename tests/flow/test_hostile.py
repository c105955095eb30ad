"""Hostile and odd readers get their mail like everyone else, and nothing of theirs becomes markup."""

import csv

import pytest
from conftest import Publication
from strict_sendgrid import StrictSendGrid

NAMES = [
    "<b>Bold</b>",
    'Grace "Amazing" Hopper',
    "Semi; Colon, Comma",
    "New\nLine",
    "-nl.first_name- -nl.-nl.first_name-",
    '=HYPERLINK("http://evil.example")',
    "\u202eRight-to-left override",
    "{{ 7*7 }} {% raw %}",
    "&amp; <script>alert(1)</script>",
    "👩‍🔬 Ada",
    "x" * 5000,
    "\x07Bell\x1b[31m",
]  # fmt: skip


@pytest.mark.slow
def test_every_odd_name_gets_the_mail_and_none_becomes_markup(publication: Publication) -> None:
    path = publication.root / "odd.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "name"])
        writer.writerows([f"odd{n}@example.org", name] for n, name in enumerate(NAMES))
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        ran = publication.run("subscribers", "import", str(path), "--list", "readers")
        assert ran.exit_code == 0, ran.stderr
        sent = publication.run("send", "first", "--yes", "--json")
        assert sent.exit_code == 0, sent.stderr
        assert sent.json["accepted"] == len(NAMES), sent.stderr
        assert server.problems == []
        for request in server.requests:
            for personalization in request["personalizations"]:
                for tag, value in personalization["substitutions"].items():
                    assert "-nl." not in value
                    assert "\n" not in value
                    if tag.endswith(".h-"):
                        assert not set(value) & set("<>\"'")


@pytest.mark.slow
def test_addresses_of_every_kind_are_mailed_once_however_written(publication: Publication) -> None:
    path = publication.root / "odd.csv"
    lines = ["e-Mail;Vorname", "Ärger@bücher.example;Jörg", "UPPER@EXAMPLE.ORG;A", "upper@example.org;B"]
    path.write_text("\n".join([*lines, "not an address;C"]))
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        ran = publication.run("subscribers", "import", str(path), "--list", "readers")
        assert ran.exit_code == 0, ran.stderr
        assert (publication.root / "odd.refused.csv").exists()
        sent = publication.run("send", "first", "--yes", "--json")
        assert sent.json["candidates"] == sent.json["accepted"], sent.stderr
        assert set(server.accepted.values()) == {1}
        assert "upper@example.org" in server.accepted
