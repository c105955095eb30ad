"""A paragraph right below a list or a quote is a paragraph; an item that was broken by hand goes on."""

import pytest
from letters import written


@pytest.mark.parametrize(
    ("above", "words"),
    [
        ("- salt\n- flour", "Mix them well."),
        ("1. salt\n2. flour", "Mix them well."),
        ("* Salz\n* Mehl", "„Gut mischen“, sagt er."),
        ("- 盐\n- 面粉", "然后混合。"),
        ("- ملح\n- طحين", "ثم اخلطهما."),
        ("- salt\n    - sea salt", "2026 was its year."),
        ("- one\n\n  more of one", "Below the list."),
    ],
)
def test_a_paragraph_right_below_a_list_belongs_to_no_item(above: str, words: str) -> None:
    html, text = written(f"{above}\n{words}")
    assert html.rstrip().endswith(f"{words}</p>"), html
    assert f"\n\n{words}" in text


def test_a_paragraph_right_below_a_quote_is_not_quoted() -> None:
    html, text = written("> We like it.\nThe board nodded.")
    assert "The board" not in html.partition("</blockquote>")[0]
    assert "\n\nThe board nodded." in text


@pytest.mark.parametrize(
    "markdown",
    [
        "- a line of an item that was broken by hand where the editor's\nWindow ended, as it may.",
        "- short\nand the sentence goes on",
        "> a line of a quotation that was broken by hand where the editor's\nWindow ended.",
        "> We like it.\n— Ana",
    ],
)
def test_an_item_or_a_quote_that_goes_on_is_one(markdown: str) -> None:
    html, _ = written(markdown)
    assert html.rstrip().endswith(("</ul>", "</blockquote>")), html


def test_a_list_goes_on_below_a_paragraph_as_another_list() -> None:
    html, text = written("- one\nBetween them.\n- two")
    assert html.count("<ul") == 2
    assert text == "- one\n\nBetween them.\n\n- two"


def test_a_paragraph_right_below_a_table_is_no_row() -> None:
    html, text = written("| a | b |\n|---|---|\n| x | y |\nBelow the table.\nMore | of it.")
    assert "Below" not in html.partition("</table>")[0]
    assert "Below the table." in text
