"""Markup that was left in: HTML, other dialects of Markdown, other systems' marks, signs without a pair."""

from html.entities import html5

from newsletter.checks.visible.pairs import unpaired
from newsletter.checks.visible.scan import Kind, Match, MatchedPlace, words

_BACKTICKS = "put it between backticks if it is meant as text"

_NOT_READ = ("Markdown is not read here", "Take the signs out.")

_TAGS = words(
    """
    a abbr acronym address applet area article aside audio b base bdi bdo big blockquote body br button
    canvas caption center cite code col colgroup dd del details dfn dialog dir div dl dt em embed
    fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i
    iframe img input ins kbd label legend li link main map mark marquee meta meter nav nobr noscript
    object ol optgroup option output p param picture pre progress q rp rt ruby s samp script section
    select small source span strike strong style sub summary sup svg table tbody td template textarea
    tfoot th thead time title tr track tt u ul var video wbr math
    """
)


def _known_tag(place: MatchedPlace) -> bool:
    """Say whether a match is a tag: of HTML, or of any name with attributes as tags have them."""
    name, attributes = place.match[1], place.match[2] or ""
    if name is None:
        return True  # a declaration, or a name with a colon or hyphen
    if place.match[0].startswith("</"):
        return True
    own = attributes.strip(" /\n\t")
    if own and "=" not in own:
        return False  # “x <b and c>” is a comparison
    component = name[0].isupper() and name[1:].islower() and (own or place.match[0].endswith("/>"))
    return name.casefold() in _TAGS or bool(component) or bool(own and "=" in own)


def _tag_name(match: Match) -> str:
    return (match[1] or match[0]).casefold()


def _double_entity(place: MatchedPlace) -> bool:
    """Say whether a character reference is one that was meant as its character."""
    name = place.match[0][1:]
    if not name.startswith("#") and name not in html5:
        return False
    if place.plain:
        return True
    text, start, end = place.match.string, place.match.start(), place.match.end()
    around = text[max(0, start - 2) : start], text[end : end + 2]
    glued = around[0][-1:].isalnum() or around[1][:1].isalnum()
    apart = (
        around[0].endswith(" ")
        and around[0][:1].isalnum()
        and around[1][:1] == " "
        and around[1][1:].isalnum()
    )
    return glued or apart


def _sentence(match: Match) -> str:
    """Return a sign with the words after it."""
    return match.string[match.start() : match.start() + 61].partition("\n")[0]


def _first_line(match: Match) -> str:
    return match[0].partition("\n")[0]


def _in_plain(place: MatchedPlace) -> bool:
    return place.plain


def _left(needles: tuple[str, ...], pattern: str, what: str, hint: str, **more: object) -> Kind:
    return Kind("markup-left", needles, pattern, what, f"{hint}, or {_BACKTICKS}.", together=True, **more)  # type: ignore[arg-type]


KINDS = (
    Kind(
        "heading-unread",
        ("## ",),
        r"^#{2,6} [^\s#][^\n]{0,60}",
        "is no heading, since something stands before it on its line",
        "Write it on a line of its own, with an empty line above.",
    ),
    _left(
        ("<",),
        r"</?([A-Za-z][A-Za-z0-9]{0,30})(\s[^<>]{0,500})?/?>|<!(?:DOCTYPE|\[)[^<>\n]{0,80}>?"
        r"|<\?(?:xml|php|=)[^<>\n]{0,80}>?|</?[a-z]\w{0,10}[:-][a-z][\w-]{0,30}(?:\s[^<>\n]{0,200})?>"
        r"|<[@#!][A-Za-z0-9|_-]{2,60}>|<a?:\w{2,40}:\d{5,25}>|</?#[a-z]{2,20}(?:\s[^<>\n]{0,200})?>",
        "HTML is text in a brief",
        "Write it as Markdown: **bold**, *italics*, an empty line between paragraphs",
        plain=("HTML is not read here", "Take the tags out."),
        sure=_known_tag,
        key=_tag_name,
    ),
    _left(
        ("&",),
        r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});",
        "a reference, where a character was meant",
        "Write the character itself",
        sure=_double_entity,
    ),
    _left(
        ("[[",),
        r"!?\[\[[^\[\]\n]{1,200}\](?:\[[^\[\]\n]{1,200}\])?\]",
        "a brief has no wiki links",
        "Write [words](https://…), or ![what it shows](file.jpg) for a picture",
    ),
    _left(
        ("![",),
        r"(?<!\w)!\[[^\[\]\n]{0,300}\]",
        "no picture is written like that",
        "Write ![what it shows](file.jpg) on a line of its own",
    ),
    _left(
        ("[^", "^["),
        r"\[\^[^\[\]\s]{1,40}\]:?|\^\[[^\[\]\n]{1,200}\]",
        "half of a footnote, without the other",
        "Write the note's text on a line that begins with [^1]:",
    ),
    _left(
        (
            "[!",
            ":::",
            "!!!",
            "???",
            "==",
            "h1.",
            "h2.",
            "h3.",
            "h4.",
            "bq.",
            "#+",
            "..",
            "{|",
            "##",
            "::",
            "[TOC",
            "[toc",
            "\n: ",
            "*[",
        ),
        r"^\[!\w{2,20}\][+-]?|^:{3,}\s?\w{0,20}|^!!!\s\w{1,20}|^\?\?\?\+?\s\w{1,20}"
        r"|^={2,6} ?[^=>\n]{1,200}={2,6}$|^h[1-6]\.\s\S{1,40}|^bq\.\s\S{1,40}|^#\+\w{1,20}"
        r"|^\.\. [\w-]{1,40}::|^={2,6} [^=>\n]{1,200}$|^\w{2,20}::\S{1,200}\[[^\[\]\n]{0,200}\]"
        r"|(?<=\n): [^\s:][^\n]{0,40}|^\*\[[^\[\]\n]{1,40}\]: "
        r"|^\{\|[^\n]{0,40}|^#{2,6}[^\s#][^\n]{0,40}|^\[(?:TOC|toc)\]$|(?<![\w:])[A-Za-z][\w-]{1,30}:: ",
        "the beginning of a block in another system",
        "Write it as a quote (>), a subhead (###) or a paragraph of its own",
    ),
    _left(
        ("{",),
        r"\{(?:[#.]|:{1,2}/?)[A-Za-z][^{}\n]{0,100}\}|\{:\s[^{}\n]{0,100}\}|\{[\w-]{1,20}=[^{}\n]{1,100}\}"
        r"|\{/?(?:code|quote|noformat|panel|color|info|note|tip|warning|expand|toc|anchor|section|column)"
        r"(?::[^{}\n]{0,60})?\}|\{[a-z][a-z:-]{1,30}\}\ufffc",
        "words in braces mean nothing in a brief",
        "Take the braces out",
    ),
    _left(
        (":",),
        r"(?<![A-Za-z0-9:/])(?::(?:[a-z][a-z0-9_+-]{1,40}|\+1|-1|100):){1,10}(?![A-Za-z0-9:/])",
        "a brief knows no names of emoji",
        "Write the emoji itself, 🚀",
    ),
    _left(
        ("[",),
        r"\[(b|i|u|s|url|img|quote|code|center|spoiler|size|color|h[1-6])\](?=[^\[\]]{0,300}\[/\1\])"
        r"|\[/([a-z][a-z0-9]{0,20})\]|\[(url|img|color|size|font|quote|email|youtube)=[^\[\]\n]{1,200}\]"
        r"|\[([a-z][\w-]{1,20})(?:\s[\w-]{1,20}=[^\[\]\n]{1,200})\]|^\[[ xX]\]\s"
        r"|\[@[a-z]{2,30}\d{4}[a-z]?[^\[\]\n]{0,80}\]",
        "tags in brackets mean nothing in a brief",
        "Write it as Markdown: **bold**, *italics*, [words](https://…)",
        key=lambda match: next((group for group in match.groups() if group), match[0]),
    ),
    _left(
        ("^", "~", "!<", "||", "++", "//"),
        r"(?<=\s)\^(?=[\w-]{0,39}[A-Za-z])[A-Za-z0-9-]{2,40}$|(?<=\w)\^[\w+-]{1,10}\^|(?<=[A-Za-z])~\d{1,3}~"
        r"|>?![^!\n]{1,200}!<|\|\|(?=\S)[^|\n]{1,200}\|\||(?<![\w+])\+\+(?=[^\s+])[^+\n]{1,200}\+\+(?![\w+])"
        r"|(?<![:\w/])//(?=[^\s/])[^/\n]{1,200}//(?![\w/])",
        "a sign of another dialect",
        "Take it out, or write the character: x², H₂O",
    ),
    _left(
        ("|", "+-", "+="),
        r"(?:^[ \t]*\|[^\n]{1,500}\|[ \t]*(?:\n|\Z)){2,}|^\+(?:[-=]{2,200}\+){1,30}$",
        "a table has a line of |---|---| right below its head, with as many cells",
        "Write that line, and an empty line above and below the table",
        shows=_first_line,
    ),
    _left(
        ("\\", "$$", "$"),
        r"\\[a-zA-Z]{2,20}\{[^{}\n]{0,200}\}|\$\$[^$\n]{0,200}[\\^_=][^$\n]{0,200}\$\$"
        r"|\$[^$\n]{0,80}\\[a-z]{2,20}[^$\n]{0,80}\$|(?<![\w$])\$[A-Za-z]\w?\^\{?\w{1,20}\}?\$(?!\w)",
        "a brief knows no LaTeX",
        "Write it in words or signs",
    ),
    _left(
        ("''",),
        r"(?<![\w'])''(?=[^\s'])[^'\n]{1,200}''(?!['\w])|(?<!')'{3,5}(?!')[^'\n]{1,200}'{2,5}",
        "two apostrophes are how a wiki writes italics",
        "Write *italics* or **bold**, or one quotation mark: “",
    ),
    _left(
        ("`", "\ufffc"),
        r"`{2,}|(?<![A-Za-z])`(?=\w)(?![^'\n]{0,40}')|(?<!\w):[a-z:-]{2,30}:\ufffc|\ufffc_{1,2}(?!\w)",
        "a backtick without its other half, or a sign around code",
        "Write `code` with one backtick on either side",
    ),
    _left(
        ("*", "_", "`"),
        r"(?<![\w*\\])\*(?=[^\s*])[^*\n]{1,100}(?<=\S)\*(?![\w*])|(?<![\w_])_(?=[^\s_])[^_\n]{1,100}(?<=\S)_(?![\w_])"
        r"|`[^`\n]{1,100}`",
        "Markdown is not read here",
        "Take the signs out",
        plain=_NOT_READ,
        sure=_in_plain,
    ),
    _left(
        ("_",),
        "(?<=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af，。、])_{1,2}(?=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])[^_\n]{1,100}_{1,2}",
        "underscores emphasise nothing where words have no spaces around them",
        "Write *…* or **…**",
    ),
    _left(
        ("==",),
        r"(?<![<=!])={2,}(?![>=])",
        "a brief has no highlighter",
        "Write **bold** or *italics*",
        choose=unpaired,
        key=_sentence,
        shows=_sentence,
    ),
    _left(
        ("**", "__", "~~"),
        r"\*{2,}|_{2,}|~{2,}",
        "signs of emphasis whose other half is missing, or has a space inside",
        "Put **…** close around the words, with a space or a comma outside",
        plain=_NOT_READ,
        choose=unpaired,
        key=_sentence,
        shows=_sentence,
    ),
)
