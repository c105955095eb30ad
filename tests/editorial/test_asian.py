"""Chinese, Japanese and Korean: emphasis at their punctuation; lines that join without a space."""

import pytest
from letters import brief, letter, read, story, written

from newsletter.checks.reading import all_passages


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("这是**我想做的事。**所以继续。", "我想做的事。"),
        ("これは**「重要なこと」**です。", "「重要なこと」"),
        ("문서는 **마크다운(Markdown)**을 쓴다.", "마크다운(Markdown)"),
        ("他说**“你好”**然后走了。", "“你好”"),
        ("価格は**10%**です。", "10%"),
        ("参加者**（全員）**が賛成。", "（全員）"),
        ("**注意：**请看。", "注意："),
        ("그는 **“좋다!”**라고 말했다.", "“좋다!”"),
        ("这是**重要**的。", "重要"),
        ("前**`code`**后", "<code>code</code>"),
        ("见**[链接](https://example.org)**。", '<a href="https://example.org">链接</a>'),
    ],
)
def test_bold_works_at_punctuation_without_a_space_around_it(text: str, bold: str) -> None:
    html, words = written(text)
    assert f"<strong>{bold}</strong>" in html
    assert "**" not in html + words


def test_italics_and_strikethrough_work_there_too() -> None:
    assert "<em>好的。</em>" in written("他说*好的。*然后")[0]
    assert "<s>旧的。</s>" in written("这是~~旧的。~~新的")[0]


@pytest.mark.parametrize(
    "text",
    ["2 ** 3 ** 4", "a ** b**", "**not open", "文 ** 字", "snake_case_name", "3*4*5"],
)
def test_what_is_no_emphasis_elsewhere_is_none(text: str) -> None:
    assert "<strong>" not in written(text)[0]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("这是第一行，很长很长的\n第二行。", "这是第一行，很长很长的第二行。"),
        ("これはひらがなの行で\nカタカナへ続く。", "これはひらがなの行でカタカナへ続く。"),
        ("这是**重要的**\n事情。", "这是重要的事情。"),
        ("见[链接](https://example.org)\n的页面，很长很长。", "的页面"),
        ("一句话。\nEnglish follows in the next line.", "一句话。English"),
        ("한국어 문장은 띄어쓰기를\n유지합니다 그렇지요.", "띄어쓰기를 유지합니다"),
        ("words in English\nand 中文字 after them go on.", "English and"),
        ("中文字 and English here\n然后中文字。", "here 然后"),
    ],
)
def test_a_line_end_is_a_space_only_where_the_script_has_spaces(text: str, joined: str) -> None:
    message = letter(brief(story(now=text)))
    for part in written(text):
        flat = part.replace("<strong>", "").replace("</strong>", "").replace("</a>", "").replace("\n", " ")
        assert joined in flat
    assert joined in message.text.replace("\n", " ")
    assert any(joined in passage.text for passage in all_passages(read(brief(story(now=text)))))


@pytest.mark.parametrize(
    "words",
    [
        "He is a b*****d and a f***ing liar.",
        "“F**k off,” she said, “f**k you.”",
        "sh*t and b*lls",
        "Nets of 2*3 and 4*5 metres",
        "s***e",
        "ж**а и х**ня",
    ],
)
def test_asterisks_that_stand_for_letters_are_shown(words: str) -> None:
    html, text = written(words)
    assert text == words
    assert "<em" not in html
    assert "<strong" not in html


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("un*believ*able", "unbelievable"),
        ("**most recent**ly and **first**", "most recently and first"),
        ("Das**Wort ist fett** da", "DasWort ist fett da"),
        ("*one* and *two*, a**b**c", "one and two, abc"),
    ],
)
def test_emphasis_that_begins_or_ends_within_a_word_is_emphasis(words: str, shown: str) -> None:
    assert written(words)[1] == shown
