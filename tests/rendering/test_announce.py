"""A correction is seen in the inbox, unless the editor said so in words of their own."""

import pytest
from letters import brief, letter, story

WORDS = "The pier is 120 metres long, not 210."


def corrected(subject: str = "The pier is open", *, preheader: str = "", correction: str = WORDS) -> str:
    front = f"subject: {subject}\n" + (f"preheader: {preheader}\n" if preheader else "")
    return brief(story("The pier is open"), front=f"{front}correction: {correction}")


@pytest.mark.parametrize(
    "preheader", ["", "Eleven years of rust, and what it took to walk over the water again"]
)
def test_subject_and_preheader_say_that_it_is_a_correction(preheader: str) -> None:
    message = letter(corrected(preheader=preheader))

    assert message.subject == "Correction: The pier is open"
    assert message.preheader == f"Correction: {WORDS}"
    assert "<title>Correction: The pier is open</title>" in message.html


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("es", "Corrección:"),
        ("pt-BR", "Correção:"),
        ("fr", "Correction\u00a0:"),
        ("de", "Korrektur:"),
        ("eo", "Correction:"),
    ],
)
def test_they_say_so_in_the_letters_language(language: str, word: str) -> None:
    message = letter(corrected(), language=language)

    assert message.subject == f"{word.replace(chr(0xA0), ' ')} The pier is open"
    assert message.preheader.startswith(word)


@pytest.mark.parametrize(
    ("subject", "language"),
    [
        ("Correction: the pier is 120 metres long", "en"),
        ("Corrected: the pier", "en"),
        ("CORRECTION — the pier", "en"),
        ("A correction to Monday's letter", "en"),
        ("Korrektur zum Brief", "de"),
        ("Une correction", "fr"),
    ],
)
def test_a_subject_that_says_so_already_stays(subject: str, language: str) -> None:
    assert letter(corrected(subject), language=language).subject == subject


@pytest.mark.parametrize(
    "preheader", ["Corrected: 120 metres, not 210.", "A correction to Monday's letter.", WORDS]
)
def test_a_preheader_that_says_so_already_stays(preheader: str) -> None:
    assert letter(corrected(preheader=preheader)).preheader == preheader


@pytest.mark.parametrize(
    "subject", ["How to correct a river", "Correspondents wanted", "Correct answers only", "Incorrections"]
)
def test_a_subject_that_only_sounds_like_it_says_so(subject: str) -> None:
    assert letter(corrected(subject)).subject == f"Correction: {subject}"


def test_a_long_correction_is_cut_between_words_in_the_preheader() -> None:
    preheader = letter(corrected(correction="The pier is long. " * 20)).preheader

    assert len(preheader) <= 100
    assert preheader.endswith("…")


def test_a_subject_with_a_merge_field_keeps_it() -> None:
    message = letter(corrected('{{ first_name or "Reader" }}, the pier is open'))

    assert message.subject == "Correction: -nl.first_name-, the pier is open"


def test_an_issue_without_a_correction_says_nothing_of_one() -> None:
    message = letter(brief(story("The pier is open")))

    assert "Correction" not in message.subject + message.preheader + message.html
