"""Words twice, passing moments, quotation marks, another script, links of one text: what is meant."""

from collections.abc import Callable

import pytest

from newsletter.errors import Finding

Codes = Callable[..., list[tuple[str, int | None]]]

NOW = "Eleven fish passed the counter. Nobody had expected one."
BUILT = "The dam was built in 1931"


@pytest.mark.parametrize(
    "words",
    [
        "They live in the The Hague of old, and read the The Guardian of then.",
        "What it did did not help, and what there is is little.",
        "A ~~the~~ the, an old old-timer, a well-known known.",
        "Roses are red  \nred as the sea  \nsea and sky.",
        "It went on and on, ha ha, no no no, bye bye.",
        "On and on and on it went, over and over and over; it was “hello hello”, and “why why”?",
        "[the](https://example.org/a) `the` the.",
    ],
)
def test_words_that_stand_twice_for_a_reason(codes: Codes, words: str) -> None:
    assert codes((NOW, words)) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("The the end.", 13),
        ("It rained. The\nthe end.", 13),
        ("Fish, which swim swim away.", 13),
        ("One.\nThey *saw* saw it.", 14),
        ("It swam in the in the water.", 13),
        ("One.\nIt swam [over the](https://example.org/a) over the dam.", 14),
        ("A [dam of](https://example.org/of) of stone.", 13),
        ("- a list of of fish", 15),
    ],
)
def test_words_that_stand_twice_by_mistake(codes: Codes, words: str, line: int) -> None:
    text = f"Fish.\n\n{words}" if words.startswith("-") else words
    assert codes((NOW, text)) == [("words-doubled", line)]


@pytest.mark.parametrize(
    ("language", "words", "found"),
    [
        ("nl", "Daar gaan ze in in mei, en dat dat mag.", False),
        ("nl", "De sluis van van Vreeland.", True),
        ("de", "Ab und zu zu Hause; sie sah sie sie suchen.", False),
        ("de", "Er kam mit mit dem Boot.", True),
        ("pt-BR", "Já já chega, bem bem perto.", False),
        ("pt-BR", "A ponte de de ferro.", True),
        ("sv", "Ån och och dammen.", True),
        ("sv", "Det det gäller är att han gick i i går.", False),
        ("fr", "Il est dans la dans la rivière.", True),
        ("fr", "« Bonjour bonjour », disent-ils.", False),
        ("it", "Sta bene bene, piano piano.", False),
        ("it", "Il ponte è è chiuso.", True),
        ("es", "Está muy muy cerca.", False),
        ("es", "La barca de de remos.", True),
        ("tr", "Yavaş yavaş geldi geldi.", False),
    ],
)
def test_each_language_has_its_own_words_that_may_stand_twice(
    codes: Codes, language: str, words: str, found: bool
) -> None:
    change = ("number: 4", f"number: 4\nlanguage: {language}")
    assert codes(change, (NOW, words)) == ([("words-doubled", 14)] if found else [])


@pytest.mark.parametrize(
    "words",
    [
        "It said “we are currently building” in 1931",
        'The sign of 1931 says "closed today"',
        "Of the last week of 1931, and this-weekend parking",
        "It holds, currently (May 2026), three rivers",
        "What is today Croatia built it in 1931",
    ],
)
def test_moments_that_stay_true(codes: Codes, words: str) -> None:
    assert codes((BUILT, words)) == []


@pytest.mark.parametrize(
    "words", ["It is now closed today", "Derzeit ist er zu", "Closed as of\nthis week, since 1931"]
)
def test_moments_that_pass_are_found_in_the_issues_language_and_in_a_background_alone(
    codes: Codes, words: str
) -> None:
    found = [("background-current", 10 if "\n" in words else 9)]
    assert codes((BUILT, words)) == (found if "Derzeit" not in words else [])
    assert codes((NOW, f"{words}.")) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "It closes in the coming weeks; earlier this month it shut"),
        ("sv", "Den är för närvarande stängd"),
        ("tr", "Baraj şu anda kapalı"),
        ("ko", "댐은 현재 닫혀 있다"),
        ("uk", "Гребля наразі закрита"),
        ("cs", "Přehrada je v současné době zavřená"),
    ],
)
def test_moments_pass_in_other_languages_too(codes: Codes, language: str, words: str) -> None:
    found = codes(("number: 4", f"number: 4\nlanguage: {language}"), (BUILT, words))
    assert ("background-current", 10) in found


@pytest.mark.parametrize(
    "words", ["*USA Today* wrote of it in 1997, *Last Week* in 1998", "In its last week of 1931 it broke"]
)
def test_a_name_and_somebodys_last_week_are_no_moments(codes: Codes, words: str) -> None:
    assert codes((BUILT, words)) == []


@pytest.mark.parametrize(
    "words",
    [
        '“One ‘two’,” he said. 6\'2" and 12" of rain; the ’90s.',
        'He said “no `"yes"` no”.',
        "“One goes on\n\n“and on,” he said.",
        "[«Oui», dit-il]{lang=fr}, and “no”.",
    ],
)
def test_quotation_marks_of_one_kind(codes: Codes, words: str) -> None:
    assert codes((NOW, words)) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("“One.” “Two.”\n\n«Three.»", 15),
        ('“One.” “Two.” «Three.»\n\n"Four."', 13),
        ('“One," he said.', 13),
        ('"One,” he said.', 13),
        ('“He said "no" to me.”', 13),
    ],
)
def test_quotation_marks_of_two_kinds_are_found_at_the_first_that_is_unlike_most(
    codes: Codes, words: str, line: int
) -> None:
    assert codes((NOW, words)) == [("quotes-mixed", line)]


def test_names_formulas_and_marked_passages_in_other_letters_are_no_passages(codes: Codes) -> None:
    for words in (
        "Her name is Ольга, his is 北島, theirs is Ναι; α + β = γ, and H₂O.",
        "It says [كان النهر هنا منذ زمن طويل]{lang=ar}, and [川はここにあった]{lang=ja}.",
        "`пока не рассветёт над рекой`",
    ):
        assert codes((NOW, words)) == []


def test_a_passage_in_other_letters_is_found_once_a_paragraph_at_its_line(codes: Codes) -> None:
    words = "It says\n«пока не рассветёт над рекой» and «мы будем ждать здесь»."
    assert codes((NOW, words)) == [("language-unmarked", 14)]
    for foreign in ("川はここにあった、と", "ወንዙ እዚህ ነበረ ለረጅም ጊዜ", "ទន្លេនៅទីនេះ", "மீன்கள் இங்கே நீண்ட காலமாக"):
        assert codes((NOW, f"It says {foreign}.")) == [("language-unmarked", 13)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Рыбы: the fish are here and nobody counts them.", True),
        ("[The fish are here and nobody counts them]{lang=en}, пишут они.", False),
        ("Фильм The Lord of the Rings, банк JPMorgan Chase, адрес https://example.org/a-b-c-d-e-f", False),
    ],
)
def test_a_passage_in_latin_letters_is_found_where_no_others_are(
    codes: Codes, words: str, found: bool
) -> None:
    where = codes(("number: 4", "number: 4\nlanguage: ru"), (NOW, f"{words} {'Рыба вернулась в реку. ' * 9}"))
    assert (("language-unmarked", 14) in where) == found


@pytest.mark.parametrize(
    "text",
    [
        "Click HERE!", "Read the full story", "check it out", "cliquez-ici", "clique aqui para saber mais",
        "Hier klicken, um weiterzulesen", "klik hier voor meer", "нажмите сюда", "여기를 클릭하세요",
    ],
)  # fmt: skip
def test_a_link_text_of_pointing_words_alone_is_vague(codes: Codes, text: str) -> None:
    assert ("link-vague", 13) in codes((NOW, f"[{text}](https://example.org/a)."))


@pytest.mark.parametrize(
    "text", ["The Information", "here in Norr", "Read More, or Else", "page 4", "the story of the dam"]
)
def test_a_link_text_that_names_something_is_not_vague(codes: Codes, text: str) -> None:
    assert codes((NOW, f"[{text}](https://theinformation.com/a).")) == []


@pytest.mark.parametrize(
    ("alt", "code"),
    [
        ("Screenshot from 2026-02-01 10-22-01", "alt-file-name"),
        ("WhatsApp Image 2026-02-01 at 10.22.01", "alt-file-name"),
        ("Capture d’écran 2026-02-01", "alt-file-name"),
        ("final_v2", "alt-file-name"),
        ("IMG_2034", "alt-file-name"),
        ("unnamed", "alt-file-name"),
        ("A photo", "alt-generic"),
        ("une photo de la photo", "alt-generic"),
        ("Ein Bild", "alt-generic"),
        ("Figure 3", "alt-generic"),
        ("写真", "alt-generic"),
        ("No. 10, at 10.22 on 2026-02-01", ""),
        ("Chart of the count: eleven in 2026", ""),
    ],
)
def test_an_alt_text_that_names_a_file_or_says_only_that_there_is_a_picture(
    codes: Codes, alt: str, code: str
) -> None:
    found = codes(("Salmon below a weir, seen from the bank", alt))
    assert found == ([(code, 11)] if code else [])


def test_a_list_of_short_names_is_no_shouting(codes: Codes) -> None:
    assert codes(("subject: The river that came back", "subject: NASA, ESA, JAXA, ISRO")) == []


def test_an_address_is_plain_http_however_it_is_written(codes: Codes) -> None:
    assert codes((NOW, "[The dam](HTTP://example.org/a).")) == [("link-plain-http", 13)]


@pytest.mark.parametrize(
    "sentences",
    ["वह रुकी। चाबी मिली। दराज़ खुली। सब हँसे।", "توقفت؟ نعم. لماذا؟ لا أحد يعرف."],
)
def test_sentences_end_in_other_scripts_by_their_own_signs(codes: Codes, sentences: str) -> None:
    language = "hi" if "।" in sentences else "ar"
    assert ("paragraph-long", 14) in codes(
        ("number: 4", f"number: 4\nlanguage: {language}"), (NOW, sentences)
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/dam#height",
        "https://www.example.org/dam/",
        "http://example.org/dam?utm_source=letter",
    ],
)
def test_two_links_of_one_text_to_one_page_are_sound(codes: Codes, address: str) -> None:
    found = codes((NOW, f"[Taken down last year]({address}), it was."))
    assert [code for code, _ in found] == (["link-plain-http"] if address.startswith("http:") else [])


@pytest.mark.parametrize("text", ["2024", "https://example.org/a"])
def test_years_and_addresses_may_lead_to_several_pages(codes: Codes, text: str) -> None:
    words = f"[{text}](https://example.org/a) and [{text}](https://example.org/b)."
    assert "link-text-twice" not in [code for code, _ in codes((NOW, words))]


@pytest.mark.parametrize(
    "alt", ["A weir, with a link to the count", "Read the count of salmon", "Weirs of the river"]
)
def test_a_linked_pictures_alt_text_that_says_where_it_leads(codes: Codes, alt: str) -> None:
    picture = "Salmon below a weir, seen from the bank"
    linked = f'[![{alt}](salmon.jpg "The weir in May. Photo: own")](https://example.org/weir)'
    assert codes((f'![{picture}](salmon.jpg "The weir in May. Photo: own")', linked)) == []


def test_a_linked_picture_that_opens_itself_needs_no_other_words(codes: Codes) -> None:
    linked = '[![Brown shapes](salmon.jpg "The weir in May. Photo: own")](https://example.org/large.jpg)'
    old = '![Salmon below a weir, seen from the bank](salmon.jpg "The weir in May. Photo: own")'
    assert codes((old, linked)) == []


def test_an_alt_text_that_is_a_cameras_name_is_reported_once(
    look: Callable[..., tuple[Finding, ...]],
) -> None:
    (found,) = look(("Salmon below a weir, seen from the bank", "IMG_2034"))
    assert "Also" not in found.hint
