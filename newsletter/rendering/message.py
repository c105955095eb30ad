"""The rendered message: all of a mail except what differs per reader."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MergeField:
    """A place in the message that differs per reader.

    ``key`` is unique in the message and has two tags: ``-nl.KEY-`` takes the value as it is (text,
    subject, links) and ``-nl.KEY.h-`` the value escaped for HTML. Two uses of one name with different
    defaults have two keys. One substitution value serves all parts of a SendGrid mail, so there are two tags.
    """

    key: str
    name: str
    default: str

    @property
    def raw_tag(self) -> str:
        """Return the tag for text, subject and links."""
        return f"-nl.{self.key}-"

    @property
    def html_tag(self) -> str:
        """Return the tag for HTML."""
        return f"-nl.{self.key}.h-"


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A mail, frozen except for its merge fields. The same issue gives the same bytes every time."""

    subject: str
    preheader: str
    html: str
    text: str
    fields: tuple[MergeField, ...]

    @property
    def digest(self) -> str:
        """Return the SHA-256 over all parts, in hexadecimal: what a manifest names and a resume compares."""
        whole = hashlib.sha256()
        for part in (self.subject, self.preheader, self.html, self.text):
            whole.update(len(part.encode()).to_bytes(8, "big") + part.encode())
        for field in self.fields:
            whole.update(f"{field.key}\0{field.name}\0{field.default}\0".encode())
        return whole.hexdigest()
