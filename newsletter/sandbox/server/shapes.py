"""Checks of shape: what may stand in one field of a request, and the error when something else does.

A check takes a value, the field it stands in, written as SendGrid does (``content.0.type``), and the errors
found so far.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

HELP = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors"
MAX_ERRORS = 1_000  # as many as a request may have personalizations; nobody reads more

MAX_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, as corrected by RFC 3696's errata
MAX_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1

# The official document says "format: email", which is RFC 5321's Mailbox: ASCII. Quoted local parts and
# bracketed IP addresses, which that allows too, are refused: no list of readers has a use for them.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SendGridError:
    """One error of a request, as SendGrid reports it. ``field`` is None when it is about the whole."""

    message: str
    field: str | None
    help: str = HELP


class Errors:
    """Collect errors, up to a thousand."""

    def __init__(self) -> None:
        self.found: list[SendGridError] = []

    @property
    def full(self) -> bool:
        """Say whether looking further is of no use."""
        return len(self.found) >= MAX_ERRORS

    def add(self, field: str | None, message: str) -> None:
        """Keep one error, unless there are too many already."""
        if not self.full:
            self.found.append(SendGridError(message, field))


Check = Callable[[object, str, Errors], None]


def is_address(text: str) -> bool:
    """Say whether SendGrid would take this as an address."""
    return (
        len(text) <= MAX_ADDRESS
        and _ADDRESS.fullmatch(text) is not None
        and text.index("@") <= MAX_LOCAL_PART
    )


def type_name(value: object) -> str:
    """Return what JSON calls this kind of value."""
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            return name
    return "null" if value is None else type(value).__name__


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (str, "string"),
    (int, "integer"),
    (float, "number"),
    (list, "array"),
    (dict, "object"),
)


def wrong_type(value: object, field: str, errors: Errors, expected: str) -> None:
    """Add the error of a value that is of the wrong kind."""
    errors.add(field or None, f"Invalid type. Expected: {expected}, given: {type_name(value)}.")


def unknown_fields(given: Iterable[object], known: Collection[str], where: str, errors: Errors) -> None:
    """Add an error for each field that SendGrid does not have, with the nearest name it does."""
    for name in given:
        if errors.full:
            return
        if name not in known:
            near = get_close_matches(str(name)[:80], known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            errors.add(f"{where}.{name}" if where else str(name), f"There is no such field.{hint}")


def fields(known: Mapping[str, Check], required: Collection[str] = ()) -> Check:
    """Return the check of an object that has these fields and no others."""

    def check(value: object, field: str, errors: Errors) -> None:
        if not isinstance(value, dict):
            wrong_type(value, field, errors, "object")
            return
        prefix = f"{field}." if field else ""
        unknown_fields(value.keys(), known.keys(), field, errors)
        for name in required:
            if name not in value:
                errors.add(prefix + name, f"The {name} field is required.")
        for name, inner in known.items():
            if name in value:
                inner(value[name], prefix + name, errors)

    return check


def array(item: Check, *, least: int = 0, most: int | None = None) -> Check:
    """Return the check of a list whose entries all pass ``item``."""

    def check(value: object, field: str, errors: Errors) -> None:
        if not isinstance(value, list):
            wrong_type(value, field, errors, "array")
            return
        if len(value) < least:
            errors.add(field, f"At least {least} is needed.")
        if most is not None and len(value) > most:
            errors.add(field, f"At most {most} are allowed; {len(value)} are given.")
            return
        for index, entry in enumerate(value):
            if errors.full:
                return
            item(entry, f"{field}.{index}", errors)

    return check


def text(*, least: int = 0, most: int | None = None, one_line: bool = False) -> Check:
    """Return the check of a string. ``one_line`` refuses line breaks and other control characters."""

    def check(value: object, field: str, errors: Errors) -> None:
        if not isinstance(value, str):
            wrong_type(value, field, errors, "string")
        elif len(value) < least:
            errors.add(field, f"The {_last(field)} must have at least {least} character{'s' * (least > 1)}.")
        elif most is not None and len(value) > most:
            errors.add(field, f"The {_last(field)} may have at most {most} characters; it has {len(value)}.")
        elif one_line and has_control(value):
            errors.add(field, f"The {_last(field)} may hold no line breaks or other control characters.")

    return check


def matching(pattern: str, said: str) -> Check:
    """Return the check of a string that matches a pattern; ``said`` is the error when it does not."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: object, field: str, errors: Errors) -> None:
        if not isinstance(value, str):
            wrong_type(value, field, errors, "string")
        elif not compiled.fullmatch(value):
            errors.add(field, said)

    return check


def integer(value: object, field: str, errors: Errors) -> None:
    """Check a whole number; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool):
        wrong_type(value, field, errors, "integer")


def boolean(value: object, field: str, errors: Errors) -> None:
    """Check true or false."""
    if not isinstance(value, bool):
        wrong_type(value, field, errors, "boolean")


def address(value: object, field: str, errors: Errors) -> None:
    """Check an e-mail address."""
    if not isinstance(value, str):
        wrong_type(value, field, errors, "string")
    elif not is_address(value):
        errors.add(field, "Does not contain a valid address.")


person = fields({"email": address, "name": text(one_line=True)}, required=["email"])


def has_control(value: str) -> bool:
    """Say whether a string holds a control character, any kind of line break included."""
    return not value.isprintable() and _CONTROL.search(value) is not None


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _last(field: str) -> str:
    return field.rpartition(".")[2]
