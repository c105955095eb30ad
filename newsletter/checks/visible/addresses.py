"""What was meant as a link and is none: half links, other systems' links, addresses of a local machine."""

from newsletter.checks.visible.scan import Kind, MatchedPlace
from newsletter.editorial.invisible import NOT_SEEN

_SAYS = "was meant as a link, but readers would see it as it stands"
_PLAIN = (_SAYS, "Take it out: no link works here.")
_HINT = "Write [words](https://…) with no space in the address, and none between the brackets."
_WEB = r"(?:https?:|www\.|mailto:)"
_ASIDE = frozenset({"", "…", "...", "sic"})


def _refers(place: MatchedPlace) -> bool:
    """Say whether two brackets are a link by reference, rather than two notes by number."""
    first, second = place.match[1].strip(), place.match[2].strip()
    aside = first.casefold() in _ASIDE or (second.casefold() in _ASIDE and second != "")
    return not aside and not (first.isdigit() or second.isdigit())


def _unread(needles: tuple[str, ...], pattern: str, **more: object) -> Kind:
    return Kind("link-unread", needles, pattern, _SAYS, _HINT, in_addresses=True, plain=_PLAIN, **more)  # type: ignore[arg-type]


HALF_LINKS = (
    Kind(
        "link-unread",
        ("file:", ":\\", "\\\\"),
        r"(?:\[[^\[\]]{0,300}\]\()?\bfile:/[^\s)]{0,200}\)?|(?<![\w\\])[A-Za-z]:\\\w\S{0,200}"
        r"|(?<![\w\\:])\\\\[\w.-]{2,60}\\\S{1,200}",
        "leads to somebody's own machine, where readers cannot go",
        "Put the file on the web and link to it there: [words](https://…).",
    ),
    Kind(
        "link-unread",
        ("script:",),
        r"(?:\[[^\[\]]{0,300}\]\()?\b(?:javascript|vbscript):\S{1,200}",
        "is a program, which no mail program runs",
        "Link to a page: [words](https://…).",
    ),
    _unread(
        ("](",),
        rf"\[[^\[\]]{{0,300}}\]\((?:<?{_WEB}[^)\n]{{0,300}}\)?|[^\s()]{{0,300}}\)?)",
    ),
    _unread(
        ("]",),
        rf"\[[^\[\]]{{1,300}}\][\s{NOT_SEEN}]{{1,3}}\(<?(?:{_WEB}|[\w.-]{{1,80}}\.(?:com|org|net|html?|pdf|md)\b)[^)\n]{{0,300}}\)?"
        rf"|\([^()\n]{{1,300}}\)\s?\[{_WEB}[^\]\n]{{0,300}}\]?"
        rf"|\[[^\[\]]{{1,200}}\](?={_WEB})|\[{_WEB}[^\[\]\s]{{1,300}}\s[^\[\]\n]{{1,200}}\]"
        rf"|\[[^\[\]|\n]{{1,200}}\|\s?{_WEB}[^\[\]\n]{{0,300}}\]"
        rf"|(?:link:)?https?://[^\s\[\]]{{1,300}}\[[^\[\]\n\d][^\[\]\n]{{0,200}}\]",
    ),
    _unread(
        ("http",),
        rf"\[[^\[\]()\n]{{1,200}}\({_WEB}[^()\n]{{1,300}}\)\]"
        rf"|(?:\{{[^{{}}\n]{{1,100}}\}}|<[^<>\n]{{1,100}}>)\({_WEB}[^)\n]{{0,300}}\)?",
    ),
    _unread(("][",), r"\[([^\[\]]{1,200})\]\[([^\[\]]{0,200})\]", sure=_refers),
    _unread((")[",), r"\([^()\n]{1,300}\)\[(?!\d|…|\.\.|sic\b)[^\[\]\n]{1,300}\]"),
    _unread(("<", '":'), rf"<{_WEB}[^<>\n]{{0,300}}>?|\"[^\"\n]{{1,200}}\":(?:https?:|/)\S{{0,300}}"),
)

BARE = (
    Kind(
        "link-bare",
        ("http", "www."),
        r"(?:https?://|(?<![\w.@/])www\.)[^\s<>“”\"\ufffc]{0,2000}[^\s<>“”\"\ufffc.,;:!?)\]]",
        "shows its address, where words would do",
        "Write [what it is](address).",
        in_addresses=True,
    ),
)
