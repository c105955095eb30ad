"""Layout: what a file's header says of where its readers come from, and how to read its rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePath

from newsletter.contacts.consent.column import STANDINGS, WORDS, ConsentColumn, consent_column_of, topic_of
from newsletter.contacts.consent.file_consent import FileConsent, date_of
from newsletter.contacts.consent.questions import Answers, Questions, header_key, parse_answers
from newsletter.contacts.consent.standing import ConsentKind, NoStanding, Standing
from newsletter.contacts.fields import RESERVED, field_name
from newsletter.contacts.table.headings import role_of
from newsletter.contacts.table.layout import Layout
from newsletter.errors import AudienceError, UsageError
from newsletter.platforms.exports import PLATFORMS, named, recognise
from newsletter.platforms.own import RECIPIENTS, SUPPRESSION_LIST, SUPPRESSIONS, is_own, row_reader
from newsletter.platforms.platform import Platform, state_of_file_name

OTHER = "other"  # what --from takes for a file of no platform, however much it looks like one's


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an editor says of a file: its platform by name, answers as written, what everyone in it is.

    ``remembered`` are answers given at an earlier import to the same list, ``remembered_columns`` the keys of
    columns that were then given a field or ignored. ``among_others`` says that the answers are to several
    files, of which each has some of the columns. ``path`` is the file's name with the archive's around it.
    """

    platform: str = ""
    answers: tuple[str, ...] = ()
    everyone: Standing | None = None
    remembered: Answers = field(default_factory=Answers)
    remembered_columns: frozenset[str] = frozenset()
    typed_columns: frozenset[str] = frozenset()
    among_others: bool = False
    path: str = ""

    def by_memory(self, header: Sequence[str]) -> set[int]:
        """Return the places of columns of which something is remembered and nothing was said now."""
        remembered = self.remembered_columns - self.typed_columns
        return {place for place, name in enumerate(header) if header_key(name) in remembered}


def layout_of(
    header: Sequence[str], mapped: Mapping[int, str], *, declared: Declaration, file: str
) -> Layout:
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
    if is_own(header) and not declared.platform:
        return _own_layout(header, mapped.keys() - declared.by_memory(header), declared)
    platform = _platform(header, declared.platform, file)
    known = {header_key(name) for name in header if platform and field_name(name) in platform.consent_columns}
    # What was answered about another file says nothing of what a platform's own words mean.
    kept = {about: said for about, said in declared.remembered.said.items() if about[0] not in known}
    labels = [heading or f"column {place + 1}" for place, heading in enumerate(header)]
    answers = Answers({**kept, **parse_answers(declared.answers, labels, insist=not declared.among_others)})
    recalled = declared.by_memory(header)
    said = {
        place: name
        for place, name in mapped.items()
        if place not in recalled or header_key(header[place]) not in known
    }
    return _Headings(labels, platform, said, recalled, answers).layout(declared, file)


def _own_layout(header: Sequence[str], mapped: Collection[int], declared: Declaration) -> Layout:
    if declared.answers or declared.everyone or mapped:
        raise UsageError(
            "This is an export of newsletter, and it is read as it was: no option tells who is mailed.",
            hint="Leave out --as, --value, --column, --ignore-column; or read it as any file: --from other",
        )
    read, fields = row_reader(header)
    places = range(len(header))
    return Layout(FileConsent(), consent_columns=places, platform="newsletter", whole=read, fields=fields)


@dataclass(frozen=True, slots=True)
class _Headings:
    """A header, and what is known of it before its columns are looked at."""

    cells: Sequence[str]
    platform: Platform | None
    mapped: Mapping[int, str]
    by_memory: Collection[int]
    answers: Answers

    def layout(self, declared: Declaration, file: str) -> Layout:
        named = {place: column for place in self._free() if (column := self._consent_column(place))}
        columns = named | self._mapped_status()
        watched = (place for place in self._watched() if place not in columns)
        platform = self.platform
        # Only a platform with a file for each state is taken at that file's name, and never at its folder's.
        by_name = platform is not None and platform.one_state_a_file
        name = PurePath(file).name if by_name else declared.path or file
        state = state_of_file_name(name) or self._state_of_addresses()
        return Layout(
            FileConsent(
                columns=tuple(sorted(columns.items(), key=lambda item: item[0])),
                dates=tuple(self._dates(named)),
                watched=tuple((place, self.cells[place]) for place in watched),
                everyone=declared.everyone or (state if by_name else None),
                source=platform.name if platform else "import",
                questions=Questions(self.answers, named=None if declared.everyone or by_name else state),
            ),
            consent_columns=tuple(
                place for place, column in named.items() if column.always is not NoStanding.NOTHING
            ),
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
        """Yield the columns that no role explains: a family name may well be Bounce.

        One that is only remembered to say nothing is looked at again: it may say something in this file.
        """
        free = (place for place in self._free() if not role_of(self.cells[place]))
        return chain(free, (place for place in self.mapped if place in self.by_memory))

    def _state_of_addresses(self) -> Standing | None:
        """Return the state that the name of a column of addresses speaks of, as “Unsubscribed email” does."""
        addresses = (place for place, name in self.mapped.items() if name == "email")
        topics = (topic_of(self.cells[place]) for place in addresses)
        return next((STANDINGS[topic] for topic in topics if topic and topic in STANDINGS), None)

    def _consent_column(self, place: int) -> ConsentColumn | None:
        if self.platform and (known := self.platform.consent_columns.get(self._name(place))):
            return known
        return None if self._is_bookkeeping(place) else consent_column_of(self.cells[place])

    def _mapped_status(self) -> dict[int, ConsentColumn]:
        """Return the columns of which the editor said that they are the status."""
        mapped = (place for place, name in self.mapped.items() if name == "status")
        return {place: ConsentColumn(self.cells[place], words=WORDS) for place in mapped}

    def _says_nothing(self, place: int, named: Mapping[int, ConsentColumn]) -> bool:
        if self._name(place) in RESERVED:
            return False  # the newsletter's own links, of which the columns themselves say why they stay out
        return self._is_bookkeeping(place) or (place in named and named[place].always is NoStanding.NOTHING)

    def _is_bookkeeping(self, place: int) -> bool:
        platform, name = self.platform, self._name(place)
        if platform is None or name in platform.consent_columns:
            return False
        return name in platform.left_out or (platform.bare and not role_of(self.cells[place]))

    def _dates(self, named: Collection[int]) -> Iterator[tuple[int, str, ConsentKind]]:
        known: Mapping[str, ConsentKind] = self.platform.dates if self.platform else {}
        for place, heading in enumerate(self.cells):
            name = self._name(place)
            spoken = place in named and not (self.platform and name in self.platform.consent_columns)
            if kind := known.get(name) or (date_of(heading) if spoken else None):
                yield place, heading, kind


def _platform(header: Sequence[str], wanted: str, file: str) -> Platform | None:
    """Return the platform that the editor names, or that the columns show."""
    if wanted.casefold() == OTHER:
        return None
    if {"email", "reason"} <= {name.casefold() for name in header} <= set(SUPPRESSIONS):
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
