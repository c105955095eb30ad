"""This newsletter's own export: a list's states, suppressions, instants and consents, to be read back whole.

The leading columns are the same in every export. Those after them are attributes, whatever they are called:
an attribute named `status` is no status.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from newsletter.contacts.address import normalise
from newsletter.contacts.consent.column import ConsentColumn
from newsletter.contacts.consent.dates import from_iso, iso
from newsletter.contacts.consent.standing import IN_A_WORD
from newsletter.contacts.fields import RESERVED, clean, field_name, fitting, shorten
from newsletter.contacts.table.cells import RawRow
from newsletter.contacts.table.columns import MAX_COLUMNS, REJECTED_COLUMNS
from newsletter.contacts.table.formulas import unguard
from newsletter.contacts.table.row import Erased, Row
from newsletter.delivery.states import SubscriptionState, SuppressionReason
from newsletter.instants import rfc3339
from newsletter.platforms.platform import Platform

COLUMNS = (
    "email",
    "name",
    "status",
    "since",
    "joined",
    "suppressed",
    "suppressed_since",
    "known_since",
    "consent",
)
SUPPRESSIONS = ("email", "reason", "since")  # what `suppressions` prints
RECIPIENTS = ("email", "state", "reason", "reported", "at", "message_id")  # what `recipients` prints
ERASED = "erased"
_STATES = frozenset(SubscriptionState)
_REASONS = frozenset(SuppressionReason)
_UNTIL = " until "
_PAUSED_CELL = f"{SubscriptionState.PAUSED}{_UNTIL}2026-01-12T08:30:00Z"  # as an export writes a pause

# Who stands in a list of suppressions is on no list by that: they come in as unsubscribed.
SUPPRESSION_LIST = Platform(
    name="newsletter-suppressions",
    title="newsletter (its suppressions)",
    signatures=(frozenset(SUPPRESSIONS),),
    consent_columns={"reason": ConsentColumn("reason", words={standing: standing for standing in IN_A_WORD})},
    left=("since",),
    left_out=frozenset({"since"}),
)

# [instant or null, kind, source, wording, form, evidence]
ConsentEntry = tuple[int | None, str, str, str, str, str]
_CONSENT_KEYS = ("at", "kind", "source", "wording", "form", "evidence")


def is_own(header: Sequence[str]) -> bool:
    """Say whether a header is that of an own export, be it of rejected rows or with its columns moved."""
    return set(COLUMNS) <= {name.casefold() for name in header}


def pause_document(until: int | None) -> dict[str, str]:
    """Return when a pause ends, for those whose subscription is paused until then."""
    return {} if until is None else {"paused_until": rfc3339(until)}


def status_cell(status: SubscriptionState, paused_until: int | None) -> str:
    """Return a status as one cell, a pause with its end: ``paused until 2026-01-12T08:30:00Z``."""
    return status if paused_until is None else f"{status}{_UNTIL}{iso(paused_until)}"


def consent_cell(consents: Sequence[ConsentEntry]) -> str:
    """Return consents as one cell: a JSON array of objects, without what is empty."""
    if not consents:
        return ""
    return orjson.dumps([consent_document(consent) for consent in consents]).decode()


def consent_document(consent: ConsentEntry) -> dict[str, str]:
    """Return a consent as JSON has it, without what is empty."""
    at, *rest = consent
    step = dict(zip(_CONSENT_KEYS, ("" if at is None else iso(at), *rest), strict=True))
    return {key: value for key, value in step.items() if value}


def consents_of(cell: str) -> list[ConsentEntry]:
    """Return the consents of a cell. Raises ValueError when it is not what ``consent_cell`` makes."""
    if not cell:
        return []
    entries: Any = orjson.loads(cell)
    if not isinstance(entries, list):
        raise ValueError("consents are a list")  # noqa: TRY004  (of a file's text, not of a caller)
    return [_consent(entry) for entry in entries]


def _consent(entry: Any) -> ConsentEntry:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise ValueError("a consent is an object of texts")
    at, *rest = (entry.get(key, "") for key in _CONSENT_KEYS)
    kind, source, wording, form, evidence = rest
    if not kind:
        raise ValueError("a consent has a kind")
    return from_iso(at) if at else None, kind, source, wording, form, evidence


def erased_cells(address: Erased) -> list[str]:
    """Return the line of an export that stands for an erased address."""
    row = dict.fromkeys(COLUMNS, "")
    row["email"] = f"{ERASED}:{address.fingerprint}:{address.hash.hex()}"
    row |= {"suppressed": ERASED, "suppressed_since": iso(address.at)}
    return [row[column] for column in COLUMNS]


def row_reader(header: Sequence[str]) -> tuple[Callable[[RawRow], Row | Erased], tuple[str, ...]]:
    """Return what reads the rows under a header of an own export, and the names of its attributes.

    It raises ValueError for a row that is not as it was exported.
    """
    names = [name.casefold() for name in header]
    places = {column: names.index(column) for column in COLUMNS}  # an attribute of that name stands behind it
    own = {*places.values(), *range(len(REJECTED_COLUMNS) if tuple(names[:2]) == REJECTED_COLUMNS else 0)}
    attributes = [
        (place, name if re.fullmatch("[a-z0-9_]+", name) else field_name(name))
        for place, name in enumerate(header)
        if place not in own and name and name not in (*RESERVED, "email", "name")
    ][:MAX_COLUMNS]
    last = max(places.values())

    def read(raw: RawRow) -> Row | Erased:
        cells = [unguard(cell) for cell in raw.cells]
        if len(cells) <= last:
            raise ValueError("The row has fewer cells than an export of this newsletter has.")
        leading = {column: cells[place] for column, place in places.items()}
        if leading["email"].startswith(f"{ERASED}:"):
            return _erased(raw.line, leading)
        values = {
            name: text for place, name in attributes if place < len(cells) and (text := clean(cells[place]))
        }
        fitting(values)
        return _row(raw.line, leading, values)

    return read, tuple(name for _, name in attributes)


def _erased(line: int, cells: Mapping[str, str]) -> Erased:
    _, fingerprint, digest = [*cells["email"].split(":"), "", ""][:3]
    if not fingerprint or not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError("The row stands for an erased address, and its hash is not whole.")
    return Erased(line, fingerprint, bytes.fromhex(digest), _instant(cells, "suppressed_since") or 0)


def _row(line: int, cells: Mapping[str, str], values: Mapping[str, str]) -> Row:
    status, paused_until = _status_in(cells["status"])
    suppressed = cells["suppressed"]
    if suppressed and suppressed not in _REASONS:
        raise ValueError(f"The column suppressed holds none of {', '.join(sorted(SuppressionReason))}.")
    return Row(
        line=line,
        email=normalise(cells["email"]),
        name=shorten(clean(cells["name"])),
        attrs=orjson.dumps(values).decode(),
        status=status,
        suppressed=suppressed,
        joined=_instant(cells, "joined"),
        since=_instant(cells, "since"),
        suppressed_since=_instant(cells, "suppressed_since"),
        known_since=_instant(cells, "known_since"),
        consent=orjson.dumps(_consents(cells["consent"])).decode(),
        paused_until=paused_until,
    )


def _status_in(cell: str) -> tuple[str, int | None]:
    """Return the status that ``status_cell`` wrote, and when a pause ends."""
    status, _, until = cell.partition(_UNTIL)
    if status not in _STATES or (until and status != SubscriptionState.PAUSED):
        raise ValueError(f"The status is none of confirmed, pending, unsubscribed, {_PAUSED_CELL}.")
    try:
        return status, from_iso(until) if until else None
    except ValueError as error:
        raise ValueError(f"The status names no instant such as {_PAUSED_CELL}.") from error


def _instant(cells: Mapping[str, str], column: str) -> int | None:
    try:
        return from_iso(cells[column]) if cells[column] else None
    except ValueError as error:
        raise ValueError(f"The column {column} holds no instant such as 2026-01-12T08:30:00Z.") from error


def _consents(cell: str) -> list[ConsentEntry]:
    try:
        return consents_of(cell)
    except ValueError as error:
        raise ValueError("The column consent is not as it was exported.") from error
