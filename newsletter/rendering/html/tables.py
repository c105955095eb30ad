"""What a table's cells hold: numbers, words that must not break, and how narrow the whole can get."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from newsletter.widths import display_width

_LONGEST = 24  # columns of a number, or of a word with a hyphen in it, that is kept on one line
_LONGEST_WIDE = 12  # columns of a word in a script without spaces: six characters
_SENTENCE = 32  # columns from which a cell holds prose
_LETTERS = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile(r"[^\W\d_a-zA-Z\u00b5]")

# A word, or a number whose groups stand apart: 1 204 332. A thin space ends no word, though a line may.
_WORD = re.compile(r"[^ \t\n]?\d{1,3}(?: \d{3})+(?!\d)[^ \t\n]*|[^ \t\n]+")
_MAY_BREAK = re.compile("[ \u2000-\u2006\u2008-\u200a\u2010\u2012-\u2014/?|-]")
_WIDE = "[\u2e80-\ud7ff\uf900-\ufaff\uff01-\uffdc\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"

# Pixels, in a phone's type of 14 px, rather too many than too few.
_LETTER = 9  # of one column
_PADDING = 8  # at both sides of a cell
_PROSE = 120  # that prose gets at least
NARROWEST = 220  # that a phone of 320 leaves a table in a quotation
A_PHONE = 350  # that few phones leave a table
A_PAGE = 550  # that no letter does


def is_number(text: str) -> bool:
    """Say whether a cell is a number with sign, unit or currency: it has a digit, and next to no letters."""
    if not any(map(str.isdigit, text)) or display_width(text) > _LONGEST:
        return False
    letters = _LETTERS.findall(text)
    return len(letters) <= 3 and all(len(run) <= 4 for run in letters)


def is_prose(text: str) -> bool:
    """Say whether a cell holds so much that it takes several lines."""
    return display_width(text) > _SENTENCE


def runs_left_to_right(text: str) -> bool:
    """Say whether a number, sign and unit included, is to be read from the left in any text around it."""
    return is_number(text) and not _FOREIGN.search(text) and any("0" <= letter <= "9" for letter in text)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a text piece by piece, each with whether a line could break within it but must not.

    Such are short words with a hyphen or a slash, short ones of scripts in which a line may break at any
    letter, and numbers with a dash or with spaces between groups.
    """
    done = 0
    for word in _WORD.finditer(text):
        if _stays_whole(word[0]):
            yield text[done : word.start()], False
            yield word[0], True
            done = word.end()
    yield text[done:], False


def table_at(tokens: Sequence[Token], position: int) -> Sequence[Token]:
    """Return the tokens of the table that opens at a position. No table holds another."""
    end = next(n for n in range(position, len(tokens)) if tokens[n].type == "table_close")
    return tokens[position:end]


def rows_of(table: Sequence[Token]) -> list[list[str]]:
    """Return the cells' words, row by row, the head first."""
    rows: list[list[str]] = []
    for token in table:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(words_of(token))
    return rows


def words_of(cell: Token | None) -> str:
    """Return the words of a cell's inline token, as far as they are the same for every reader."""
    children = cell.children if cell is not None and cell.type == "inline" else None
    return "".join([token.content for token in children or () if token.type != "merge_field"]).strip()


def least_width(rows: Sequence[Sequence[str]]) -> int:
    """Return about how many pixels a table takes on a phone while nothing in it breaks: rather too many."""
    columns = max(map(len, rows), default=0)
    widest = [max((_least(row[n]) for row in rows if n < len(row)), default=0) for n in range(columns)]
    return sum(widest)


def _is_wide(word: str) -> bool:
    """Say whether a word is of a script without spaces; few are, and the pattern takes time to compile."""
    return not word.isascii() and re.search(_WIDE, word) is not None


def _stays_whole(word: str) -> bool:
    if _is_wide(word):
        return 2 < display_width(word) <= _LONGEST_WIDE
    return _MAY_BREAK.search(word) is not None and display_width(word) <= _LONGEST


def _least(text: str) -> int:
    if is_number(text):
        return _PADDING + _LETTER * display_width(text)
    words = [word for piece, whole in pieces(text) for word in ([piece] if whole else piece.split())]
    longest = max((2 if _is_wide(word) else display_width(word) for word in words), default=0)
    return _PADDING + max(_LETTER * longest, _PROSE if is_prose(text) else 0)
