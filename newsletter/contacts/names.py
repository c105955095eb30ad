"""Names: how to greet a reader, from what a list has in its columns of names.

A list is written by people and programs: the family name first, a title before it, NULL for nothing, the
address again. What is stored stays as the file had it; this is how it is read when a mail is made.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from newsletter.contacts.titles import Titles


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What programs and people write for nothing. Case counts where a word is a name too:
# Nan, Na and Nil are people.
_NOTHING = _words(
    """
    null none undefined n/a #n/a n.a. n.n. n. k.a. s/n unknown unbekannt inconnu desconocido desconocida
    desconhecido onbekend okänd ukendt ukjent tuntematon nieznany неизвестно
    невідомо anonymous anonym anonyme
    """
) | {
    "not provided",
    "not available",
    "not given",
    "no name",
    "noname",
    "(blank)",
    "(none)",
    "(null)",
    "[null]",
}
_NOTHING_AS_WRITTEN = frozenset({"NaN", "nan", "NA", "nil", "NIL", "NN", "N N", "n n"})
_MAYBE_NOTHING = _NOTHING | {word.lower() for word in _NOTHING_AS_WRITTEN}
_ADDRESS = re.compile(r"\s*(?:mailto:)?<?[^\s@]+@[^\s@]+\.[^\s@]+>?\s*", re.IGNORECASE)

_TITLES = _words(
    """
    dr prof professor professorin mr mrs ms miss mx sir dame rev reverend fr herr frau hr fru
    mme mlle monsieur madame mademoiselle sra srta dna dott dottssa dra drs ir dipling mag ing msgr pater
    pastor rabbi imam
    dhr mevr mevrouw meneer pan pani señor señora sig sigra sigg avv arch rag geom гн гжа д-р проф κ κα κος
    hon capt col lt sgt maj gen
    med phil rer nat jur iur oec habil vet dent pol theol
    """
)
# Words that are a title with a full stop and a name, a word or an initial without.
_ONLY_WITH_STOP = _words(
    """
    ing mag fr pan ir rag arch geom maj gen hon lt col capt sgt pastor imam κ
    med phil rer nat jur iur oec habil vet dent pol theol
    """
)
_SUFFIXES = _words("jr sr ii iii iv phd dphil md mba msc bsc esq cpa dds jd llm frcp obe mbe")
_COMPANY = _words(
    """
    inc incorporated ltd limited llc llp plc corp corporation company gmbh mbh ggmbh ug kg ohg ev eg sarl
    sas sasu srl spa bv nv oy oyj aps asa kft zrt sro doo ooo ооо оао зао тов partners foundation stiftung
    """
)
# Legal forms that are names too in small letters.
_COMPANY_AS_WRITTEN = frozenset(
    {"AG", "SA", "S.A.", "AB", "AS", "A/S", "SE", "SL", "S.L.", "Co.", "Co", "KK"}
)
_LETTER = re.compile(r"[^\W\d_]")
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af々]+")
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")  # (she/her), (Annie)
_JOINED = re.compile(r"\.(?=[^\W\d_]{2})")  # Dr.Ann, Dr.med.
_AND = frozenset({"&", "and", "und", "et", "y", "e", "og", "och", "en"})
_INITIAL = re.compile(r"[^\W\d_]\.?")


_NOT_PLAIN = (
    _TITLES | _SUFFIXES | _COMPANY | {word.lower() for word in _COMPANY_AS_WRITTEN} | {"no", "not", "n"}
)


class Name(NamedTuple):
    """A name as a mail says it: whole, and the parts that are known of it; "" for what is not."""

    whole: str
    first: str
    last: str


NOBODY = Name("", "", "")


def is_no_name(text: str) -> bool:
    """Say whether a cell of names holds none: a word for nothing, no letter at all, or an address."""
    if text.lower() in _NOTHING or text in _NOTHING_AS_WRITTEN or ("@" in text and _ADDRESS.fullmatch(text)):
        return True
    if text[:1].isalpha() or _LETTER.search(text):  # nearly all begin with a letter
        return False
    return not any(unicodedata.category(sign) == "So" for sign in text)  # a name may be a flower


def only_names(cells: Sequence[str]) -> Sequence[str]:
    """Return cells of names, with "" for each that holds none."""
    # Looked at all together first: nearly all begin with a letter and hold a name, or nothing at all.
    if (
        "".join([cell[:1] for cell in cells]).isalpha()
        and _MAYBE_NOTHING.isdisjoint(map(str.lower, cells))
        and "@" not in "".join(cells)
    ):
        return cells
    return ["" if is_no_name(cell) else cell for cell in cells]


def read_name(text: str, titles: Titles = "drop") -> Name:
    """Return the parts of a whole name: “Lee, Ann” is Ann Lee, and “van der Berg, Jan” is Jan van der Berg.

    With ``titles`` “no_first_name”, who is listed with a title has no first name to be greeted by. A company
    stays as it is and has no parts.
    """
    first, _, last = text.partition(" ")
    if (
        first.isalpha()
        and last.isalpha()
        and text.isascii()
        and not _NOT_PLAIN & {first.lower(), last.lower()}
    ):
        return Name(text, first, last)  # as nearly all are
    text = text.strip(", ")
    if not text or is_no_name(text):
        return NOBODY
    if _is_company(text):
        return Name(text, "", "")
    turned = _turned(text)
    whole, given, family = turned or (text, "", "")
    titled, words = _untitled(_words_of(given or whole))
    if turned:
        first = " ".join(_without_initials(words))
    else:
        first, family = _parts(_without_suffixes(words))
    if _is_title(first):
        first = ""
    return Name(whole, "" if titled and titles == "no_first_name" else first, family)


def read_first_name(text: str, titles: Titles = "drop") -> str:
    """Return what a cell of first names holds, without a title; "" for none, and for a title with one."""
    if is_no_name(text):
        return ""
    titled, words = _untitled(_words_of(text))
    if titled and titles == "no_first_name":
        return ""
    return " ".join(words) if titled else text


def _words_of(text: str) -> list[str]:
    """Return the words of a name, without what stands in brackets among them."""
    return _JOINED.sub(". ", _ASIDE.sub(" ", text)).split() or text.split()


def _turned(text: str) -> tuple[str, str, str] | None:
    """Return “Lee, Ann” as Ann Lee, Ann and Lee; None for a name that is not written family name first."""
    family, *rest = [part.strip() for part in text.split(",")]
    while rest and _is_suffix(rest[-1]):
        rest.pop()
    given = rest[0] if len(rest) == 1 else ""
    if not (family and given) or len(given.split()) > 4 or not given[0].isalpha():
        return None
    after = text[text.index(given, len(family)) + len(given) :]
    return f"{given} {family}{after}".rstrip(" ,"), given, family


def _is_suffix(text: str) -> bool:
    return bool(text) and all(_bare(word) in _SUFFIXES for word in text.split())


def _bare(word: str) -> str:
    return word.replace(".", "").lower()


def _is_company(text: str) -> bool:
    words = text.replace(",", " ").split()
    if len(words) < 2:
        return False
    return _bare(words[-1]) in _COMPANY or words[-1] in _COMPANY_AS_WRITTEN or words[-1] in {"e.V.", "e.G."}


def _untitled(words: list[str]) -> tuple[bool, list[str]]:
    """Return whether a title stands in front, and the words after it, of which there is always one."""
    start = 0
    while start < len(words) - 1 and _is_title(words[start]):
        start += 2 if start < len(words) - 2 and words[start + 1] in _AND else 1  # “Mr. & Mrs. Lee”
    return start > 0 or (len(words) == 1 and words[0].endswith(".") and _is_title(words[0])), words[start:]


def _is_title(word: str) -> bool:
    bare = _bare(word.rstrip(",").replace("-", ""))
    if word.endswith("."):
        return bare in _TITLES or bare in _SUFFIXES & {"sr"} or bare == "d"
    return bare in _TITLES and bare not in _ONLY_WITH_STOP


def _without_suffixes(words: list[str]) -> list[str]:
    while len(words) > 1 and (_bare(words[-1].rstrip(",")) in _SUFFIXES) and not words[-1].islower():
        words = words[:-1]
    return words


def _without_initials(words: list[str]) -> list[str]:
    while len(words) > 1 and _INITIAL.fullmatch(words[-1]) and words[-1].isascii():
        words = words[:-1]
    return words


def _parts(words: list[str]) -> tuple[str, str]:
    """Return the first and last name of words in their order; in East Asian scripts the family name leads."""
    if len(words) < 2:
        return (words[0].rstrip(",") if words else ""), ""
    if len(words) == 2 and all(map(_EAST_ASIAN.fullmatch, words)):
        return words[1], words[0]
    # “van der Berg” begins with its small words, unless the whole name is written small.
    small = next((place for place, word in enumerate(words[1:-1], 1) if word[0].islower()), len(words) - 1)
    start = len(words) - 1 if words[0].islower() else small
    return words[0].rstrip(","), " ".join(words[start:]).rstrip(",")
