"""Encodings: which way of writing letters as bytes a file uses, found out from the file itself.

Text is UTF-8 if it can be, or UTF-16 by its mark. Otherwise it comes from a program that wrote a code page,
as Excel does, and nothing in the file says which. Each code page is tried: the right one makes words whose
letters all belong to one language's alphabet, the others make words that no language has.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from newsletter.contacts.text.alphabets import CODE_PAGES, CodePage, fitting_languages, lacks_either_case
from newsletter.contacts.text.formats import HEAD, refuse_other_formats
from newsletter.errors import AudienceError, UsageError

MAX_WORDS = 2_000  # with letters beyond ASCII: more of them would not change the choice
MAX_WORD = 100  # bytes of one of them
ENOUGH = 0.6  # share of the words that a code page must make sense of; names are spelt in many ways

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's: it begins alike
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# No code page has any of these as the second byte of a letter.
_BETWEEN = re.compile(rb"[\x00-\x2f;]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’ ][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes are read; ``sample`` is a word with its accents, for a person to judge.

    ``fallback`` is the code page of single lines in a file that is UTF-8 otherwise.
    """

    name: str = "utf-8"
    sample: str = ""
    fallback: str = ""
    given: bool = False

    @property
    def title(self) -> str:
        """Return the name as people know it: Windows-1250, UTF-16."""
        return title(self.fallback or self.name)


UTF_8 = Encoding()


def title(name: str) -> str:
    """Return a codec's name as people know it."""
    page = next((page for page in CODE_PAGES if page.codec == name), None)
    if page is not None:
        return page.title
    return re.sub(r"-[lb]e$", "", name).upper() if name.startswith("utf") else name


def named_encoding(name: str) -> Encoding:
    """Return the encoding that a person named. Raises UsageError when there is none of that name."""
    try:
        codec = codecs.lookup(name.strip())
        known = "a@b,\n".encode(codec.name).decode(codec.name) == "a@b,\n"
    except (LookupError, ValueError, TypeError, AttributeError):
        known = False
    if not known:
        hint = "Known are, among others: utf-8, utf-16, windows-1252, windows-1250, mac-roman, shift-jis."
        raise UsageError(f"“{name}” is no encoding.", hint=hint)
    return Encoding(codec.name, given=True)


def find_encoding(pieces: Iterable[bytes], *, file: str, language: str = "en") -> Encoding:
    """Return how a file is to be read; all of it is looked at, in bounded memory.

    Of two code pages that make equal sense, the one of ``language`` is taken. Raises AudienceError when the
    file is plainly no text, or nothing makes sense of it.
    """
    iterator = iter(pieces)
    head = b""
    while len(head) < HEAD and (piece := next(iterator, b"")):
        head += piece
    refuse_other_formats(head.removeprefix(codecs.BOM_UTF8), file=file)
    wide = _wide(head)
    if wide:
        return Encoding(wide, sample=_first_sample(_chain(head, iterator), wide))
    words = _Words()
    for block in _blocks(_chain(head, iterator)):
        words.take(block)
    return _encoding_of(words, file, language)


def _wide(head: bytes) -> str:
    name = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    if name:
        return "" if name == "utf-8" else name
    start = head[:64]
    if len(start) >= 8 and not any(start[1::2]) and all(start[::2]):  # ASCII letters as UTF-16, unmarked
        return "utf-16-le"
    return "utf-16-be" if len(start) >= 8 and not any(start[::2]) and all(start[1::2]) else ""


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _first_sample(pieces: Iterable[bytes], name: str) -> str:
    """Return the first word with accents of a file in a known encoding, one of its headings if need be."""
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    heading, in_header = "", True
    for piece in pieces:
        text = decoder.decode(piece)
        if in_header:
            header, *rest = re.split(r"[\r\n]", text, maxsplit=1)
            heading, in_header, text = heading or _sample(header), not rest, "".join(rest)
        if not text.isascii() and (sample := _sample(text)):
            return sample
    return heading


def _sample(text: str) -> str:
    return next((word for word in _WORD.findall(text) if not word.isascii()), "")[:MAX_WORD]


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes in blocks that end between two words, as long as words are of any sane length."""
    rest = b""
    for piece in pieces:
        block = rest + piece
        cut = max(block.rfind(b"\n"), block.rfind(b","), block.rfind(b"\r"), block.rfind(b" ")) + 1
        if not cut and len(block) > HEAD:
            cut = len(block)
        yield block[:cut]
        rest = block[cut:]
    yield rest


@dataclass(slots=True)
class _Words:
    """The words of a file beyond ASCII: how many are UTF-8, and those that are not."""

    valid: int = 0
    broken: dict[bytes, None] = field(default_factory=dict)
    headings: int | None = None  # how many of those that are not stand in the header

    def take(self, block: bytes) -> None:
        if self.headings is None and (end := re.search(rb"[\r\n]", block)):
            self._look_at(block[: end.start()])
            self.headings = len(self.broken)
            block = block[end.start() :]
        self._look_at(block)

    def shown_first(self) -> list[bytes]:
        """Return the words that are not UTF-8, those of readers before those of headings."""
        words = list(self.broken)
        return words[self.headings :] + words[: self.headings]

    def _look_at(self, block: bytes) -> None:
        if block.isascii():
            return
        try:
            block.decode()
        except UnicodeDecodeError:
            self._sort(block)
        else:
            if self.valid < MAX_WORDS:
                self.valid += sum(not word.isascii() for word in _BETWEEN.split(block))

    def _sort(self, block: bytes) -> None:
        for word in _BETWEEN.split(block):
            if not word.isascii():
                try:
                    word.decode()
                    self.valid += 1
                except UnicodeDecodeError:
                    if len(self.broken) < MAX_WORDS:
                        self.broken[word[:MAX_WORD]] = None


def _encoding_of(words: _Words, file: str, language: str) -> Encoding:
    if not words.broken:
        return UTF_8
    ranked = sorted(_judged(words.shown_first(), language), key=lambda judged: judged.rank)
    best = ranked[0]
    # The two that are mistaken for each other most, since they share half of their letters.
    sample = best.distinct_sample(CODE_PAGES[1] if best.page == CODE_PAGES[0] else CODE_PAGES[0])
    # Words of a code page are hardly ever UTF-8 by chance: a good share of them means a mixed file.
    mixed = words.valid >= 0.2 * (words.valid + len(words.broken))
    if mixed:
        page = best.page if best.share >= ENOUGH else CODE_PAGES[0]
        return Encoding("utf-8", sample=sample, fallback=page.codec)
    if best.share < ENOUGH:
        raise _unclear(ranked, file)
    return Encoding(best.page.codec, sample=sample)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a code page makes of the words: the share that is language, and the words that are."""

    page: CodePage
    share: float
    fitting: dict[bytes, str]
    rank: tuple[float, int]

    @property
    def sample(self) -> str:
        """Return a word that makes sense, with its accents."""
        return next(filter(None, map(_sample, self.fitting.values())), "")

    def distinct_sample(self, other: CodePage) -> str:
        """Return a word that would read differently in another code page, by which a person can judge."""
        different = (text for word, text in self.fitting.items() if _decoded(word, other.codec) != text)
        return next(filter(None, map(_sample, different)), "") or self.sample


def _judged(words: list[bytes], language: str) -> Iterator[_Judged]:
    for place, page in enumerate(CODE_PAGES):
        texts = [_decoded(word, page.codec) for word in words]
        fits = [fitting_languages(text, page) if text else frozenset[str]() for text in texts]
        counts: dict[str, int] = {}
        for languages in fits:
            for name in languages:
                counts[name] = counts.get(name, 0) + 1
        share = sum(map(bool, fits)) / len(words)
        alone = max(counts.values(), default=0) / len(words)
        fitting = {word: text for word, text, languages in zip(words, texts, fits, strict=True) if languages}
        own = language.split("-")[0] in page.languages
        # Twice the weight on one language that explains all: a file's readers mostly share one.
        rank = (-(share + 2 * alone + 0.25 * own - 0.25 * lacks_either_case(texts, page)), place)
        yield _Judged(page, share, fitting, rank)


@cache
def _decoder(codec: str) -> Callable[[bytes], tuple[str, int]]:
    return codecs.getdecoder(codec)


def _decoded(word: bytes, codec: str) -> str:
    try:
        return _decoder(codec)(word)[0]
    except UnicodeDecodeError:
        return ""


def _unclear(ranked: list[_Judged], file: str) -> AudienceError:
    tries = [judged for judged in ranked if judged.sample][:3]
    shown = "; ".join(f"as {judged.page.title}, “{judged.sample}”" for judged in tries)
    hint = "Save it as “CSV UTF-8” in your spreadsheet program, or say what it is: --encoding NAME"
    return AudienceError(
        f"The file is not UTF-8, and it is unclear what else it is.{f' It reads: {shown}.' if shown else ''}",
        file=file,
        hint=hint,
    )
