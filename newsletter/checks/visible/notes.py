"""Notes between editors, and placeholders for words that are still to come."""

import re
from collections.abc import Iterable, Sequence

from newsletter.checks.visible.abroad import PLEASE, asks
from newsletter.checks.visible.scan import Kind, MatchedPlace, compiled, in_quotation, words
from newsletter.editorial.frame import HINTS

_TO_COME = "looks as if words were still to come here"
_NOTE = "looks like a note that is not for readers"
_WRITE = "Write them, or put it between backticks if it is meant as such."
_TAKE_OUT = "Take it out, or put it between backticks if it is meant as such."
_COMMENT = "Readers never see what stands in <!-- … -->."

# What is in brackets: nouns for what is missing, in any case outside a quotation. In one, a lower-case
# noun is how journalists explain: “the [link] is strong”.
_NOUN = (
    r"(?:link|url|date|quote|quotation|photo|image|picture|pic|caption|headline|hed|dek|lede|source|cite"
    r"|citation|number|figure|amount|stat|statistic|credit|byline|spelling|sp|title|website|placeholder)s?"
)
_CAPITAL_NOUN = (
    rf"(?:{_NOUN}|time|day|year|month|city|town|country|place|location|venue|address|phone|price|text|copy|intro"
    r"|outro|cta|check|confirm|verify|insert|add|topic|subject|company|team|person|role|reporter|draft|section"
    r"|paragraph|graf|product|name|names|needed|needs|missing|here|lien|datum|quelle|zitat|fuente|fecha)\b"
)
_INSTRUCTION = (
    r"(?:add|check|confirm|verify|find|fill in|update|replace|get|need|double.check)"
    rf"(?: (?:the |an? |this |his |her |their )?(?:{_NOUN}|names?|facts?|text|copy|price|age)\b.{{0,60}}"
    r"| this| that| (?:with|w/) ?.{1,40})?|ask (?!me\b).{1,40}"
    rf"|{_NOUN}(?: {_NOUN})?(?: (?:to|for|of|from) .{{1,60}})?\s?\?*"
)
_SURE = (
    r"^insert\b.|\b(?:tk|tktk|tbc|tbd|todo|fixme)\b|\blorem\b|(?:citation|source|quote|link|photo|stat|figure|number"
    r"|caption|image|date|name|credit)s? needed"
    r"|^needs? (?:a )?(?:citation|source|quote|link|photo|date|number)s?$"
    r"|\b(?:link|quote|photo|image|picture|text|name|date|number|caption|title|headline|url|copy)s? "
    r"(?:goes here|here|to come|to follow|missing)$|\bto come$|\bto be (?:added|written|checked|inserted)\b"
    r"|^(?:please|pls|plz)\b|^x{2,}$|\?\?$|^note to \w|^placeholder\b|^your [\w ]{1,30} here$|fact.?check"
    r"|^e-?mail\s+protected$|: .*\b(?:please|pls|check|confirm|verify|legal)\b"
    r"|einfügen|ergänzen|nachtragen|insérer|à compléter|à vérifier|insertar|por confirmar|inserir|inserire"
    r"|da verificare|待补|待補|待确认|待確認|要確認|未定|확인 ?필요|вставить|уточнить"
)
_QUERY = ("AU: ", "AQ: ", "ED: ", "QA: ")
_TAKEN_OUT = words("REDACTED WITHHELD CHANGED DELETED REMOVED OMITTED UPDATED")
_SMALL_WORDS = words(
    """
    A An And About At By For From In Of On Or The To With
    """
)
_BEFORE = r"([^\W\d_][\w’'-]*)\.?[ \u00a0]$|(?P<number>[IVXLC]{2,})(?:,|,? (?:and|or))[ \u00a0]$"
_SPACED_SIGN = r"\w[ \u00a0\u202f][?!:;»]"
_LOOSE = re.IGNORECASE | re.DOTALL
_NEAR = 400  # characters
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _bracketed(place: MatchedPlace) -> bool:
    """Say whether a bracket holds a note, rather than a journalist's own word."""
    if place.holds_link:
        return False  # [[words](https://…)]: the words are there
    inside = (place.match[1] or place.match[2] or place.match[3]).strip()
    if compiled(_SURE, _LOOSE).search(inside) or inside.startswith(_QUERY):
        return True
    if inside.isupper():
        return _in_capitals(inside.split())
    return compiled(_INSTRUCTION, _LOOSE).fullmatch(inside) is not None and not in_quotation(place.match)


def _in_capitals(inside: list[str]) -> bool:
    """Say whether capitals name what is missing: [NAME OF SCHOOL], but not [NAME REDACTED] or [NATO]."""
    noun = compiled(_CAPITAL_NOUN, _LOOSE)
    ends = (inside[0].strip("?!.:,"), inside[-1].strip("?!.:,"))
    return any(map(noun.fullmatch, ends)) and _TAKEN_OUT.isdisjoint(inside)


def _crossed(place: MatchedPlace) -> bool:
    """Say whether three X stand alone, and are neither a Roman number nor a part of a name."""
    text, start, end = place.match.string, place.match.start(), place.match.end()
    before = compiled(_BEFORE).search(text[max(0, start - 60) : start])
    named = before is not None and (
        before["number"] or before[1] == "rated" or (before[1][0].isupper() and before[1] not in _SMALL_WORDS)
    )
    return not named and not re.match(r"[ \u00a0](?:[A-Z][a-z]|rated)", text[end : end + 6])


def _unspaced(place: MatchedPlace) -> bool:
    """Say whether a text sets no space before its other signs, as French does."""
    start, end = place.match.span()
    around = place.match.string[max(0, start - _NEAR) : start] + "\n" + place.match.string[end : end + _NEAR]
    return compiled(_SPACED_SIGN).search(around) is None


def _unquoted(place: MatchedPlace) -> bool:
    return not in_quotation(place.match)


def _lettered(places: Sequence[MatchedPlace]) -> Iterable[MatchedPlace]:
    """Keep comments' letters, which count from a; “report[s]” is an editor's own."""
    used = {place.match[1] for place in places}
    missing = next((at for at, letter in enumerate(_LETTERS) if letter not in used), len(_LETTERS))
    return (place for place in places if place.match[1] in _LETTERS[:missing])


def _to_come(
    needles: tuple[str, ...], pattern: str, *, says: str = _TO_COME, hint: str = _WRITE, **more: object
) -> Kind:
    return Kind("text-placeholder", needles, pattern, says, hint, **more)  # type: ignore[arg-type]


CERTAIN = (
    Kind(
        "comment-shown",
        ("<!", "<！", "＜"),
        r"[<＜]\s?[!！]\s?[-–—―−‐‑][^\n]{0,60}",  # word processors make dashes of two hyphens
        "begins a comment, but readers would see it here",
        "Take it out. Only in a story's text is left out what stands between <!-- and -->, two hyphens each.",
        in_addresses=True,
    ),
    Kind(
        "text-unwritten",
        HINTS,
        "|".join(map(re.escape, HINTS)),
        "was written by newsletter new, to say what belongs here",
        "Write your own words in its place.",
    ),
    _to_come(  # CriticMarkup, with what strikethrough leaves of it
        ("{>>", "<<}", "{++", "++}", "{--", "--}", "{~~", "~~}", "{==", "==}", "~>"),
        r"\{==[^{}]{0,200}==\}\{>>[^{}]{0,200}<<\}|\{(?:>>|\+\+|--|~~|==)[^{}]{0,200}\}?|(?:<<|\+\+|--|~~|==)\}"
        r"|\{[^{}]{0,200}~>[^{}]{0,200}\}",
        says="is a mark of editing, which readers would see",
        hint="Settle it and take the marks out, or put it between backticks if it is meant as such.",
    ),
    _to_come(
        ("[",),
        r"(?:(?<=\[[a-z]\])|(?<=[^\s\[\](])|^)\[([a-z])\](?:(?![\w(])|(?=[A-Z]))",
        says="looks like the letter of a comment, as Google Docs leaves it",
        hint="Take it out, and the comments at the text's end.",
        choose=_lettered,
    ),
    _to_come(
        ("[",),
        r"Commented \[\w{1,8}\]:?"
        r"|[^\W\d_]{2,20} \[[A-Z]{1,3}\d{1,3}\]\s?[:：]|(?<=\w)\[[A-Z]{1,3}\d{1,2}\](?!\w)"
        r"|^\[[A-Z]{2,3}\d{1,2}\](?=[A-Za-z])",
        says="looks like the mark of a comment, as Word leaves it",
        hint="Take it out, and the comment as well.",
    ),
)

LIKELY = (
    _to_come(
        ("%%", "{#", "/*", "// ", "<<"),
        r"%%[^%]{1,300}%%|\{#[^{}]{1,200}#\}|/\*[^*]{0,200}\*/|^//\s[^\n]{1,100}|<<[^<>\n]{1,200}>>",
        says=_NOTE,
        hint=f"{_TAKE_OUT} {_COMMENT}",
    ),
    _to_come(
        ("[", "【", "<"),
        r"(?<!#)\[([^\[\]]{1,80})\](?![\w(\[])|【([^【】\n]{1,80})】|<([^<>\n]{1,60})>",
        sure=_bracketed,
    ),
    _to_come(
        ("[", "(", "【", "（"),
        r"[\[(【（]([^\[\]()（）【】\n]{1,40})[\])】）](?![(\[])",
        says=_NOTE,
        hint=_TAKE_OUT,
        sure=asks,
    ),
    _to_come(
        ("[", "("),
        r"[\[(][^\W\d_a-z][\w.’'-]{0,20}[:,] (?i:is (?:this|that|it)|are (?:these|those|we)|can you|could you"
        r"|do we|did (?:he|she|they|we)|should we|please)\b[^\[\]()\n]{0,80}\?[\])]",
        says=_NOTE,
        hint=_TAKE_OUT,
        sure=_unquoted,
    ),
    _to_come(
        ("[",),
        r"(?<![!\[])\[[\w .-]{1,60}\.(?i:jpe?g|png|gif|webp|heic|tiff?)\](?![(\[])",
        says="names a picture's file, which readers would see instead of the picture",
        hint="Write ![what it shows](file.jpg) on a line of its own.",
    ),
    _to_come(
        ("TK", "tk", "tb", "asdf", "lace", "latz", "CHECK", "CONFIRM", "VERIFY", "xx", "XX "),
        r"^(?:tbd|tbc|asdf\w{0,20}|[Pp]laceholder|[Pp]latzhalter|CHECK|CONFIRM|VERIFY)[.!?]{0,3}$|\btktk\b"
        r"|(?<![\w-])xx ?(?:%|percent|million|billion|thousand|people)"
        r"|\bXX (?:January|February|March|April|May|June|July|August|September|October|November|December)\b",
    ),
    _to_come(
        ("TK", "TBC", "TBD", "TODO", "FIXME", "orem ipsum", "olor sit", "X"),
        r"\bTK(?:TK)+\b|(?<![#@“\"„«])\bTK\b(?![”\"“»]|\u00a0?[ -]?(?:\d|[A-Z][a-z]))|\b(?:TBC|TBD|FIXME)\b"
        r"|(?<![A-ZÀ-Þ] )\bTODO\b|[Ll]orem ipsum(?: dolor sit amet)?|\b[Dd]olor sit amet|\bX{4,}\b"
        r"|[$€£¥] ?(?:X{2,}\b|X (?:million|billion|thousand)\b)"
        r"|\bX{2} ?(?:%|percent|million|billion|thousand|people)",
    ),
    _to_come(("XXX",), r"(?<![\w“‘\"'-])XXX(?![\w”’\"'-])", sure=_crossed),
    _to_come(("??",), r"(?:^|(?<=[ \t(\[—–:]))\?{2,}(?![\w?!])", sure=_unspaced),
    _to_come(
        ("(",),
        r"\((?:CHECK|CONFIRM|VERIFY|FACT.?CHECK|CQ|TK|TKTK|TBC)\b[^()]{0,60}\)"
        r"|\((?i:sp|spelling|date|source|name|number|link|age|title|figure|year|fact)\.?\s?\?+\)"
        r"|\((?i:please (?:check|confirm|verify)\)|(?:to )?check (?:spelling|names?|dates?|source|figures?"
        r"|numbers?|facts?|quote)|(?:check|confirm|verify) with (?:legal|the desk|desk|editor)|verify"
        r"|fact[ -]?check|needs? (?:checking|source|citation|confirming))\b[^()]{0,80}\)",
        says=_NOTE,
        hint=_TAKE_OUT,
    ),
    _to_come(
        ("@",),
        r"(?<![\w.@/])@\w[\w.]{1,30}[,:]?\s(?:[—–-]\s)?(?i:please|pls|plz|can you|could you|would you"
        r"|will you|check|confirm|verify|fact-?check|is this|is that|does this|are we|do we|should we|ok\?"
        r"|okay\?|thoughts|FYI|need|add|fix|review|update|remove|rewrite"
        rf"|to (?:check|confirm|add|verify)|{PLEASE})(?![a-zß-ÿ])",
        says=_NOTE,
        hint=f"{_TAKE_OUT} {_COMMENT}",
        sure=_unquoted,
    ),
    _to_come(
        (
            "pls ",
            "plz ",
            "Pls ",
            "NOTE TO",
            "ote to",
            "DO NOT",
            "NOT FOR",
            "EMBARGO",
            "nsert ",
            "INSERT ",
            "CHECK",
            " here",
        ),
        r"\b(?:[Pp]ls|[Pp]lz) (?:check|confirm|verify|advise|add|fix|update|review)\b"
        r"|\b(?:NOTE TO (?:EDITORS?|DESK|SUBS?|AUTHOR|LEGAL)|DO NOT (?:PUBLISH|SEND|RUN)"
        r"|NOT FOR (?:PUBLICATION|DISTRIBUTION)|ED(?:ITOR)? TO CHECK|INSERT (?:[A-Z]+ ){0,4}HERE"
        r"|EMBARGOED UNTIL|INSERT (?:QUOTE|LINK|PHOTO|NAME|DATE|IMAGE|CAPTION))\b"
        r"|\b[Ii]nsert (?:\w{1,20} ){1,4}here\b"
        r"|\b[Nn]ote to (?:editor|desk|subs?):"
        r"|\b(?i:text|quote|link|photo|image|copy|caption|headline|title|lede|intro) goes here\b"
        r"|\b[Yy]our (?:text|link|name|title|headline) here\b",
        says=_NOTE,
        hint=_TAKE_OUT,
    ),
)
