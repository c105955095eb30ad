"""Each check fails once, at the right line, and is silent on sound work."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checks import damage, damage_mail
from checks.broken import BROKEN

from newsletter.checks import PageAnswer, PictureFacts, history, registered
from newsletter.rendering import RenderedMessage

Codes = Callable[..., list[tuple[str, int | None]]]

ROOT = Path(__file__).parent.parent.parent
HEAD = "The river that came back"
PREHEADER = "Sixty years after the last salmon, somebody counted eleven of them."
LINK = "[taken down last year](https://example.org/dam)"
TARGET = "https://example.org/dam"
ALT = "Salmon below a weir, seen from the bank"
CAPTION = ' "The weir in May. Photo: own"'
NOW = "Eleven fish passed the counter. Nobody had expected one."
SECOND = "\n# The river that came back\n\n**Background:** Of 1931.\n\n**What’s going on now:** Eleven fish.\n"
ARABIC = "عاد السلمون إلى النهر بعد ستين عاما من الغياب الطويل "


def _said(*text: str) -> tuple[str, str]:
    return NOW, " ".join(text)


#: code, line, and what is changed in the sound issue (old words, new words)
SPOILED: list[tuple[str, int | None, tuple[str, str]]] = [
    ("subject-long", 2, (f"subject: {HEAD}", "subject: " + "word " * 15)),
    ("heading-unread", 13, (NOW, "### F #")),
    ("code-open", 14, (NOW, "\n```\nx")),
    ("subject-capitals", 2, (f"subject: {HEAD}", "subject: THE RIVER IS BACK!")),
    ("subject-reply", 2, (f"subject: {HEAD}", 'subject: "Re: the river"')),
    ("preheader-missing", 3, (f"preheader: {PREHEADER}", "preheader:")),
    ("preheader-missing", 2, (f"preheader: {PREHEADER}\n", "")),
    ("preheader-short", 3, (PREHEADER, "Eleven salmon")),
    ("preheader-long", 3, (PREHEADER, PREHEADER + " " + PREHEADER)),
    ("preheader-repeats", 3, (PREHEADER, f"{HEAD} after sixty years without a fish.")),
    ("date-differs", 4, ("date: 2026-02-02", "date: 2026-02-03")),
    ("correction-short", 6, ("number: 4", "number: 4\ncorrection: A typo.")),
    ("text-placeholder", 6, ("number: 4", "number: 4\ncorrection: The count was wrong, it was TK.")),
    ("text-swallowed", 13, _said("A field of 3*4*5 metres was under water.")),
    ("text-swallowed", 13, _said("Nets of 2*3*4 metres hung there.")),
    ("list-number", 15, ("\n\nThe mill", "\n\n1986. What a year.\n\nThe mill")),
    ("text-invisible", 2, (f"subject: {HEAD}", f"subject: {HEAD[:9]}\u200b{HEAD[9:]}")),
    ("text-invisible", 3, (PREHEADER, f"\u202e{PREHEADER}")),
    ("syntax-invisible", 2, ("subject:", "sub\u200bject:")),
    ("syntax-invisible", 7, (f"# {HEAD}", f"#\u00a0{HEAD}")),
    ("subject-quotes", 2, (f"subject: {HEAD}", f"subject: “Rivers: {HEAD}”")),
    ("headline-long", 7, (f"# {HEAD}", "# " + "word " * 21)),
    ("headline-capitals", 7, (f"# {HEAD}", f"# {HEAD.upper()}")),
    ("headline-twice", 14, ("\n\nThe mill is still there,", SECOND + "\nThe mill is still there,")),
    ("background-long", 9, ("The dam was built", "The dam was built " + "and built " * 40)),
    ("background-undated", 9, (f"in 1931 and {LINK}", "long ago")),
    ("background-current", 9, ("The dam was built", "The dam is currently being built")),
    ("words-doubled", 13, _said("Eleven fish passed the the counter.")),
    ("words-doubled", 13, _said("Eleven fish passed the\nthe counter.")),
    ("quotes-mixed", 15, (NOW, '“One,” he said.\n\n"Two," she said.')),
    ("language-unmarked", 13, _said(f"The sign says {ARABIC}.")),
    ("paragraph-long", 13, _said("It rained. It poured. It stopped. Eleven fish came by.")),
    ("text-placeholder", 13, _said("Eleven fish passed the counter, says TK.")),
    ("text-placeholder", 13, _said("Lorem ipsum dolor sit amet.")),
    ("text-damaged", 13, _said("Itâ€™s eleven fish.")),
    ("text-damaged", 13, _said("In a cafÃ© by the river.")),
    ("text-damaged", 13, _said("Ana=E2=80=99s eleven fish.")),
    ("text-damaged", 13, _said("Ana\\\\u2019s eleven fish.")),
    ("text-damaged", 2, (f"subject: {HEAD}", "subject: '=?utf-8?Q?The_river?='")),
    ("text-unwritten", 13, _said("What happened, in short paragraphs.")),
    ("comment-shown", 13, _said("Eleven \\<!-- ask Ana -->fish.")),
    ("comment-left-out", 13, _said("Eleven <!-- ask Ana -->fish.")),
    ("ignore-unknown", 13, _said("Eleven <!-- check: ignore no-such -->fish.")),
    ("markup-left", 13, _said("Eleven <b>fish</b> passed.")),
    ("link-unfinished", 9, (TARGET, "https://example.org/TODO")),
    ("link-form", 9, (TARGET, "https://example.org/da\u200bm")),
    ("link-form", 9, (TARGET, "https://exam\u2060ple.org/dam")),
    ("link-form", 9, (TARGET, "https://example.org/da\u00a0m")),
    ("link-form", 9, (TARGET, "https://example.org/da\u00adm")),
    ("link-form", 9, (TARGET, "mailto:ana\ufeff@example.org")),
    ("link-form", 9, (TARGET, "https://example.org/\u202edam")),
    ("link-form", 13, _said("Read https://example.org/co\u200bunt today.")),
    ("link-form", 13, _said("Write to ana\u200b@example.org today.")),
    ("date-wrong", 13, _said("They came on Monday, 3 March 2026.")),
    ("date-wrong", 13, _said("They came on June 31, 2025.")),
    ("field-default", 15, ('{{ first_name or "reader" }}', "{{ first_name }}")),
    ("field-foreign", 13, _said("Eleven fish, *|FNAME|*.")),
    ("field-foreign", 13, _said("Eleven fish, [First Name].")),
    ("field-foreign", 13, _said("Eleven fish, %first_name%.")),
    ("link-form", 9, (TARGET, "dam.html")),
    ("link-form", 9, (TARGET, "www.example.org/dam")),
    ("link-form", 9, (TARGET, "#dam")),
    ("link-form", 9, (TARGET, "ftp://example.org/dam")),
    ("link-form", 9, (TARGET, "https:///dam")),
    ("link-form", 9, (TARGET, "<https://exa mple.org/dam>")),
    ("link-form", 9, (TARGET, "https://[::1/dam")),
    ("link-form", 9, (TARGET, "")),
    ("link-form", 9, (TARGET, "mailto:ana")),
    ("link-local", 9, (TARGET, "http://localhost:8000/dam")),
    ("link-local", 9, (TARGET, "https://192.168.0.10/dam")),
    ("link-local", 9, (TARGET, "https://wiki.internal/dam")),
    ("link-password", 9, (TARGET, "https://ana:secret@example.org/dam")),
    ("link-empty", 15, ("The mill", f"[]({TARGET}) The mill")),
    ("link-plain-http", 9, (TARGET, "http://example.org/dam")),
    ("link-shortened", 9, (TARGET, "https://bit.ly/3xYz")),
    ("link-vague", 9, ("taken down last year", "Click here!")),
    ("link-text-twice", 13, _said("It was [taken down last year](https://example.org/other).")),
    ("link-picture-vague", 15, ("The mill", f"[![Brown shapes](salmon.jpg{CAPTION})]({TARGET})\n\nThe mill")),
    ("link-unread", 13, _said("Read [the count](https://example.org/the count).")),
    ("link-bare", 13, _said("Read <https://example.org/count>.")),
    ("link-bare", 13, _said("Read https://example.org/count.")),
    ("alt-missing", 11, (ALT, "")),
    ("alt-file-name", 11, (ALT, "salmon-final.jpg")),
    ("alt-file-name", 11, (ALT, "IMG_2041")),
    ("alt-file-name", 11, (ALT, "3f2a9c11 22ab 4cde 8f01 aabbccddeeff")),
    ("alt-generic", 11, (ALT, "Photo")),
    ("alt-repeats", 11, (ALT, "The weir in May. Photo: own")),
    ("alt-long", 11, (ALT, "word " * 40)),
    ("caption-missing", 11, (CAPTION, "")),
    ("picture-missing", 11, ("salmon.jpg", "trout.jpg")),
    ("picture-missing", 11, (f"(salmon.jpg{CAPTION})", f"(<>{CAPTION})")),
    ("picture-address", 11, ("salmon.jpg", "http://example.org/salmon.jpg")),
    ("picture-remote", 11, ("salmon.jpg", "https://example.org/salmon.jpg")),
]
SPOILED_PICTURE: list[tuple[str, PictureFacts]] = [
    ("picture-missing", PictureFacts(False, why="it is no picture, or a damaged one")),
    ("picture-heavy", PictureFacts(True, 1280, 720, 500_001)),
    ("picture-stilled", PictureFacts(True, 1280, 720, 90_000, kind="WebP", form="PNG", stilled=True)),
    ("picture-converted", PictureFacts(True, 1280, 720, 90_000, kind="AVIF", form="JPEG")),
    ("picture-small", PictureFacts(True, 300, 200, 20_000)),
]


def test_sound_work_is_passed_over_in_silence(codes: Codes) -> None:
    assert codes() == []


@pytest.mark.parametrize(("code", "line", "change"), SPOILED, ids=lambda value: str(value)[:40])
def test_a_fault_in_the_text_is_found_at_its_line(
    codes: Codes, code: str, line: int | None, change: tuple[str, str]
) -> None:
    assert (code, line) in codes(change)


def test_a_mail_without_text_is_found(codes: Codes, mail: RenderedMessage) -> None:
    assert codes(mail=replace(mail, text=" \n")) == [("mail-text", None), ("mail-unsubscribe", None)]


@pytest.mark.parametrize(("code", "facts"), SPOILED_PICTURE, ids=lambda value: str(value)[:40])
def test_a_fault_in_a_pictures_file_is_found_at_its_line(
    codes: Codes, code: str, facts: PictureFacts
) -> None:
    assert codes(pictures={"salmon.jpg": facts}) == [(code, 11)]


def test_a_letter_that_is_nearly_all_picture_is_found_and_has_no_line(codes: Codes) -> None:
    assert codes(pictures={"salmon.jpg": PictureFacts(True, 1280, 3_000, 90_000)}) == [
        ("picture-mostly", None)
    ]


#: what was answered of the page of a link, and the code it is told under
ONLINE: dict[str, tuple[PageAnswer, ...]] = {
    "link-unreachable": (PageAnswer(404), PageAnswer(502), PageAnswer(0, problem="it is not there")),
    "link-moved": (PageAnswer(200, moved_to="https://example.org/new"),),
    "link-unproven": (PageAnswer(403), PageAnswer(429)),
}


@pytest.mark.parametrize("code", ONLINE)
def test_what_a_pages_server_answered_is_told_at_the_line_of_the_link(codes: Codes, code: str) -> None:
    for answer in ONLINE[code]:
        assert codes(pages={TARGET: answer}) == [(code, 9)]
    assert codes(pages={TARGET: PageAnswer(200)}) == []


def test_a_machine_that_reaches_no_server_is_one_finding(look: Any) -> None:
    more = ("The mill", "[One](https://a.org/1), [two](https://a.org/2)")
    gone = PageAnswer(0, problem="there is no server of that name")
    pages = {TARGET: gone, "https://a.org/1": gone, "https://a.org/2": gone}
    (finding,) = look(more, pages=pages)
    assert (finding.code, finding.line) == ("link-unreachable", None)
    assert len(look(more, pages={**pages, TARGET: PageAnswer(200)})) == 2


def test_pages_that_were_not_asked_for_are_counted_once(look: Any) -> None:
    (finding,) = look(
        ("The mill", "[One](https://a.org/1), [two](https://a.org/2)"), pages={TARGET: PageAnswer(200)}
    )
    assert (finding.code, finding.line) == ("link-unproven", None)
    assert finding.message.startswith("2 of 3 pages")


def test_a_missing_picture_says_why(look: Any) -> None:
    why = "mail clients show only JPEG, PNG and GIF"
    found = look(pictures={"salmon.jpg": PictureFacts(False, why=why)})
    assert [finding.message for finding in found] == [f"The picture “salmon.jpg” cannot be used: {why}."]


def test_an_invisible_character_in_an_address_is_named_by_its_code_point(look: Any) -> None:
    (finding,) = look((TARGET, "https://example.org/da\u200bm"))
    assert "U+200B (ZERO WIDTH SPACE)" in finding.message
    assert "taken down last year" in finding.message


def test_joiners_that_belong_to_a_word_and_escapes_that_are_meant_are_sound(codes: Codes) -> None:
    assert codes((TARGET, "https://fa.example.org/wiki/می\u200cخواهم")) == []
    assert codes((TARGET, "https://example.org/a%E2%80%8Bb")) == []
    assert codes(_said("Do\u00adnau\u200b, 10\u00a0€ and ana@example.org.")) == []


def test_a_date_far_ahead_is_found_and_without_today_it_is_not(codes: Codes) -> None:
    change = ("date: 2026-02-02", "date: 2027-02-02")
    assert codes(change, name="river") == [("date-ahead", 4)]
    assert codes(change, name="river", today=None) == []


def test_a_text_in_letters_its_language_does_not_use_is_found(codes: Codes) -> None:
    changes = [(f"subject: {HEAD}", f"subject: {ARABIC}"), (NOW, ARABIC * 8), ("The mill is", ARABIC)]
    assert codes(*changes) == [("language-script", None)]
    assert codes(*changes, ("number: 4", "language: ar-EG")) == []


def test_every_code_has_been_seen_to_fail() -> None:
    known = {check.code for check in registered()}
    checked = {case[0] for case in (*SPOILED, *BROKEN, *SPOILED_PICTURE)}
    checked |= {case.code for case in (*damage.damaged(), *damage_mail.cases())} & known
    checked |= {"mail-text", "picture-mostly", *ONLINE, "date-ahead", "language-script", "mail-spam"}
    of_backgrounds = ("ahead", "stale", "unreviewed", "unsent")  # see test_backgrounds
    checked |= {f"background-{what}" for what in of_backgrounds}
    assert checked == known


def test_every_line_of_the_page_says_why_and_how_to_mend_but_for_what_is_a_themes() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    whole = re.sub(r"(?ms)^## The finished mail$.*?(?=^## )", "", page)
    rows = re.findall(r"^\| `[a-z-]+` \| (?:error|warning|notice) \|.*\|$", whole, re.MULTILINE)
    assert len(rows) > 50
    for row in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert len(cells) == 4, row
        assert all(cells), row


def test_the_page_and_the_code_name_the_same_checks() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z-]+)` \| (error|warning|notice) \|", page, re.MULTILINE)
    known = [(check.code, check.severity) for check in registered()]
    assert sorted(documented) == sorted([*known, *history.CODES.items()])


def test_every_rule_of_others_names_checks_that_there_are_or_says_why_not() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    section = page.partition("\n### Others' rules")[2].partition("\n#")[0]
    rows = [line.rstrip("| ").rpartition("| ")[2] for line in section.splitlines() if line.startswith("| ")]
    known = {check.code for check in registered()}
    for answer in rows:
        named = set(re.findall("`([a-z-]+-[a-z-]+)`", answer))
        assert named <= known, answer
        assert named or answer == "here" or answer.startswith("not applicable"), answer
    assert len(rows) > 20
