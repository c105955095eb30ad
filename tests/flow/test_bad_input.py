"""Bad input through the commands an editor types: its place and a way out are shown, nothing is begun."""

import json
import os
import socket
import sqlite3
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from html import escape
from pathlib import Path

import pytest
from conftest import BRIEF, Publication, Ran
from strict_sendgrid import StrictSendGrid

pytestmark = pytest.mark.slow

LABEL = "**What’s going on now:** "
KITCHEN = "Nobody’s kitchen scale has noticed."


def with_text(text: str) -> bytes:
    """Return a brief whose last paragraph, on line 13, is this."""
    return BRIEF.replace(KITCHEN, text).encode()


# what is wrong · the file · the line it is shown with · the finding's code
BRIEFS: dict[str, tuple[bytes, int, str]] = {
    "an empty file": (b"", 1, "file-empty"),
    "a file of white space": (b"\xef\xbb\xbf \n\n", 1, "file-empty"),
    "no front matter": (BRIEF.partition("---\n# ")[2].encode(), 1, "front-missing"),
    "front matter without an end": (BRIEF.replace("7\n---", "7\n").encode(), 1, "front-open"),
    "a line that belongs to no key": (
        BRIEF.replace("subject: The", "subject: a\nThe").encode(),
        3,
        "front-broken",
    ),
    "YAML that would run a program": (
        BRIEF.replace(
            "subject: The kilogram is gone", "subject:\n  - !!python/object/apply:os.system"
        ).encode(),
        2,
        "front-value",
    ),
    "a key misspelt": (BRIEF.replace("preheader", "prehaeder").encode(), 3, "front-key-unknown"),
    "a label missing": (BRIEF.replace(LABEL, "").encode(), 7, "brief-label-missing"),
    "a label twice": (with_text(LABEL + "And again."), 14, "brief-label-twice"),
    "a label with nothing under it": (
        BRIEF.partition(LABEL)[0].encode() + LABEL.encode() + b"\n",
        12,
        "brief-label-empty",
    ),
    "an unknown merge field": (with_text("Hello {{ frist_name }}."), 14, "field-unknown"),
    "an open {{": (with_text("Hello {{ reader."), 14, "field-broken"),
    "a {%": (with_text("{% raw %}"), 14, "field-template-tag"),
    "the letters of the provider's tags": (with_text("Mind -nl.first_name- here."), 14, "file-reserved"),
    "a brief of 5 MB": (BRIEF.encode() + b"word " * 1_000_000, 1, "file-too-large"),
    "a NUL byte": (with_text("a\0b"), 14, "file-control-character"),
    "Latin-1 bytes": (with_text("café").replace("é".encode(), b"\xe9"), 14, "file-encoding"),
    "a Word file": (b"PK\x03\x04\x14\0\x08\0word/document.xml" + bytes(200), 1, "file-not-text"),
    "UTF-16": (BRIEF.encode("utf-16"), 1, "file-encoding"),
    "a missing picture": (with_text("![A steel cylinder](gone.jpg)"), 14, "picture-missing"),
    "a picture outside the folder": (
        with_text("![A list of users](../../../../etc/passwd.jpg)"),
        14,
        "picture-missing",
    ),
    "a picture that is a link out of the folder": (
        with_text("![A list of users](link.jpg)"),
        14,
        "picture-missing",
    ),
    "a picture that is a link to itself": (with_text("![A loop](loop.jpg)"), 14, "picture-missing"),
    "a picture that is a named pipe": (with_text("![A pipe](pipe.jpg)"), 14, "picture-missing"),
    "a picture that is a folder": (with_text("![A folder](folder.jpg)"), 14, "picture-missing"),
    "a picture with a NUL in its name": (with_text("![A name](a%00b.jpg)"), 14, "picture-missing"),
    "a picture with an endless name": (with_text(f"![A name]({'x' * 300}.jpg)"), 14, "picture-missing"),
    "a picture of no bytes": (with_text("![Nothing](empty.png)"), 14, "picture-missing"),
    "a picture of 11 MB": (with_text("![Too much](large.png)"), 14, "picture-missing"),
    "a picture that claims to be enormous": (with_text("![A square](huge.png)"), 14, "picture-missing"),
    "a picture that is text": (with_text("![A web page](page.gif)"), 14, "picture-missing"),
    "a picture in its own address": (
        with_text("![A dot](data:image/png;base64,iVBORw0KGgo=)"),
        14,
        "picture-address",
    ),
    "400 nested quotes": (with_text("> " * 400 + "deep"), 14, "brief-nesting"),
    "a list 50 deep": (with_text("\n".join("  " * n + "- x" for n in range(50))), 23, "brief-nesting"),
    "thousands of stars": (with_text("*" * 5000 + "a" + "*" * 5000), 14, "brief-nesting"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[StrictSendGrid]:
    with StrictSendGrid() as running:
        yield running


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory, server: StrictSendGrid) -> Publication:
    """A publication with readers and odd pictures, in which nothing below may ever be sent."""
    made = Publication(tmp_path_factory.mktemp("publication") / "publication")
    made.settings(host=server.url)
    made.subscribe(2)
    issues = made.root / "issues"
    (made.root / "secret.jpg").write_bytes(png(10, 10))
    (issues / "link.jpg").symlink_to(made.root / "secret.jpg")
    (issues / "loop.jpg").symlink_to("loop.jpg")
    (issues / "folder.jpg").mkdir()
    os.mkfifo(issues / "pipe.jpg")
    (issues / "empty.png").touch()
    (issues / "huge.png").write_bytes(png(2**31 - 1, 2**31 - 1))
    (issues / "page.gif").write_text("<html>")
    (issues / "large.png").write_bytes(png(10, 10) + bytes(10_000_000))
    return made


def png(width: int, height: int) -> bytes:
    """Return a picture's header that says so."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IEND", b"")


@pytest.fixture(params=BRIEFS, ids=lambda name: name.replace(" ", "-"))
def bad(request: pytest.FixtureRequest, made_once: Publication) -> tuple[Publication, str, int, str]:
    """A brief with one fault: the publication, the file as it is shown, the line, the finding's code."""
    data, line, code = BRIEFS[request.param]
    (made_once.root / "issues" / "bad.md").write_bytes(data)
    return made_once, "issues/bad.md", line, code


def said(ran: Ran, place: str) -> bool:
    """Say whether an error names the place first and has a hint below it."""
    shown = ran.stderr.removeprefix("Error: ").splitlines()
    at = next((n for n, line in enumerate(shown) if line.startswith(f"{place}: ")), None)
    return at is not None and shown[at + 1].startswith("  ") and len(shown[at + 1]) > 10


def test_a_bad_brief_is_told_by_check_with_its_line_and_a_hint(
    bad: tuple[Publication, str, int, str],
) -> None:
    made_once, file, line, code = bad
    ran = made_once.run("check", "bad", "--format", "json")
    assert ran.exit_code == 1
    assert ran.stderr == ""
    findings = json.loads(ran.stdout)
    found = {(finding["code"], finding["file"], finding["line"]): finding["hint"] for finding in findings}
    assert (code, file, line) in found
    assert found[code, file, line]


def test_a_bad_brief_is_not_rendered_and_leaves_no_file(bad: tuple[Publication, str, int, str]) -> None:
    made_once, file, line, _ = bad
    ran = made_once.run("render", "bad", "--out", "out", "--json")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert said(ran, f"{file}:{line}"), ran.stderr
    assert not (made_once.root / "out").exists()


def test_a_bad_brief_is_not_sent_and_nothing_of_it_stands_in_the_ledger(
    bad: tuple[Publication, str, int, str], server: StrictSendGrid
) -> None:
    made_once, file, line, _ = bad
    for words in (["--yes", "--json"], ["--dry-run", "--json"], ["--test", "editor@example.org", "--json"]):
        ran = made_once.run("send", "bad", *words)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert said(ran, f"{file}:{line}"), ran.stderr
    assert server.posts == 0
    assert json.loads(made_once.run("status", "--json").stdout) == []


@pytest.mark.parametrize(
    "words",
    ["What happened, in short paragraphs.", "It opens. \\<!-- ask legal -->"],
    ids=["a hint of a new brief", "a comment that would be shown"],
)
def test_real_mail_is_refused_while_a_note_stands_in_it_and_a_local_one_only_warned_of(
    words: str, publication: Publication
) -> None:
    publication.subscribe(1)
    publication.brief("first", BRIEF.replace(KITCHEN, words))
    publication.settings(provider="sandbox")
    local = publication.run("send", "first", "--dry-run")
    assert (local.exit_code, said(local, "  issues/first.md:14")) == (0, True)
    publication.settings(provider="sendgrid")
    real = publication.run("send", "first", "--dry-run")
    assert (real.exit_code, said(real, "issues/first.md:14")) == (1, True)


# what an editor may write, and a mail can carry · the text · what the reader's HTML then holds
GOOD: dict[str, tuple[str, str]] = {
    "a script": ("<script>alert(1)</script>", escape("<script>alert(1)</script>", quote=False)),
    "the end of the page": (
        "</td></table></body> --> x",
        "&lt;/td&gt;&lt;/table&gt;&lt;/body&gt; --&gt; x",
    ),
    "MJML": ("</mj-text><mj-image src='x'/>", "&lt;/mj-text&gt;&lt;mj-image"),
    "braces in code": ("`{{ x }} {% y %}`", "{{ x }} {% y %}"),
    "a javascript address": ("[x](javascript:alert%281%29)", "[x](javascript:alert%281%29)"),
    "a page in its own address": ("[x](data:text/html,y)", "[x](data:text/html,y)"),
    "an address that ends its attribute": ('[x](<https://example.org/"onclick=">)', "/%22onclick=%22"),
    "Arabic, Hebrew and families": ("مرحبا שלום 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "مرحبا שלום 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    "zero-width characters": ("a\u200bb\u200dc\ufeffd", "a\u200bb\u200dc\ufeffd"),
    "a word of 20,000 letters": ("x" * 20_000, "x" * 20_000),
    "a letter with 5,000 accents": ("Z" + "\u0301" * 5000, "\u0301" * 5000),
    "19 nested quotes": ("> " * 19 + "deep", "deep"),
}


@pytest.mark.parametrize("name", GOOD, ids=lambda name: name.replace(" ", "-"))
def test_odd_text_is_rendered_as_text_and_sent(publication: Publication, name: str) -> None:
    text, expected = GOOD[name]
    publication.brief("first", with_text(text).decode())
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(1)
        ran = publication.run("send", "first", "--yes", "--json")
        assert ran.exit_code == 0, ran.stderr
        assert ran.json["accepted"] == 1
        assert server.problems == []
        plain, html = (part["value"] for part in server.requests[0]["content"])
    assert expected in html
    assert "<script" not in html
    assert 'href="javascript:' not in html
    assert plain


def test_an_issue_written_from_right_to_left_is_rendered_so_and_sent(publication: Publication) -> None:
    text = BRIEF.replace("date:", "language: ar\ndate:").replace(
        "The kilogram is gone", "الكيلوغرام ذهب 👩‍🔬"
    )
    publication.brief("first", text)
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(1)
        assert publication.run("send", "first", "--yes").exit_code == 0
        assert server.problems == []
        request = server.requests[0]
    assert "الكيلوغرام ذهب 👩‍🔬" in json.dumps(request, ensure_ascii=False)
    assert 'dir="rtl"' in request["content"][1]["value"]
    assert 'lang="ar"' in request["content"][1]["value"]


def test_a_subject_with_line_breaks_and_markup_is_one_line_of_text(publication: Publication) -> None:
    subject = r'"{{ first_name or \"you\" }}: <b>gone</b>\r\nBcc: all@example.org"'
    publication.brief("first", BRIEF.replace("The kilogram is gone", subject))
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(1)
        assert publication.run("send", "first", "--yes").exit_code == 0
        assert server.problems == []
        request = server.requests[0]
    assert request["subject"].endswith(": <b>gone</b> Bcc: all@example.org")
    assert "&lt;b&gt;gone&lt;/b&gt;" in request["content"][1]["value"]
    assert list(server.accepted) == ["reader0@example.org"]


def test_a_headlines_markup_is_text_in_both_parts(publication: Publication) -> None:
    headline = '# The *last* `<b>` <script>x</script> & "standard"'
    publication.brief("first", BRIEF.replace("# The last metal standard has left the building", headline))
    assert publication.run("render", "first", "--out", "out").exit_code == 0
    html = (publication.root / "out" / "everyone.html").read_text()
    assert "<script" not in html
    assert "&lt;script&gt;x&lt;/script&gt; &amp;" in html
    assert 'last <b> <script>x</script> & "standard"' in (publication.root / "out/everyone.txt").read_text()


@pytest.mark.parametrize(
    "text",
    [
        "|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n|" + "b|" * 1000,
        "x" * 200_000,
        "\n\n".join(f"# S {n}\n\n**Background:** In 1990.\n\n{LABEL}y" for n in range(60)),
    ],
    ids=["a-table-of-1000-columns", "200,000-letters-without-a-space", "60-stories"],
)
def test_a_letter_that_would_be_cut_off_is_rendered_and_told_by_check(
    publication: Publication, text: str
) -> None:
    publication.brief("first", with_text(text).decode())
    assert publication.run("render", "first", "--out", "out").exit_code == 0
    ran = publication.run("check", "first", "--format", "json")
    assert ran.exit_code == 1
    assert "mail-clipped" in {finding["code"] for finding in json.loads(ran.stdout)}


# ── a template, a setting, a name ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<mjml>\n{% if x %}\n</mjml>", 3),
        ("<mjml>\n<mj-body>{{ nobody.home }}</mj-body></mjml>", 2),
        ("<mjml>\n<mj-body>\n<mj-tekst>x</mj-tekst></mj-body></mjml>", 3),
        ("<mjml>\n<mj-body></mjml>", 2),
        ('<mjml>\n{% include "../../../etc/passwd" %}</mjml>', 2),
    ],
    ids=["an-open-tag", "an-unknown-name", "an-unknown-element", "an-open-element", "a-way-out"],
)
def test_a_mistake_in_the_publications_own_template_is_told_with_file_and_line(
    publication: Publication, text: str, line: int
) -> None:
    own = publication.root / "templates" / "default"
    own.mkdir(parents=True)
    (own / "issue.mjml.j2").write_text(text)
    publication.subscribe(1)
    place = f"default/issue.mjml.j2:{line}: "
    for words in (["render", "first", "--out", "out"], ["send", "first", "--yes", "--json"]):
        ran = publication.run(*words)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert ran.stderr.startswith(f"Error: {place}")
    checked = publication.run("check", "first")
    assert checked.exit_code == 1
    assert place in checked.stdout
    assert not (publication.root / "out").exists()
    assert publication.run("status", "--json").stdout.strip() == "[]"


@pytest.mark.parametrize("words", [["check", "first"], ["send", "first", "--yes"], ["lists"], ["new", "x"]])
def test_a_misspelt_setting_stops_every_command_and_names_the_nearest(
    publication: Publication, words: list[str]
) -> None:
    publication.settings(extra="[databse]\nurl = 'sqlite:///other.db'\n")
    ran = publication.run(*words)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "newsletter.toml: [databse] is no section. Did you mean database?" in ran.stderr
    assert [path.name for path in publication.root.iterdir() if path.suffix == ".db"] == []


def test_a_misspelt_setting_in_the_environment_is_named_with_the_nearest(publication: Publication) -> None:
    ran = publication.run("check", "first", environment={"NEWSLETTER_DELIVERY__THREDS": "3"})
    assert ran.exit_code == 1
    assert "Did you mean NEWSLETTER_DELIVERY__THREADS?" in ran.stderr


@pytest.mark.parametrize("reference", ["x" * 300, "a\udcffb", "", ".", "../../etc", "issues/nothing.md"])
@pytest.mark.parametrize(
    "words",
    [["check"], ["render", "--out", "out"], ["send", "--yes"], ["status"], ["recipients"], ["resume"]],
)
def test_a_name_that_is_no_issue_is_refused_and_names_those_there_are(
    made_once: Publication, words: list[str], reference: str
) -> None:
    (made_once.root / "issues" / "bad.md").unlink(missing_ok=True)
    ran = made_once.run(words[0], reference, *words[1:])
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "There is no issue" in ran.stderr
    assert "There is: first" in ran.stderr


def test_a_headline_that_is_no_text_still_makes_a_brief(publication: Publication) -> None:
    ran = publication.run("new", "Caf\udce9 “closed” {{", "-o", "issues/cafe.md")
    assert ran.exit_code == 0, ran.stderr
    assert "Caf? “closed” {{" in (publication.root / "issues" / "cafe.md").read_text()


def test_what_is_there_already_is_never_written_over(publication: Publication) -> None:
    for words in (
        ["init", "."],
        ["new", "x", "-o", "issues/first.md"],
        ["import", "page.txt", "-o", "issues"],
    ):
        (publication.root / "page.txt").write_text("A headline of a page\n\nSome text.\n")
        ran = publication.run(*words)
        assert ran.exit_code == 1
        assert "already" in ran.stderr
    assert (publication.root / "issues" / "first.md").read_text() == BRIEF
    assert not list((publication.root / "issues").glob(".*"))


# ── readers ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "place", "hint"),
    [
        (b"email|name\na@example.org|Ann\n", ":1: ", "commas, semicolons, tabs"),
        (b"a@example.org\nb@example.org\n", ":1: ", "a line with the columns' names"),
        (b"", ": ", "first line must name the columns"),
        (
            b"email,name\n" + b"".join(b"a%c%c%c,b\n" % (n, n + 3, n) for n in range(128, 160)),
            ": ",
            "CSV UTF-8",
        ),
        ("email\na@example.org\n".encode("utf-16")[:-1], ":2: ", "CSV UTF-8"),
        (b"PK\x03\x04" + bytes(30) + b"xl/workbook.xml", ": ", "CSV UTF-8"),
    ],
    ids=[
        "a-delimiter-of-its-own",
        "no-line-of-names",
        "empty",
        "no-encoding",
        "half-UTF-16",
        "a-spreadsheet",
    ],
)
def test_a_file_that_is_no_list_of_readers_is_refused_whole(
    publication: Publication, data: bytes, place: str, hint: str
) -> None:
    (publication.root / "r.csv").write_bytes(data)
    ran = publication.run("subscribers", "import", "r.csv", "--list", "readers", "--json")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"Error: r.csv{place}" in ran.stderr
    assert hint in ran.stderr
    assert publication.run("lists", "--json").stdout.strip() == "[]"
    assert sorted(path.name for path in publication.root.glob("*.csv*")) == ["r.csv"]


def test_odd_rows_cost_themselves_alone_and_odd_values_nobody(publication: Publication) -> None:
    (publication.root / "r.csv").write_bytes(
        b"email,name,city\n"
        b'"""a b""@example.org",Quoted,x\n'
        b'"Ann <ann@example.org>",Shown,x\n'
        b'bell@example.org,"D\x07\x1b[31m\x00 ann",Oslo\n'
        b'formula@example.org,"=HYPERLINK(""http://evil.example"")",+1\n'
        b"=cmd()@example.org,E,x\n"
    )
    ran = publication.run("subscribers", "import", "r.csv", "--list", "readers", "--json")
    assert ran.exit_code == 0, ran.stderr
    assert ran.json["joined"] == 3
    assert ran.json["refused"] == {"invalid address": {"count": 2, "lines": [2, 6]}}
    assert "r.refused.csv" in ran.stderr
    out = publication.run("subscribers", "export").stdout
    assert "D[31m ann" in out
    assert "'=HYPERLINK(" in out
    assert ',"\'+1"' in out
    assert "a b" in (publication.root / "r.refused.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    "words",
    [
        ["subscribers", "import", ".", "--list", "readers"],
        ["subscribers", "import", "readers.csv", "--list", "readers", "--refused", "."],
        ["subscribers", "export", "-o", "."],
    ],
)
def test_a_folder_where_a_file_is_meant_is_wrong_usage(publication: Publication, words: list[str]) -> None:
    publication.subscribe(1)
    ran = publication.run(*words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "is a directory" in ran.stderr


# ── the terminal itself ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "redirected", "code", "shown"),
    [
        ("send first", "<&-", 2, "Nobody is there to answer"),
        ("check first", ">/dev/full", 1, "no room left on the disk"),
    ],
    ids=["a-closed-input", "a-full-disk"],
)
def test_a_terminal_that_is_gone_or_full_is_said(
    publication: Publication, words: str, redirected: str, code: int, shown: str
) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(1)
    ran = subprocess.run(
        ["sh", "-c", f'exec "$0" -m newsletter {words} {redirected}', sys.executable],
        cwd=publication.root,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ran.returncode == code
    assert shown in ran.stderr
    assert "Traceback" not in ran.stderr
    assert publication.run("status", "--json").stdout.strip() == "[]"


# ── keys, ports, databases ──────────────────────────────────────────────────────────────────────────────


def test_without_a_key_nothing_begins(publication: Publication) -> None:
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(3)
        ran = publication.run("send", "first", "--yes", "--json", environment={"SENDGRID_API_KEY": ""})
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert "SENDGRID_API_KEY is not set" in ran.stderr
        assert "environment" in ran.stderr
        assert server.posts == 0
    for words in (["status", "first"], ["recipients", "first"], ["resume", "first", "--json"]):
        ran = publication.run(*words)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert "newsletter send first" in ran.stderr


def test_as_json_the_status_of_an_issue_that_was_never_sent_is_a_draft(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    for before in ("no list", "a list"):
        ran = publication.run("status", "first", "--json")
        assert (ran.exit_code, ran.stderr) == (0, ""), before
        counts = dict.fromkeys(("candidates", "accepted", "rejected", "unknown", "pending"), 0)
        assert ran.json.items() >= {"issue": "first", "state": "draft", "excluded": {}, **counts}.items()
        publication.subscribe(3)
    nobody = publication.run("status", "fisrt", "--json")
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert "Did you mean first?" in nobody.stderr


def test_a_wrong_key_stops_the_send_and_the_right_one_finishes_it(publication: Publication) -> None:
    with StrictSendGrid(faults=["401"] * 4) as server:
        publication.settings(host=server.url, threads=1)
        publication.subscribe(25)
        stopped = publication.run("send", "first", "--yes", "--json")
        assert stopped.exit_code == 3
        assert (stopped.json["accepted"], stopped.json["pending"]) == (0, 25)
        assert "newsletter resume first" in stopped.stderr
        assert "401" in str(stopped.json["note"]) or "key" in str(stopped.json["note"])
        server._faults = iter(())
        done = publication.run("resume", "first", "--json")
        assert done.exit_code == 0, done.stderr
        assert set(server.accepted.values()) == {1}
        assert done.json["accepted"] == 25
    assert "SG.test.key" not in stopped.stdout + stopped.stderr


def test_a_test_with_a_wrong_key_is_an_error(publication: Publication) -> None:
    with StrictSendGrid(status=401) as server:
        publication.settings(host=server.url)
        ran = publication.run("send", "first", "--test", "editor@example.org", "--json")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "not accepted" in ran.stderr
    assert "SG.test.key" not in ran.stderr


@pytest.mark.parametrize("option", ["--dry-run", "--only-missing", "--as-sent"])
def test_a_test_never_goes_out_where_something_else_was_asked(publication: Publication, option: str) -> None:
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(1)
        ran = publication.run("send", "first", "--test", "editor@example.org", option)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert option in ran.stderr
        assert server.posts == 0


def test_a_port_in_use_is_said_with_a_way_out(publication: Publication) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ran = publication.run("sandbox", "--port", str(port))
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert f"port {port}" in ran.stderr
    assert "--port 0" in ran.stderr


def test_a_locked_database_is_said_and_nothing_is_sent(publication: Publication) -> None:
    with StrictSendGrid() as server:
        database = "[database]\nurl = 'sqlite:///newsletter.db?timeout=0.1'\n"
        publication.settings(host=server.url, extra=database)
        publication.subscribe(3)
        with closing(sqlite3.connect(publication.root / "newsletter.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            for words in (
                ["send", "first", "--yes", "--json"],
                ["subscribers", "import", "readers.csv", "--list", "others", "--json"],
                ["suppressions", "add", "reader1@example.org"],
            ):
                ran = publication.run(*words)
                assert (ran.exit_code, ran.stdout) == (1, "")
                assert "locked by another program" in ran.stderr
                assert "try again" in ran.stderr
        assert server.posts == 0
        assert publication.run("send", "first", "--yes", "--json").json["accepted"] == 3


def test_a_database_that_cannot_be_written_is_said_and_nothing_is_sent(publication: Publication) -> None:
    publication.subscribe(3)
    path = publication.root / "newsletter.db"
    # Root may write to anything; what SQLite takes for a later format, nobody may.
    data = bytearray(path.read_bytes())
    data[18] = 3
    path.write_bytes(data)
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        for words in (["send", "first", "--yes", "--json"], ["suppressions", "add", "reader1@example.org"]):
            ran = publication.run(*words)
            assert (ran.exit_code, ran.stdout) == (1, "")
            assert "The database cannot be written" in ran.stderr
            assert str(path) in ran.stderr
            assert "permissions" in ran.stderr
        assert server.posts == 0
    assert path.read_bytes() == data


def test_a_file_that_is_no_database_stays_as_it_is(publication: Publication) -> None:
    letter = b"a letter to my aunt, not a database " * 60
    path: Path = publication.root / "newsletter.db"
    path.write_bytes(letter)
    for words in (["send", "first", "--yes", "--json"], ["lists", "--json"], ["status", "--json"]):
        ran = publication.run(*words)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert "not a database" in ran.stderr
        assert str(path) in ran.stderr
    assert path.read_bytes() == letter
