"""Layout: what a file's header tells of where its readers come from, and how to read its rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.audience.consent.column import WORDS, ConsentColumn, consent_column_of
from newsletter.audience.consent.file_consent import FileConsent, Happening, date_of
from newsletter.audience.consent.questions import Answers, Questions, parse_answers
from newsletter.audience.consent.standing import Standing
from newsletter.audience.fields import RESERVED, field_name
from newsletter.audience.headings import role_of
from newsletter.audience.layout import Layout
from newsletter.errors import AudienceError, UsageError
from newsletter.platforms.exports import PLATFORMS, named, recognise
from newsletter.platforms.own import RECIPIENTS, SUPPRESSION_LIST, SUPPRESSIONS, is_own, own_reader
from newsletter.platforms.platform import Platform, state_of_file_name

OTHER = "other"  # what --from takes for a file of no platform, however much it looks like one's


@dataclass(frozen=True, slots=True)
class Told:
    """What an editor says of a file: its platform by name, answers as written, what everyone in it is.

    ``remembered`` are answers given at an earlier import to the same list. ``among_others`` says that the
    answers are to several files, of which each has some of the columns.
    """

    platform: str = ""
    answers: tuple[str, ...] = ()
    everyone: Standing | None = None
    remembered: Answers = field(default_factory=Answers)
    among_others: bool = False


def layout_of(header: Sequence[str], mapped: Mapping[int, str], *, told: Told, file: str) -> Layout:
    """Return how to read a file with this header.

    ``mapped`` are the places of columns that the editor gave a field, "" for one to ignore: they do not
    speak, but for the field `status`. Raises UsageError for a platform or an answer that cannot be, and
    AudienceError when the file is not what ``--from`` says, when its name speaks of leaving and nothing in it
    does, or when it lists an issue's recipients.
    """
    if tuple(header) == RECIPIENTS:
        raise AudienceError(
            "This lists who an issue was for; it does not tell who may be mailed.",
            file=file,
            hint="Export the readers instead: newsletter subscribers export --list NAME -o FILE",
        )
    parsed = parse_answers(told.answers, header, insist=not told.among_others)
    answers = Answers({**told.remembered.said, **parsed})
    if is_own(header) and not told.platform:
        read, fields = own_reader(header)
        consent = FileConsent(questions=Questions(answers))
        return Layout(
            consent, consent_columns=range(len(header)), platform="newsletter", whole=read, fields=fields
        )
    return _Header(header, _platform(header, told.platform, file), mapped, answers).layout(told, file)


@dataclass(frozen=True, slots=True)
class _Header:
    """A header, and what is known of it before its columns are looked at."""

    cells: Sequence[str]
    platform: Platform | None
    mapped: Mapping[int, str]
    answers: Answers

    def layout(self, told: Told, file: str) -> Layout:
        named = {place: column for place in self._free() if (column := self._consent_column(place))}
        columns = named | self._answered(named) | self._mapped_status()
        watched = (place for place in self._watched() if place not in columns)
        platform = self.platform
        return Layout(
            FileConsent(
                columns=tuple(sorted(columns.items(), key=lambda item: item[0])),
                dates=tuple(self._dates(named)),
                watched=tuple((place, self.cells[place]) for place in watched),
                everyone=told.everyone or _everyone(file, platform, columns),
                source=platform.name if platform else "import",
                questions=Questions(self.answers),
            ),
            consent_columns=tuple(place for place, column in named.items() if column.always != "nothing"),
            left_out=tuple(place for place in self._free() if self._says_nothing(place, named)),
            objects=self._among(platform.objects if platform else ()),
            tags=self._among(platform.tags if platform else ()),
            platform=platform.title if platform else "",
        )

    def _name(self, place: int) -> str:
        return field_name(self.cells[place])

    def _free(self) -> Iterator[int]:
        return (place for place, heading in enumerate(self.cells) if heading and place not in self.mapped)

    def _among(self, names: Collection[str]) -> tuple[int, ...]:
        return tuple(place for place in self._free() if self._name(place) in names)

    def _watched(self) -> Iterator[int]:
        """Yield the columns that no role explains: a family name may well be Bounce."""
        return (place for place in self._free() if not role_of(self.cells[place]))

    def _consent_column(self, place: int) -> ConsentColumn | None:
        if self.platform and (known := self.platform.consent_columns.get(self._name(place))):
            return known
        return None if self._is_bookkeeping(place) else consent_column_of(self.cells[place])

    def _answered(self, named: Collection[int]) -> dict[int, ConsentColumn]:
        """Return the columns whose name does not speak, but of some cell of which the editor was asked."""
        return {
            place: ConsentColumn(self.cells[place], other="nothing", date="nothing")
            for place in self._free()
            if place not in named and self.answers.about(self.cells[place])
        }

    def _mapped_status(self) -> dict[int, ConsentColumn]:
        """Return the columns of which the editor said that they are the status."""
        mapped = (place for place, name in self.mapped.items() if name == "status")
        return {place: ConsentColumn(self.cells[place], words=WORDS) for place in mapped}

    def _says_nothing(self, place: int, named: Mapping[int, ConsentColumn]) -> bool:
        if self._name(place) in RESERVED:
            return False  # the newsletter's own links, of which the columns themselves say why they stay out
        return self._is_bookkeeping(place) or (place in named and named[place].always == "nothing")

    def _is_bookkeeping(self, place: int) -> bool:
        platform, name = self.platform, self._name(place)
        if platform is None or name in platform.consent_columns:
            return False
        return name in platform.left_out or (platform.bare and not role_of(self.cells[place]))

    def _dates(self, named: Collection[int]) -> Iterator[tuple[int, str, Happening]]:
        known: Mapping[str, Happening] = self.platform.dates if self.platform else {}
        for place, heading in enumerate(self.cells):
            name = self._name(place)
            spoken = place in named and not (self.platform and name in self.platform.consent_columns)
            if happening := known.get(name) or (date_of(heading) if spoken else None):
                yield place, heading, happening


def _platform(header: Sequence[str], wanted: str, file: str) -> Platform | None:
    """Return the platform that the editor names, or that the columns show."""
    if wanted.casefold() == OTHER:
        return None
    if tuple(header) == SUPPRESSIONS:
        return SUPPRESSION_LIST
    names = list(map(field_name, header))
    if not wanted:
        return recognise(names)
    candidates = named(wanted)
    if not candidates:
        known = ", ".join(platform.name for platform in PLATFORMS)
        raise UsageError(f"--from: “{wanted}” is no platform.", hint=f"Known are {known}, and {OTHER}.")
    for candidate in candidates:
        if any(name in candidate.consent_columns for name in names) or not candidate.missing(names):
            return candidate
    missing = ", ".join(sorted(candidates[0].missing(names)))
    raise AudienceError(
        f"This is no export of {candidates[0].title}: it has no column {missing}.",
        file=file,
        hint="Leave out --from; the file’s columns are then read for what they say.",
    )


def _everyone(file: str, platform: Platform | None, consent_columns: Collection[int]) -> Standing | None:
    """Return what a file's name says of everyone in it, where the name is all that says so.

    A platform names such files itself; of any other file it is a question. Raises AudienceError to ask it.
    """
    standing = state_of_file_name(file)
    if standing is None or (consent_columns and not platform):
        return None
    if platform:
        return standing
    word = "blocked" if standing == "manual" else standing
    raise AudienceError(
        f"The file’s name speaks of readers who are {word}, and no column says so. Nothing was imported.",
        file=file,
        hint=f"If they are, add --as {word}. If all of them may be mailed, add --as confirmed.",
    )
