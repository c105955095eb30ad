"""Notes, placeholders, markup and fields of other systems: reported where a reader would see them, once."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown_it.token import Token

from newsletter.checks import CheckFacts, run_checks
from newsletter.checks.reading import Passage
from newsletter.checks.visible import KINDS, find
from newsletter.editorial import Labels, parse_issue

Look = Callable[..., Any]

FRONT = """\
---
subject: A plain subject line
preheader: Something that is said after the subject, at some length.
---
# A headline

**Background:** Background of 1999.

**What’s going on now:** Text.

"""
LINE = FRONT.count("\n") + 1
CLEAN = (Path(__file__).parent / "clean.txt").read_text(encoding="utf-8").split("\n")

REPORTED = {
    "text-placeholder": """\
It opens [LINK] on Friday.
On [DATE] it opens.
[insert quote here]
The XXX said so.
It cost XXX euros.
He said: ???
The bridge (CHECK) is old.
Anna Kowalski (sp?) said.
@Ana please confirm this.
@tom can you check the figure?
A line {>>is this right?<<} here.
We {++really++} mean it.
We {--really--} mean it.
We {~~old~>new~~} mean it.
A {==highlight==}{>>why<<} here.
TKTK people came.
The TK figure is here.
Kick-off TBC on Friday.
[HED TK]
[citation needed]
[source?]
<<check with legal>>
The mayor said[a] so.
The mayor said.[a]
See [link here].
[link to story]
[add photo of the mayor]
[PHOTO CREDIT]
[NAME OF SCHOOL]
[Quelle einfügen]
[lien à insérer]
【要確認】
%% ask legal %%
{# todo: later #}
/* remove this */
TODO: ask Ana.
Lorem ipsum dolor sit amet.
NOTE TO EDITOR: cut this.
DO NOT PUBLISH before noon.
pls check this number.
[AQ: is this the right spelling?]
[Ana: please check]
[xx]
It cost $XX million.
XXXX people came.
Your text here
[please confirm]
[check spelling]
[stat needed]
[email\u00a0protected]
(verify)
(check spelling)
The population is ??.
<insert name of mayor>
[to come]
She was born in [year TK].
[fact-check this]
[confirm with Ana]
[ask Ana]
[find photo]
[update figures]
The mayor said[AS1] so.
Commented [AS1]: is this so?
It cost $X million.
X,XXX people came.
Insert image here.
Headline goes here
Add your text here
@Ana — can you check?
(TKTK)
[bitte prüfen]
[Zahl fehlt]
(Zahl stimmt?)
(PRÜFEN)
(à vérifier)
[source manquante ?] [vérifier]
[revisar]
(REVISAR)
[falta dato]
[da controllare]
（要確認）
(确认)
（待核实）
(확인 필요)
[לבדוק]
[يرجى التحقق]
[проверить]
@tom bitte prüfen
@Ana, por favor confirma
@小王 请确认
[Ana: is this right?]
(Ana, can you confirm?)
[AS1]Text
Kommentiert [A1]: stimmt das?
Comentado [AS12]: ojo
[gate at dusk.jpg]
tktk people came
xx percent of voters
on XX March
tbd
Placeholder
CHECK!""".replace("[source manquante ?] ", ""),
    "field-foreign": """\
Dear %recipient.name%, hello.
Dear *|FNAME|*, hello.
Dear [[first_name]], hello.
Dear <%= name %>, hello.
Dear ${name}, hello.
Dear {name}, hello.
Dear %%name%%, hello.
Dear [FirstName], hello.
Dear #name#, hello.
Dear {$name}, hello.
Dear ##first_name##, hello.
Dear @@name@@ hello.
Dear [first_name], hello.
Dear [Your Name], hello.
Dear [subscriber:firstname | default:reader], hello.
Dear [name], hello.
Dear {!Contact.FirstName}, hello.
Dear #{name}, hello.
Dear {first_name|there}, hello.
Dear <first name>, hello.
Dear <<First Name>>, hello.
Dear «First_Name», hello.
Dear $first_name$, hello.
Dear -first_name- hello.
Dear [% name %], hello.
Dear {Vorname}, hello.
Dear [Prénom], hello.
Click %unsubscribe_url% to leave.
Dear @{name} hello.
Dear [-first_name-] hello.
Dear %[name]% hello.
Dear [FNAME] hello.
Dear ((first_name)) hello.
Dear %%=v(@FirstName)=%% hello.
Dear ~Contact.FirstName~ hello.
Dear {first_name,fallback=there} hello.
Dear $name, hello.
Dear <$name$> hello.""",
    "link-unread": """\
See [Ana] (https://example.org/a) there.
See (Bob)[https://example.org/b] there.
See [the page](https://example.org/a b) there.
See [a](https://example.org there.
See [the brief](file:///C:/Users/Ana/brief.docx) there.
See [x](javascript:void(0)) there.
See [words][nowhere] there.
See [words][] there.
See [https://example.org the page] there.
See [words|https://example.org] there.
See "words":https://example.org there.
See https://example.org[the page] there.
See <https://example.org/a b> there.
See file:///home/ana/x.pdf there.
See C:\\Users\\Ana\\c.pdf there.
See \\\\\\\\server\\share\\d.pdf there.
See [words] (www.example.org) there.
See (words)[page.html] there.
See [the map](map of town.pdf) there.
See [report] (report.pdf) there.
See [words(https://example.org)] there.
See {words}(https://example.org) there.""",
    "markup-left": """\
First<br>second.
<u>Under</u> it.
CO<sub>2</sub> rose.
<img src="gate.jpg" alt="Gate" width=300>
<center>x</center>
Tom &amp;amp; Jerry
it&amp;#39;s so
See [[Rivers|the note]].
![[gate.jpg]]
==this part== is.
> [!note] Beware
The dog. ^block1
A line :rocket: here.
:fire::fire: hot
太好了:rocket:
:::note
!!! warning
'''bold''' wiki
''italic'' wiki
[b]bold[/b] text
[url=https://example.org]x[/url]
[color=red]x[/color]
A line {.class} here.
A line {#anchor} here.
** bold ** text
**bold without end
H~2~O is water.
x^2^ is a square.
\\textbf{bold} text.
$\\alpha$ is a letter.
</div>
<o:p></o:p>
<MyComponent id="3" />
<!DOCTYPE html>
<?php echo 1 ?>
{code}x{code}
h2. A heading
##A heading
[gallery ids="1,2,3"]
[TOC]
A line with `` two.
`code without end
<span style="color:red">x</span>
<my-widget size="3">x</my-widget>
==== Heading ====
key:: value
>!spoiler!< x
||spoiler|| x
A ++new++ word
A //slanted// word
<comment>x</comment>
As [@smith2020, p. 3] says
{::comment}x{:/comment}
| a | b |\\n| 1 | 2 |
| a | b |\\n| - |\\n| 1 | 2 |
+---+---+
== Heading
image::gate.png[A gate]
*[HTML]: Hypertext Markup Language
<:smile:123456789>
这是_重点_。
$x^2$ is a square.""",
}
SHOWN = [
    (code, words.replace("\\n", "\n")) for code, lines in REPORTED.items() for words in lines.split("\n")
]


def codes(text: str, front: str = FRONT) -> list[tuple[str, int | None]]:
    issue = parse_issue(front + text + "\n", issue_id="any", file="any.md", labels=Labels())
    return [
        (finding.code, finding.line)
        for finding in run_checks(issue, CheckFacts())
        if finding.severity != "notice"
    ]


@pytest.mark.parametrize(("code", "words"), SHOWN)
def test_what_a_reader_should_not_see_is_reported_once_with_its_line(code: str, words: str) -> None:
    assert codes(words) == [(code, LINE)]


@pytest.mark.parametrize(("code", "words"), SHOWN)
def test_in_code_all_of_it_is_text(code: str, words: str) -> None:
    assert codes(f"```\n{words}\n```\n\nAs `` {words.replace('``', '')} `` has it.") == []


def test_two_hundred_paragraphs_of_published_style_are_passed_over_in_silence() -> None:
    paragraphs = [line for line in CLEAN if line]
    assert len(paragraphs) >= 200
    assert _leftovers("\n\n".join(paragraphs)) == []


def _leftovers(text: str) -> list[tuple[str, int | None]]:
    """Return what is found, but for what comes of many languages in one issue, or of two kinds of quotes."""
    return [found for found in codes(text) if found[0] not in ("language-unmarked", "quotes-mixed")]


@pytest.mark.parametrize(
    "words",
    [
        "“[The mayor] knew [sic],” he said; [He] said more, [laughs] and all […].",
        "Super Bowl XXX, Chapter XXX and the XXX Olympiad; why??? Rocky IV.",
        "The report[s] of the author[s], an[d] more.",
        "The bill is $3 * 2 million, the vote 7–2, “a@b” a joke, C# and #1.",
        "Q&amp;A, &copy; 2026, &amp;amp; R&D, AT&T;, &hellip; &bogus; \\{{ name }}",
        "The f**k and s*** of it, a 5** hotel, 2 ** 3.",
        "Cards cost 2.80** here.\n\n**With a surcharge.",
        "A first note*, a second** and a third***.",
        "| a | b |\n|---|---|\n| [sic] | 7–2 |",
        "See [[number](https://example.org/map)], [[email](mailto:a@example.org)], #[link] and #[a_b].",
        "[Update, 5 p.m.: She resigned.] [NAME REDACTED] was released. [Ask me anything] [Check back soon]",
        "Super Bowl XX, XXX and XL; an XXX-rated film; XXX rated; “XXX”; the TK-80; #TK.",
        "==> See page 5 <== a == b == c; ~~ the end ~~; 10〜20, です〜; ¯\\_(ツ)_/¯; >> more",
        "He earns £X. [Ctrl]+[C], [1][2], f[x], vitamin B[12], “Th[e] r[oad]”, he[a]rd.",
        "(Please check our website.) (Check it out.) (Source: Reuters) [Photo: Ana Silva/Agency] [Chorus]",
        "“The [link] is strong, the [number] wrong and the [date] mine.” „Der [link].“ «Le [link].»",
        "Sie sollen das (prüfen), dit-elle (vérifier), „[fehlt]“; (siehe unten), (voir ici), (Source)…",
        "“[Tom: is this on?]” [Reader: why?] See Table 2 | page 3. It cost $5 and $10; NT$x^; a | b.",
        'A film rated XXX; the “TK” line; "TK" it was.',
        "The placeholder is dull, tbd bank is not; xx chromosomes; he confirmed [it].",
        "5 < 6 and <now> is > then; if x <b and c> d.",
    ],
)
def test_what_only_looks_like_it_is_passed_over_in_silence(words: str) -> None:
    assert _leftovers(words) == []


@pytest.mark.parametrize(
    ("key", "words", "code"),
    [
        ("subject", "Q&amp;A with O&#39;Brien", "markup-left"),
        ("subject", "The **big** one", "markup-left"),
        ("subject", "Hello *|FNAME|*", "field-foreign"),
        ("subject", "The river [HED TK]", "text-placeholder"),
        ("subject", "What <b>now</b>?", "markup-left"),
        ("preheader", "Ana&rsquo;s answers, and what the vote means for all of us", "markup-left"),
        ("preheader", "What `code` means for all of us, and what it does not mean", "markup-left"),
        ("preheader", "Read [the letter](https://example.org) that we have found for you", "link-unread"),
        ("correction", "The pier has TK metres, not 210, as we wrote.", "text-placeholder"),
        ("by", "Ana <ana@example.org> [photo credit]", "text-placeholder"),
        ("subject", "The vote <!-- check -->", "comment-shown"),
    ],
)
def test_the_front_matter_is_looked_at_as_an_inbox_shows_it(key: str, words: str, code: str) -> None:
    front = FRONT.replace("number: 4", "")
    lines = [line for line in front.split("\n") if not line.startswith(f"{key}:")]
    lines.insert(1, f"{key}: {words!r}" if "'" not in words else f'{key}: "{words}"')
    assert codes("More.", "\n".join(lines)) == [(code, 2)]


def test_captions_and_alt_texts_are_looked_at() -> None:
    picture = '![A weir [photo needed]](https://example.org/weir.jpg "The *weir* in May. TK")'
    assert codes(picture) == [
        ("markup-left", LINE),
        ("text-placeholder", LINE),
        ("text-placeholder", LINE),
    ]


def test_a_comment_behind_a_backslash_or_in_a_caption_is_an_error() -> None:
    assert codes("Text \\<!-- ask legal -->") == [("comment-shown", LINE)]
    for opening in ("<!—", "<!–", "<!––", "<!-", "<! --", "＜！--", "<！—"):
        assert codes(f"Text {opening} ask legal —> here") == [("comment-shown", LINE)], opening
    assert codes("Arrows <— and —>, <-- and -->, <3 and <!DOCTYPE> `<!— x —>` here; so!—<b") != [
        ("comment-shown", LINE)
    ]
    assert codes('![A weir](https://example.org/weir.jpg "In May <!-- ask -->")') == [("comment-shown", LINE)]


def test_all_tags_of_a_line_are_one_finding_and_named_once(look: Look) -> None:
    (finding,) = look(("Nobody had expected one.", "One<br>two<br>three <u>four</u> <b>five</b>."))
    assert finding.message.startswith("“<br>”, “<u>”, “<b>” would be shown as they stand")


def test_lines_below_a_comment_keep_their_numbers() -> None:
    assert codes("One <!-- a\nb --> two\nand TK.") == [
        ("comment-left-out", LINE),
        ("text-placeholder", LINE + 2),
    ]


def test_comments_letters_count_from_a_and_each_is_reported() -> None:
    assert codes("He said[a][b] so.\n\n[c]Ana: no.") == [
        ("text-placeholder", LINE),
        ("text-placeholder", LINE),
        ("text-placeholder", LINE + 2),
    ]
    assert codes("The report[b] and the author[s].") == []


def test_a_place_that_two_kinds_match_is_reported_once() -> None:
    assert codes("Dear [[first_name]], see [[Rivers]].") == [
        ("field-foreign", LINE),
        ("markup-left", LINE),
    ]
    assert codes("{==this==} and ==that==") == [("markup-left", LINE), ("text-placeholder", LINE)]


def test_what_stands_in_an_address_is_reported_of_the_link_alone() -> None:
    assert codes("See [it](https://example.org/TODO), <https://example.org/TODO>.") == [
        ("link-unfinished", LINE)
    ]
    assert codes("See <https://example.org/a==b==c/[[d]]/:e:/~1~>, <https://example.org/?a={name}>.")[:1] == [
        ("field-foreign", LINE)
    ]
    assert codes('See <a href="https://example.org">it</a> or [url=https://example.org]it[/url].') == [
        ("markup-left", LINE),
        ("markup-left", LINE),
    ]


def test_a_mark_over_two_lines_is_reported_at_its_first() -> None:
    assert codes("One line\nand [insert quote\nhere] again\n<br>") == [
        ("text-placeholder", LINE + 1),
        ("markup-left", LINE + 3),
    ]


#: what patterns begin with, alone and with what keeps them looking
SEEDS = [
    *"[](){}<>%#*_~=^:`'\"!?@$&|\\/-.X「【«“",
    "[a", "[a]", "(a", "{a", "<a ", "%a", "#a", "[[", "](", "[a](", "<<", "{=", "**a", "''a", "::a", "?? ",
    "XXX ", "TK ", "@a ", "&amp;", "$a", "\\a", "a:\\b", "http://", "http://a[", "www.", "[a b=", "<a b=",
    "/*", "%%", "{#", "$$", "\ufffc_", "a.[a]", "“[link] ", "~1~", " ^a", "==a==", "h1. ", "a:: ", "(a)[",
    '"a":', "|AA", "{a_",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("end", ["", "\n"])
def test_looking_costs_as_much_as_there_is_text(seed: str, end: str) -> None:
    def cost(length: int) -> float:
        text = (seed + end) * (length // len(seed + end))
        passage = Passage((Token("text", "", 0, content=text),), 1)
        began = time.process_time()
        find([passage], KINDS)
        return time.process_time() - began

    few = min(cost(4_000) for _ in range(3))
    assert cost(40_000) < 60 * max(few, 0.0002)


@pytest.mark.parametrize(
    "words",
    [
        "The **big** one",
        "The ==big== one",
        "The [page](https://example.org)",
        "A <b>big</b> one",
        "R&amp;D",
        "[LINK]",
    ],
)
def test_a_hint_for_a_subject_names_no_markdown(words: str) -> None:
    issue = parse_issue(
        FRONT.replace("A plain subject line", words), issue_id="any", file="any.md", labels=Labels()
    )
    (found,) = [finding for finding in run_checks(issue, CheckFacts()) if finding.severity != "notice"]
    assert "backtick" not in found.hint
    assert "](" not in found.hint
    assert "**…**" not in found.hint


def test_a_highlighter_is_named_as_such_and_overlapping_quotes_are_reported_once() -> None:
    issue = parse_issue(FRONT + "A ==big== one.\n", issue_id="any", file="any.md", labels=Labels())
    (found,) = [finding for finding in run_checks(issue, CheckFacts()) if finding.severity != "notice"]
    assert "highlighter" in found.message
    issue = parse_issue(
        FRONT + "Das**„Wort“**ist **„Das“,**nun\n", issue_id="any", file="any.md", labels=Labels()
    )
    (found,) = [finding for finding in run_checks(issue, CheckFacts()) if finding.severity != "notice"]
    assert "”, “" not in found.message


def test_a_definition_as_other_dialects_write_it_is_reported() -> None:
    assert codes("Term\n: its definition") == [("markup-left", LINE + 1)]


def test_bold_that_goes_over_paragraphs_is_reported_at_both_ends() -> None:
    assert codes("**bold that goes\n\nover paragraphs**") == [
        ("markup-left", LINE),
        ("markup-left", LINE + 2),
    ]
