"""Alphabets: the letters beyond ASCII that languages write, by the code pages that hold them.

The code pages are those that Windows and its Excel write for each language, then those of DOS and of old
Macs (“CSV (MS-DOS)”, “CSV (Macintosh)”).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

# Punctuation that any language may have among its letters, and signs that never touch one.
_NEUTRAL = frozenset("‘’‚“”„‹›«»–—…•·´ªº\u00a0\u00ad")
_SIGNS = frozenset("°€£©®™§×±¿¡")
_SIGN_AT_LETTER = re.compile(r"[°€£©®™§×±][^\W\d_]|[^\W\d_][°€£§×±¿¡]")

_LETTERS: Mapping[str, str] = {
    # Western
    "es": "áéíñóúüç",
    "pt": "áâãàçéêíóôõúü",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "de": "äöüßéè",
    "it": "àèéìíîòóùú",
    "nl": "áàäéèëïíóöüúç",
    "sv": "åäöéü",
    "da": "æøåéüö",
    "nb": "æøåé",
    "fi": "äöåšž",
    "ca": "àçéèíïóòúü",
    "is": "áéíóúýþæöð",
    # Central European
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîşţ",
    "hr": "čćđšž",
    "sl": "čšž",
    "sq": "ëç",
    # Baltic
    "et": "äöõüšž",
    "lv": "āčēģīķļņšūž",
    "lt": "ąčęėįšųūž",
    # Others with an alphabet of their own
    "tr": "çğıöşüâîİ",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "he": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيًٌٍَُِّْ",
    "fa": "آأءؤئابپتثجچحخدذرزژسشصضطظعغفقکكگلمنوهیي",
}

# Spellings that a language with all those letters never has all the same.
_NEVER: Mapping[str, re.Pattern[str]] = {
    "pt": re.compile("õ(?!e)", re.IGNORECASE),
    "cs": re.compile(r"\bý|[aeiouy]ý", re.IGNORECASE),
    "sk": re.compile(r"\bý|[aeiouy]ý", re.IGNORECASE),
    "he": re.compile("[ךםןףץ](?=[א-ת])"),  # these are the forms at a word's end
}
_VOWELS = frozenset("аеёиоуыэюяєіїαεηιουωάέήίόύώϊϋΐΰ")


@dataclass(frozen=True, slots=True)
class CodePage:
    """A code page: Python's name for it, people's, and the languages that are written with it."""

    codec: str
    title: str
    languages: tuple[str, ...]


_EAST_ASIAN = frozenset({"cp932", "gb18030", "cp949", "cp950"})
_WITH_VOWELS = frozenset({"ru", "uk", "bg", "sr", "el"})
_OWN_SCRIPT = _WITH_VOWELS | {"he", "ar", "fa"}
_WORD = re.compile(r"[^\W\d_]+")

_WESTERN = ("es", "pt", "fr", "de", "it", "nl", "sv", "da", "nb", "fi", "ca")
_CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq", "de")
_CYRILLIC = ("ru", "uk", "bg", "sr")

#: In order of preference, where two make equal sense.
CODE_PAGES = (
    CodePage("cp1252", "Windows-1252", _WESTERN),
    CodePage("cp1250", "Windows-1250", _CENTRAL),
    CodePage("cp1251", "Windows-1251", _CYRILLIC),
    CodePage("cp1253", "Windows-1253", ("el",)),
    CodePage("cp1254", "Windows-1254", ("tr", "de")),
    CodePage("cp1257", "Windows-1257", ("lt", "lv", "et", "de", "pl")),
    CodePage("cp1255", "Windows-1255", ("he",)),
    CodePage("cp1256", "Windows-1256", ("ar", "fa")),
    CodePage("cp1252", "Windows-1252", ("is",)),  # after Turkish, which has other letters in the same places
    CodePage("cp932", "Shift JIS (Windows-932)", ("ja",)),
    CodePage("cp949", "Windows-949", ("ko",)),
    CodePage("gb18030", "GB 18030 (Windows-936)", ("zh",)),
    CodePage("cp950", "Big5 (Windows-950)", ("zh",)),
    CodePage("iso8859-2", "ISO 8859-2", _CENTRAL),
    CodePage("cp850", "DOS code page 850", _WESTERN),
    CodePage("cp852", "DOS code page 852", _CENTRAL),
    CodePage("cp866", "DOS code page 866", _CYRILLIC),
    CodePage("koi8-u", "KOI8-U", _CYRILLIC),
    CodePage("mac-roman", "Mac Roman", _WESTERN),
)


@cache
def _alphabet(language: str) -> frozenset[str]:
    letters = _LETTERS[language]
    capitals = {letter.upper() for letter in letters if len(letter.upper()) == 1}
    return frozenset(letters) | capitals - frozenset("I")


@cache
def _everyday(codec: str) -> frozenset[str]:
    """Return the letters of an East Asian code page that names and places are usually written with.

    Each of these standards puts its everyday characters into one stretch, and rare ones after it.
    """
    codes = {
        "cp932": _pairs(range(0x88, 0x99)) + _pairs(range(0x82, 0x84)),  # JIS X 0208 level 1, and kana
        "gb18030": _pairs(range(0xB0, 0xD8)),  # GB 2312 level 1
        "cp949": _pairs(range(0xB0, 0xC9)),  # KS X 1001: Hangul
        "cp950": _pairs(range(0xA4, 0xC7)),  # Big5 level 1
    }[codec]
    found = (code.decode(codec, "ignore") for code in codes)
    return frozenset(text for text in found if len(text) == 1 and text.isalpha()) | frozenset("ー々〇")


def _pairs(leads: range) -> list[bytes]:
    return [bytes([lead, trail]) for lead in leads for trail in range(0x40, 0xFF)]


def fitting_languages(text: str, page: CodePage) -> frozenset[str]:
    """Return the languages of a code page in which a text could be words, by their letters and capitals."""
    letters = {letter for letter in text if not letter.isascii()} - _NEUTRAL - _SIGNS
    if _SIGN_AT_LETTER.search(text) or _oddly_capital(text):
        return frozenset()
    if not letters:
        return frozenset(page.languages)
    if page.codec in _EAST_ASIAN:
        fits = letters <= _everyday(page.codec) and not _mixes_scripts(text)
        return frozenset(page.languages) if fits else frozenset()
    return frozenset(language for language in page.languages if _could_be(text, letters, language))


def _could_be(text: str, letters: set[str], language: str) -> bool:
    if not letters <= _alphabet(language):
        return False
    if language in _OWN_SCRIPT and _mixes_scripts(text):
        return False
    never = _NEVER.get(language)
    if never is not None and never.search(text):
        return False
    return language not in _WITH_VOWELS or _has_vowels(text)


def _oddly_capital(text: str) -> bool:
    """Say whether a capital beyond ASCII stands within a word of small letters, as in many misreadings."""
    for word in _WORD.findall(text):
        inner = word[1:]
        if not word.isupper() and any(letter.isupper() and not letter.isascii() for letter in inner):
            return True
    return False


def _mixes_scripts(text: str) -> bool:
    return any(letter.isascii() and letter.isalpha() for letter in text)


def _has_vowels(text: str) -> bool:
    """Say whether each longer word has a vowel in five letters: misread alphabets give runs of consonants."""
    return all(
        5 * sum(letter in _VOWELS for letter in word.lower()) >= len(word)
        for word in _WORD.findall(text)
        if len(word) > 3
    )


def lacks_either_case(texts: list[str], page: CodePage) -> bool:
    """Say whether an alphabet that has capitals shows one kind of letter alone, as names misread in it."""
    letters = "".join(texts)
    return _WITH_VOWELS.issuperset(page.languages) and (letters.islower() or letters.isupper())
