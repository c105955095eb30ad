"""Merge fields as other systems write them: known by their delimiters, or by the words between plain ones."""

from newsletter.checks.visible.scan import Kind, MatchedPlace, compiled, in_quotation, words

_SAYS = "is a merge field of another system; readers would see it as it stands"
_HINT = 'Write {{ first_name or "there" }}, or put it between backticks if it is meant as text.'

# Words that make a name between plain brackets a field: one of the first, and only these.
_OF_A_READER = words(
    """
    name fname lname firstname lastname fullname username nickname forename surname email mail vorname
    nachname prénom prenom nombre apellido apellidos nome cognome sobrenome voornaam achternaam imię имя
    фамилия 姓名 名前 unsubscribe subscriber recipient
    """
)
_BESIDE = words(
    """
    first last full given family middle user nick your our my reader contact customer member company
    client business organization organisation merge field person account sub e tag link url id address
    city default list profile
    """
)
_PIECES = r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-zß-ÿ])|[^\W\d_a-zA-ZÀ-ÿ]+|\d+"
_DEFAULT = r"\s*(?:\||,|\bor\b|\bfallback\b|\bdefault\b)"
_LONGEST = 3  # words of a field's name; code has longer ones
_IDENTIFIER = r"[A-Za-z]\w*_\w+"
_MARKUP = r"code|quote|noformat|panel|colou?r|info|note|tip|warning|expand|toc|anchor|section|column"


def _names_a_field(text: str) -> bool:
    head = compiled(_DEFAULT).split(text, maxsplit=1)[0].strip()
    if compiled(_IDENTIFIER).fullmatch(head) and head.count("_") < _LONGEST:
        return True
    words = [word.casefold() for word in compiled(_PIECES).findall(head)]
    joined = {"".join(words)} & _OF_A_READER
    known = all(word in _OF_A_READER or word in _BESIDE for word in words)
    return bool(joined) or (known and any(word in _OF_A_READER for word in words))


def _bracketed(place: MatchedPlace) -> bool:
    inside = next(group for group in place.match.groups() if group)
    if place.holds_link or not _names_a_field(inside):
        return False
    return not (inside.isalpha() and in_quotation(place.match))


def _braced(place: MatchedPlace) -> bool:
    return compiled(_MARKUP).match(place.match[1]) is None


def _foreign(needles: tuple[str, ...], pattern: str, **more: object) -> Kind:
    return Kind("field-foreign", needles, pattern, _SAYS, _HINT, in_addresses=True, **more)  # type: ignore[arg-type]


CERTAIN = (
    _foreign(
        ("<%", "[%", "|*", "*|", "|"),
        r"<%[^%<>\n]{1,80}%>|\[%[^%\]\n]{1,80}%\]|\*\|[^|\n]{1,60}\|\*"
        r"|\*?\|[A-Z]{2}[A-Z0-9_:]{0,60}\|\*?",  # the asterisks may have become emphasis
    ),
    _foreign(("%%=",), r"%%=[^%\n]{1,200}=%%"),
    _foreign(("~",), r"(?<![\w~])~[A-Za-z]{2,30}\.[A-Za-z]{2,30}~(?![\w~])"),
    _foreign(
        ("{",),
        r"[$#%@]!?\{[A-Za-z_][^{}\n]{0,60}\}|(?<!\{)\{[$!~?@*=/-]\s?[A-Za-z_][^{}\n]{0,60}\}(?!\})"
        r"|\{\[[^\[\]{}\n]{1,60}\]\}|(?<!\{)\{[A-Za-z][A-Za-z0-9]{0,30}_\w{1,30}[^{}\n]{0,60}\}(?!\})",
    ),
    _foreign(
        ("%",),
        r"(?<![\w%&])%%?[A-Za-z][\w.:-]{0,60}%%?(?![\w%])|%\[[^\[\]\n]{1,60}\]%|%(?i:first|last|full) name%",
    ),
    _foreign(("#",), r"(?<![\w#&/])##?[A-Za-z][A-Za-z0-9_.]{1,40}##?(?![\w#])"),
    _foreign(
        ("@", "$", "ame-"),
        r"@@[A-Za-z][\w.]{0,40}@@|(?<![\w@])@(?i:first|last|full)?_?(?i:name)@"
        r"|(?<![\w$])\$(?:[A-Za-z_]\w{1,40}\$(?![\w$])|(?i:(?:first|last|full|user)_?name|name|email)\b)|(?<![\w-])-(?i:first|last|full)_?(?i:name)-(?![\w-])",
    ),
    _foreign(
        ("[", "<", "(("),
        r"\[[-*~!$@#]{1,2}\s?[A-Za-z_][\w .]{0,40}\s?[-*~!$@#]{1,2}\]|\[[~$%][A-Za-z_][\w.]{1,40}\]"
        r"|<[$#*&]\s?[A-Za-z_][\w. ]{0,40}\s?[$#*&]?>|\(\([A-Za-z]{1,30}_\w{1,30}\)\)",
    ),
)

LIKELY = (
    _foreign(("{",), r"(?<![{\w\\])\{([A-Za-z][\w .:|\-]{1,60})\}(?![}\ufffc])", sure=_braced),
    _foreign(
        ("[", "<", "«"),
        r"\[\[([^\[\]\n]{1,80})\]\]|(?<![\[#])\[([^\[\]\n]{1,80})\](?!\()|<<([^<>\n]{1,60})>>|<([^<>\n]{1,60})>"
        r"|«([^«»\n]{1,60})»",
        sure=_bracketed,
    ),
)
