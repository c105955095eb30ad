"""Columns: what each column of a file is, said by a person or else by its heading.

Made once, from the header and from what a person chose; how a row is then read is the business of ``rows``.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from newsletter.contacts.consent.questions import header_key
from newsletter.contacts.fields import BUILT_IN, RESERVED, clean, field_name
from newsletter.contacts.table.headings import Role, is_germanic_first, is_germanic_name, is_second, role_of
from newsletter.errors import AudienceError, UsageError

MAX_COLUMNS = 200  # that are taken; what a file has beyond them is left out
REJECTED_COLUMNS = ("line", "reason")  # put before a row's own cells in a file of rejected rows

#: Fields that are not an attribute of the reader's.
ROLES = frozenset({*BUILT_IN, "status"})


@dataclass(frozen=True, slots=True)
class ColumnChoices:
    """What a person said of a file's columns: headings with the field each fills, and headings to ignore.

    ``remembered`` maps headings in lower case to what was said of them at an earlier import, "" to ignore
    one: it holds for the columns that a file has. ``among_others`` says that the
    choices are for several files, of which each has some of the columns.
    """

    fields: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    remembered: Mapping[str, str] = field(default_factory=dict)
    among_others: bool = False


def chosen(columns: Sequence[str], ignored: Sequence[str]) -> ColumnChoices:
    """Return choices written as ``NAME=field``, and headings to ignore.

    Raises UsageError for what is not written so, and for a field that cannot be.
    """
    fields = []
    for text in columns:
        heading, equals, name = text.rpartition("=")
        if not equals or not heading.strip():
            raise UsageError(f"“{text}” is not NAME=field.", hint='Write it like --column "Kontakt=email"')
        fields.append((clean(heading), _field(name.strip())))
    for name in (*BUILT_IN[1:], "status"):
        if sum(given == name for _, given in fields) > 1:
            raise UsageError(f"Two columns cannot both be {name}.", hint="Only email can be given twice.")
    return ColumnChoices(tuple(fields), tuple(map(clean, ignored)))


def _field(name: str) -> str:
    if name in RESERVED:
        raise UsageError(f"“{name}” is filled in by the newsletter itself.", hint="Choose another field.")
    plain = field_name(name)
    if not plain or plain != name:
        hint = f"Write it as {plain}" if plain else "Use letters, digits and _, as in city."
        raise UsageError(f"“{name}” cannot be a field's name.", hint=hint)
    return name


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a file are, by their places from 0.

    ``addresses`` come in the order they are asked: a later one where those before it are empty. ``fills``
    are the places of names, status and attributes with the field each fills. ``attributes`` maps headings to
    merge fields, ``ignored`` maps headings that are not taken to the reason. ``unnamed`` have no heading,
    ``beyond`` are the headings for which there is no room, ``own`` counts the leading columns of a file of
    rejected rows. ``given`` are the places that a person spoke of, with the field, or "" to ignore one.
    """

    header: tuple[str, ...] = ()
    addresses: tuple[int, ...] = ()
    fills: tuple[tuple[int, str], ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    unnamed: tuple[int, ...] = ()
    beyond: tuple[str, ...] = ()
    own: int = 0
    given: Mapping[int, str] = field(default_factory=dict)

    def without(self, places: Collection[int]) -> "Columns":
        """Return the columns less some that fill no field."""
        gone = {self.header[place] for place in places}
        return replace(
            self,
            fills=tuple((place, name) for place, name in self.fills if place not in places),
            attributes={heading: name for heading, name in self.attributes.items() if heading not in gone},
            ignored={heading: why for heading, why in self.ignored.items() if heading not in gone},
        )


def assign(cells: Sequence[str], choices: ColumnChoices, *, file: str, line: int) -> Columns:
    """Return what the columns under these headings are; without addresses when no heading says so.

    Raises AudienceError for a choice that names no column, with the nearest.
    """
    header = tuple(map(clean, cells))
    own = len(REJECTED_COLUMNS) if header[: len(REJECTED_COLUMNS)] == REJECTED_COLUMNS else 0
    given, passed = _resolve(header, choices, file, line)
    open_places = [
        place for place in range(own, len(header)) if header[place] and place not in {*given, *passed}
    ]
    roles = _roles(header, open_places, set(given.values()))
    addresses = [place for place, name in given.items() if name == "email"]
    found = [place for place, role in roles.items() if role == "email"]
    addresses += sorted(found, key=lambda place: (header[place] != "email", is_second(header[place]), place))
    named = {place: name for place, name in {**given, **roles}.items() if name != "email"}
    made = _Attributes(header, set(named.values()) | {"email"}, MAX_COLUMNS - len(addresses) - len(named))
    for place in open_places:
        if place not in roles:
            made.add(place)
    for place, name in given.items():
        if name not in ROLES:
            made.attributes[header[place]] = name
    return Columns(
        header=header,
        addresses=tuple(addresses),
        fills=tuple(sorted([*named.items(), *made.fills])),
        attributes=made.attributes,
        ignored={**{header[place]: "it was to be ignored" for place in sorted(passed)}, **made.ignored},
        unnamed=tuple(place for place in range(own, len(header)) if not header[place]),
        beyond=tuple(made.beyond),
        own=own,
        given={**given, **dict.fromkeys(passed, "")},
    )


def _resolve(
    header: tuple[str, ...], choices: ColumnChoices, file: str, line: int
) -> tuple[dict[int, str], set[int]]:
    """Return the places a person named, with the field of each, and those to ignore."""
    given: dict[int, str] = {}

    def places_of(heading: str) -> list[int]:
        try:
            return _places(header, heading, file, line)
        except AudienceError:
            if choices.among_others:
                return []
            raise

    for heading, name in choices.fields:
        places = [place for place in places_of(heading) if place not in given]
        if places:
            given[places[0]] = name
    ignored = {place for heading in choices.ignored for place in places_of(heading)}
    for place in ignored & set(given):
        text = f"The column “{header[place]}” cannot be both taken and ignored."
        raise UsageError(text, hint="Leave out one of --column and --ignore-column.")
    for place, heading in enumerate(header):
        said = choices.remembered.get(header_key(heading))
        if said == "" and place not in given:
            ignored.add(place)
        elif said and place not in {*given, *ignored} and said not in given.values():
            given[place] = said
    return given, ignored


def _places(header: tuple[str, ...], heading: str, file: str, line: int) -> list[int]:
    exact = [place for place, name in enumerate(header) if name == heading]
    found = exact or [place for place, name in enumerate(header) if name.casefold() == heading.casefold()]
    if found and heading:
        return found
    near = difflib.get_close_matches(heading.casefold(), [name.casefold() for name in header[:1000]], n=1)
    named = next((name for name in header if near and name.casefold() == near[0]), "")
    shown = ", ".join(f"“{name}”" for name in header[:20] if name)
    hint = f"Did you mean “{named}”?" if named else f"The columns are: {shown}"
    raise AudienceError(f"There is no column “{heading}”.", file=file, line=line, hint=hint)


def _roles(header: tuple[str, ...], places: Sequence[int], given: set[str]) -> dict[int, str]:
    """Return the places of addresses, names and status: of each but addresses the first one that says so."""
    # Our own names go first, since an export's columns stand in the order of the alphabet.
    ordered = sorted(places, key=lambda place: header[place] not in ROLES)
    said: dict[int, Role] = {place: role for place in ordered if (role := role_of(header[place]))}
    has_first = "first_name" in given or "first_name" in said.values()
    has_last = "last_name" in given or "last_name" in said.values()
    germanic = any(is_germanic_first(header[place]) for place in said)
    roles: dict[int, str] = {}
    for place, role in said.items():
        name: str = role
        if role == "given":
            name = "first_name" if has_last and not has_first else "name"
        elif role == "family" or (role == "name" and germanic and is_germanic_name(header[place])):
            name = "last_name" if has_first and not has_last else "name"
        if name == "email" or (name not in roles.values() and name not in given):
            roles[place] = name
    return roles


@dataclass(slots=True)
class _Attributes:
    """Name the merge fields of the other columns, as many as there is room for."""

    header: tuple[str, ...]
    taken: set[str]
    room: int
    fills: list[tuple[int, str]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    beyond: list[str] = field(default_factory=list)

    def add(self, place: int) -> None:
        heading = self.header[place]
        name = field_name(heading) or f"column_{place + 1}"
        if name in RESERVED:
            self.ignored[heading] = "its name is that of one of the newsletter's own links"
        elif role_of(heading) == "status":
            self.ignored[heading] = "another column says the status"
        elif len(self.fills) >= self.room:
            self.beyond.append(heading)
        else:
            name = next(free for free in _numbered(name) if free not in self.taken)
            self.taken.add(name)
            self.fills.append((place, name))
            self.attributes[heading] = name


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1
