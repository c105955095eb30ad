"""One message as its reader got it: a request's shared part and one personalization. Values alone."""

import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Senders that know SendGrid from when it split names at commas put such names between quotation marks.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Person:
    """A name, which may be empty, and an address."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along."""

    filename: str
    media_type: str
    content: bytes
    inline: bool
    content_id: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message with every substitution made. ``received_at`` counts microseconds since 1970, UTC."""

    id: int
    message_id: str
    received_at: int
    email: str
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    subject: str
    contents: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    custom_args: Mapping[str, str]
    categories: tuple[str, ...]
    send_at: int | None
    attachments: tuple[Attachment, ...]

    @property
    def text(self) -> str:
        """Return the text part; empty when there is none."""
        return self._part("text/plain")

    @property
    def html(self) -> str:
        """Return the HTML part; empty when there is none."""
        return self._part("text/html")

    def _part(self, media_type: str) -> str:
        return next((value for kind, value in self.contents if kind.lower() == media_type), "")


def substitute(text: str, substitutions: Mapping[str, str]) -> str:
    """Return ``text`` with each tag replaced by its value, wherever it stands, as SendGrid does."""
    for tag, value in substitutions.items():
        text = text.replace(tag, value)
    return text


def subject_of(request: Mapping[str, Any], personalization: Mapping[str, Any]) -> str:
    """Return the subject one personalization gets."""
    subject = personalization.get("subject", request.get("subject", ""))
    return substitute(subject, personalization.get("substitutions", {}))


def personalise(
    request: Mapping[str, Any], position: int, *, row: int, email: str, message_id: str, received_at: int
) -> Message:
    """Return the message that the personalization at ``position`` of a valid request makes.

    Substitutions reach the subject, the reply address and the contents, never the headers. Headers and custom
    arguments of the two levels are merged, the personalization's winning.
    """
    own = request["personalizations"][position]
    tags = own.get("substitutions", {})
    # A section's tag stands in a substitution's value, and a section may hold tags itself.
    sections = {tag: substitute(text, tags) for tag, text in request.get("sections", {}).items()}
    tags = {**tags, **sections}
    replies = request.get("reply_to_list") or list(filter(None, [request.get("reply_to")]))
    return Message(
        id=row,
        message_id=message_id,
        received_at=received_at,
        email=email,
        sender=_person(own.get("from", request["from"]), {}),
        to=_people(own["to"]),
        cc=_people(own.get("cc", ())),
        reply_to=tuple(_person(entry, tags) for entry in replies),
        subject=subject_of(request, own),
        contents=tuple(
            (part["type"], substitute(part["value"], tags)) for part in request.get("content", ())
        ),
        headers={**request.get("headers", {}), **own.get("headers", {})},
        custom_args={**request.get("custom_args", {}), **own.get("custom_args", {})},
        categories=tuple(request.get("categories", ())),
        send_at=own.get("send_at", request.get("send_at")),
        attachments=tuple(map(_attachment, request.get("attachments", ()))),
    )


def recipients_of(personalization: Mapping[str, Any]) -> Iterator[str]:
    """Yield every address a personalization mails, as written: to, cc and bcc."""
    for kind in ("to", "cc", "bcc"):
        for person in personalization.get(kind, ()):
            yield person["email"]


def _people(entries: Iterable[Mapping[str, str]]) -> tuple[Person, ...]:
    return tuple(_person(entry, {}) for entry in entries)


def _person(entry: Mapping[str, str], tags: Mapping[str, str]) -> Person:
    return Person(_unquoted(substitute(entry.get("name", ""), tags)), substitute(entry["email"], tags))


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if _QUOTED.fullmatch(name) else name


def _attachment(entry: Mapping[str, str]) -> Attachment:
    return Attachment(
        filename=entry["filename"],
        media_type=entry.get("type", "application/octet-stream"),
        content=binascii.a2b_base64(entry["content"]),
        inline=entry.get("disposition") == "inline",
        content_id=entry.get("content_id", ""),
    )


def arguments_of(request: Mapping[str, Any], position: int) -> Mapping[str, str]:
    """Return the custom arguments of one personalization: its own win over those of the request."""
    own: Mapping[str, str] = request["personalizations"][position].get("custom_args", {})
    return {**request.get("custom_args", {}), **own}


@dataclass(frozen=True, slots=True)
class Processed:
    """What is reported on of a message that went out, or was dropped.

    ``at`` is seconds since 1970; ``dropped`` is why it was, if it was.
    """

    row: int
    position: int
    message_id: str
    email: str
    at: int
    custom_args: Mapping[str, str]
    categories: tuple[str, ...] = ()
    dropped: str = ""

    @property
    def sg_message_id(self) -> str:
        """Return the id of this one message, which begins with that of its request."""
        return f"{self.message_id}.recvd-sandbox-{self.row:x}.{self.position}"
