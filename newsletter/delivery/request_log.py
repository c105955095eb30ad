"""The request log: what was put on the wire, known outside the database too. Each line is a JSON document.

A line is written once the database knows of a request, and before the request leaves. So a database that
holds every request of the log is the one that sent last; one that lacks any is an older copy, or another.
"""

import hashlib
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from newsletter.delivery.frozen import SENDER, Envelope, FrozenBackground, FrozenMailing, MailingKind
from newsletter.delivery.id_set import decode, encode

GROUP = 16  # readers whose addresses share a checksum
_BYTES = 4  # of a checksum
_CHECKSUMS = {True: "keyed", False: "checksums"}  # what a line calls them


class LoggedRequest(NamedTuple):
    """A request that left, or was about to. ``posted_at`` is microseconds since 1970, UTC.

    ``audience_at`` and ``kind`` say of which mailing of the issue it is, whatever its id. ``readers`` are the
    ids of who was in it, ascending; ``checksums`` tell whether a database means the same people by them. They
    are ``keyed`` but for those of the first version.
    """

    attempt: str
    posted_at: int
    issue: str
    provider: str
    kind: str
    audience_at: int
    readers: tuple[int, ...]
    checksums: bytes
    keyed: bool = True

    @property
    def run(self) -> tuple[str, str, str, int]:
        """Return what tells its mailing from all others."""
        return self.issue, self.provider, self.kind, self.audience_at


class LoggedMailing(NamedTuple):
    """A mailing as it was frozen, so that a database that lost it can go on with it.

    ``id`` is its id in the database that sent it, which links in its mails hold.
    """

    id: int
    frozen: FrozenMailing
    list_name: str
    list_key: str

    @property
    def run(self) -> tuple[str, str, str, int]:
        """Return what tells it from all others."""
        return self.frozen.issue, self.frozen.provider, self.frozen.kind, self.frozen.audience_at


class LoggedAdoption(NamedTuple):
    """A person's word that from then on this copy of the publication is the one that sends."""

    at: int
    person: str
    reason: str


class LoggedAnswer(NamedTuple):
    """What a provider said of a request as a whole: it took all of it, or certainly nothing."""

    attempt: str
    taken: bool
    message_id: str = ""


Entry = LoggedRequest | LoggedAnswer | LoggedMailing | LoggedAdoption


class LogLine(NamedTuple):
    """A line: what it says, and ``place``, a digest of where the log lay when it was written.

    ``publication`` says whose line it is, as its database knows; 0 where it did not say so yet.
    """

    entry: Entry
    place: str
    publication: int = 0


def checksum_key(secret_key: bytes) -> bytes:
    """Return the key of checksums that follows from the key which signs links.

    The log's folder does not hold that one. Without it, who has the log cannot tell whether a guessed address
    is in it, not even of a request for one reader, and not after that reader was erased.
    """
    return hashlib.blake2b(secret_key, digest_size=32, person=b"log of requests").digest()


def checksums(emails: Sequence[str], key: bytes) -> bytes:
    """Return a checksum of four bytes for each group of addresses, in their order."""
    begun = hashlib.blake2b(key=key, digest_size=_BYTES)
    return b"".join(_checksum(emails[start : start + GROUP], begun) for start in range(0, len(emails), GROUP))


def _checksum(emails: Sequence[str], begun: "hashlib.blake2b") -> bytes:
    own = begun.copy()
    own.update("\n".join(emails).encode())
    return own.digest()


def not_the_same(logged: LoggedRequest, emails: Mapping[int, str], keys: Sequence[bytes]) -> int:
    """Count the readers of a request who are not, or not certainly, the same people by these addresses.

    ``keys`` are those that its checksums may have been made with.
    """
    count = 0
    for number, start in enumerate(range(0, len(logged.readers), GROUP)):
        group = logged.readers[start : start + GROUP]
        known = [emails[reader] for reader in group if reader in emails]
        as_logged = logged.checksums[_BYTES * number : _BYTES * (number + 1)]
        if len(known) < len(group) or as_logged not in _possible(known, logged, keys):
            count += len(group)
    return count


def _possible(emails: Sequence[str], logged: LoggedRequest, keys: Sequence[bytes]) -> list[bytes]:
    if logged.keyed:
        return [checksums(emails, key) for key in keys]
    return [zlib.crc32("\n".join(emails).encode()).to_bytes(_BYTES, "big")]


def line_of(line: LogLine) -> bytes:
    """Return a line as it is written, with its end."""
    whose = {"publication": line.publication} if line.publication else {}
    return orjson.dumps({**_document(line.entry), "place": line.place, **whose}) + b"\n"


def _document(entry: Entry) -> dict[str, Any]:
    match entry:
        case LoggedRequest():
            return {
                "request": entry.attempt,
                "at": entry.posted_at,
                "issue": entry.issue,
                "provider": entry.provider,
                "kind": entry.kind,
                "audience_at": entry.audience_at,
                "readers": _packed(encode(entry.readers)),
                _CHECKSUMS[entry.keyed]: b64encode(entry.checksums).decode(),
            }
        case LoggedAnswer():
            return {"answered": entry.attempt, "taken": entry.taken, "message_id": entry.message_id}
        case LoggedMailing():
            frozen = _packed(orjson.dumps(_frozen_document(entry.frozen)))
            return {
                "mailing": entry.id,
                "issue": entry.frozen.issue,
                "list": entry.list_name,
                "key": entry.list_key,
                "frozen": frozen,
            }
        case LoggedAdoption():
            return {"adopted": entry.at, "person": entry.person, "reason": entry.reason}


def read_line(data: bytes) -> LogLine:
    """Return what a line says. Raises ValueError when it is damaged."""
    try:
        document = orjson.loads(data)
        return LogLine(_entry(document), document["place"], document.get("publication", 0))
    except (KeyError, TypeError, AttributeError, zlib.error) as error:
        raise ValueError("a line of the request log is damaged") from error


def _entry(document: Mapping[str, Any]) -> Entry:
    if "adopted" in document:
        return LoggedAdoption(document["adopted"], document["person"], document["reason"])
    if "answered" in document:
        return LoggedAnswer(document["answered"], document["taken"], document["message_id"])
    if "mailing" in document:
        frozen = _frozen_of(orjson.loads(_unpacked(document["frozen"])))
        return LoggedMailing(document["mailing"], frozen, document["list"], document["key"])
    keyed = _CHECKSUMS[True] in document
    return LoggedRequest(
        attempt=document["request"],
        posted_at=document["at"],
        issue=document["issue"],
        provider=document["provider"],
        kind=document["kind"],
        audience_at=document["audience_at"],
        readers=tuple(decode(_unpacked(document["readers"]))),
        checksums=b64decode(document[_CHECKSUMS[keyed]]),
        keyed=keyed,
    )


def _packed(data: bytes) -> str:
    return b64encode(zlib.compress(data, 1)).decode()


def _unpacked(text: str) -> bytes:
    return zlib.decompress(b64decode(text))


def _frozen_document(frozen: FrozenMailing) -> dict[str, Any]:
    message = frozen.message
    later: dict[str, Any] = {  # what came later, and what most have none of
        "backgrounds": [background._asdict() for background in frozen.backgrounds],
        "right": list(frozen.right_mailings),
    }
    return {key: value for key, value in later.items() if value} | {
        "kind": frozen.kind,
        "provider": frozen.provider,
        "list_id": frozen.list_id,
        "audience_at": frozen.audience_at,
        "source": frozen.source,
        "date": frozen.date,
        "corrects": frozen.corrects,
        "wrong": list(frozen.wrong_mailings),
        "requested_by": frozen.requested_by,
        "send_at": frozen.send_at,
        "issue": frozen.issue,
        "sender": frozen.envelope.sender,
        "subject": message.subject,
        "preheader": message.preheader,
        "html": message.html,
        "text": message.text,
        "fields": [[field.key, field.name, field.default] for field in message.fields],
    }


def _frozen_of(document: Mapping[str, Any]) -> FrozenMailing:
    from newsletter.rendering.message import MergeField, RenderedMessage

    message = RenderedMessage(
        subject=document["subject"],
        preheader=document["preheader"],
        html=document["html"],
        text=document["text"],
        fields=tuple(MergeField(*field) for field in document["fields"]),
    )
    sender = {name: document["sender"][name] for name in SENDER}
    return FrozenMailing(
        kind=MailingKind(document["kind"]),
        provider=document["provider"],
        list_id=document["list_id"],
        audience_at=document["audience_at"],
        envelope=Envelope(issue=document["issue"], message=message, **sender),
        source=document["source"],
        date=document["date"],
        corrects=document["corrects"],
        wrong_mailings=tuple(document["wrong"]),
        requested_by=document["requested_by"],
        send_at=document["send_at"],
        backgrounds=tuple(map(_background_of, document.get("backgrounds", ()))),
        right_mailings=tuple(document.get("right", ())),
    )


def _background_of(document: Mapping[str, Any]) -> FrozenBackground:
    sources = tuple((text, url) for text, url in document["sources"])
    return FrozenBackground(**{**document, "sources": sources, "formerly": tuple(document["formerly"])})


class LogEnd(NamedTuple):
    """What the last lines of the log say: the latest requests, and where it lay when the last was written.

    ``attempts`` says of which publication each request is; those that were certainly not taken are left out.
    ``damaged`` says that a line cannot be read which no adoption came after.
    """

    attempts: Mapping[str, int]
    place: str
    damaged: bool


def read_end(lines: Sequence[bytes], most: int) -> LogEnd:
    """Read the last lines, and the latest requests in them, so many at most: more than leave at once.

    Requests that leave at the same time may be logged in another order than the database knows of them. A
    line that does not say whose it is counts as the next one that does.
    """
    latest: dict[str, int] = {}
    not_taken: set[str] = set()
    place, publication, damaged, adopted = "", 0, False, False
    for data in reversed(lines):
        try:
            document = orjson.loads(data)
            place = place or str(document["place"])
            publication = document.get("publication", publication)
            if "request" in document and len(latest) < most:
                latest[str(document["request"])] = publication
            elif not document.get("taken", True):
                not_taken.add(str(document["answered"]))
            adopted = adopted or "adopted" in document
        except (ValueError, KeyError, TypeError, AttributeError):
            damaged = damaged or not adopted
    taken = {attempt: whose for attempt, whose in latest.items() if attempt not in not_taken}
    return LogEnd(taken, place, damaged)
