"""Where a list, a quote or a table ends without an empty line: at a line that stands at the left edge again.

CommonMark takes such a line for a part of the last item, since prose may have been broken by hand there.
Where its first word would still have fitted above, nobody broke prose: somebody began a paragraph.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from newsletter.editorial.markdown.dialects.breaks import Lines, is_marked

_MARKS = " \t>-*+"  # what comes before the words of a quote or an item


def read_ends(parser: MarkdownIt) -> None:
    """Let a paragraph end an item, or a quote, above it where one was meant."""
    parser.block.ruler.before("table", "end", _ends, {"alt": ["paragraph", "blockquote"]})


def _ends(state: StateBlock, line: int, _last: int, silent: bool) -> bool:
    """Say, when a paragraph asks whether a line ends it, that one does; never begin a block."""
    if not silent or not line or state.isEmpty(line):
        return False
    in_quote = state.parentType == "blockquote"
    in_item = state.parentType == "paragraph" and 0 <= state.sCount[line] < state.blkIndent
    if state.parentType == "table":  # CommonMark's readers would take the line for a row of one cell
        return "|" not in _line(state, line)
    return (in_quote or in_item) and _begins_paragraph(
        _line(state, line - 1).lstrip(_MARKS), _line(state, line)
    )


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _begins_paragraph(above: str, words: str) -> bool:
    """Say whether words would have fitted on the line above, and do not go on with its sentence."""
    goes_on = words[0].islower() or words.startswith("<!--") or is_marked(words)
    return bool(above) and not goes_on and Lines.of((above, words)).early[0]
