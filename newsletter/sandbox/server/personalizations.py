"""Rules of a request's personalizations: the part that comes a thousand times, so plain and quick."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.sandbox.server.shapes import (
    Check,
    Errors,
    has_control,
    integer,
    is_address,
    person,
    text,
    unknown_fields,
    wrong_type,
)

MAX_PERSONALIZATIONS = 1_000
MAX_RECIPIENTS = 1_000
MAX_ARGUMENT_BYTES = 10_000
MAX_SUBSTITUTIONS = 10_000
MAX_SUBSTITUTION_BYTES = 10_000
MAX_AHEAD = 72 * 60 * 60  # seconds

# These SendGrid writes itself; compared without regard to case.
RESERVED_HEADERS = frozenset(
    {
        "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding",
        "to", "from", "subject", "reply-to", "cc", "bcc",
    }
)  # fmt: skip

_FIELDS = frozenset(
    {
        "from", "to", "cc", "bcc", "subject", "headers", "substitutions", "dynamic_template_data",
        "custom_args", "send_at",
    }
)  # fmt: skip
_PERSON = frozenset({"email", "name"})


@dataclass(frozen=True, slots=True)
class Shared:
    """What a personalization is judged by, apart from itself: the rest of the request, and the time."""

    now: float
    custom_args: Mapping[str, str]
    dynamic_template: bool
    from_domain: str


def send_at(now: float) -> Check:
    """Return the check of a time to send at: seconds since 1970, at most 72 hours ahead of ``now``."""

    def check(value: object, field: str, errors: Errors) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            integer(value, field, errors)
        elif value > now + MAX_AHEAD:
            errors.add(field, "A send cannot be scheduled more than 72 hours ahead.")
        elif value < 0:
            errors.add(field, "A time to send at is counted in seconds since 1970.")

    return check


def headers(value: object, field: str, errors: Errors) -> None:
    """Check headers: RFC 5322 names, none of the reserved, values of printable ASCII."""
    if not isinstance(value, dict):
        wrong_type(value, field, errors, "object")
        return
    for name, content in value.items():
        if type(content) is str and content.isascii() and content.isprintable() and name in _USUAL_HEADERS:
            continue
        _header(name, content, f"{field}.{name}", errors)


_USUAL_HEADERS = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"})


def _header(name: object, content: object, field: str, errors: Errors) -> None:
    if not isinstance(name, str) or not _is_header_name(name):
        errors.add(field, "A header's name is printable ASCII without spaces and colons.")
    elif name.lower() in RESERVED_HEADERS:
        errors.add(field, f"The header {name} is reserved and cannot be set.")
    elif not isinstance(content, str):
        wrong_type(content, field, errors, "string")
    elif has_control(content):
        errors.add(field, "A header's value may hold no line breaks or other control characters.")
    elif not content.isascii():
        errors.add(field, "A header's value must be ASCII; encode other characters (RFC 2047).")


def _is_header_name(name: str) -> bool:
    return bool(name) and name.isascii() and name.isprintable() and not set(" :") & set(name)


def custom_args(value: object, field: str, errors: Errors) -> None:
    """Check custom arguments: a non-empty object of strings. Their size is judged once merged."""
    if not isinstance(value, dict):
        wrong_type(value, field, errors, "object")
        return
    if not value:
        errors.add(field, "An empty object is not allowed; leave custom_args out.")
    for name, content in value.items():
        if type(content) is not str:
            wrong_type(content, f"{field}.{name}", errors, "string")
        elif not name:
            errors.add(field, "A custom argument needs a name.")


def size_of(pairs: Mapping[str, str]) -> int:
    """Return how many bytes names and values take, in UTF-8. Raises TypeError unless all are strings."""
    joined = "".join(pairs) + "".join(pairs.values())
    return len(joined) if joined.isascii() else len(joined.encode("utf-8", "surrogatepass"))


class Personalizations:
    """Check personalizations one after another, remembering which addresses the request has named."""

    def __init__(self, shared: Shared, errors: Errors) -> None:
        self._shared = shared
        self._errors = errors
        self._seen: dict[str, str] = {}
        self._recipients = 0
        self._shared_bytes = size_of(shared.custom_args)
        self._checks: dict[str, Check] = {
            "from": self._sender,
            "subject": text(least=1, one_line=True),
            "headers": headers,
            "substitutions": self._substitutions,
            "dynamic_template_data": self._template_data,
            "custom_args": self._arguments,
            "send_at": send_at(shared.now),
        }

    def check(self, value: object) -> None:
        """Check the whole list."""
        if not isinstance(value, list):
            wrong_type(value, "personalizations", self._errors, "array")
        elif not value:
            self._errors.add("personalizations", "There must be at least one personalization.")
        elif len(value) > MAX_PERSONALIZATIONS:
            self._errors.add(
                "personalizations",
                f"A request is limited to {MAX_PERSONALIZATIONS} personalizations; {len(value)} are given.",
            )
        else:
            self._all(value)

    def _all(self, value: list[object]) -> None:
        for index, personalization in enumerate(value):
            self._one(personalization, f"personalizations.{index}")
        if self._recipients > MAX_RECIPIENTS:
            self._errors.add(
                "personalizations",
                f"A request is limited to {MAX_RECIPIENTS} recipients (to, cc and bcc together); "
                f"{self._recipients} are given.",
            )

    def _one(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            wrong_type(value, where, self._errors, "object")
            return
        if not value.keys() <= _FIELDS:
            unknown_fields(value.keys(), _FIELDS, where, self._errors)
        if not value.get("to", [None]) or "to" not in value:
            self._errors.add(f"{where}.to", "A personalization needs at least one address in to.")
        for kind in ("to", "cc", "bcc"):
            if kind in value:
                self._people(value[kind], f"{where}.{kind}")
        for name, check in self._checks.items():
            if name in value:
                check(value[name], f"{where}.{name}", self._errors)

    def _people(self, value: object, where: str) -> None:
        if not isinstance(value, list):
            wrong_type(value, where, self._errors, "array")
            return
        self._recipients += len(value)
        if len(value) > MAX_RECIPIENTS:
            return  # reported once, for the request as a whole
        for index, entry in enumerate(value):
            self._person(entry, f"{where}.{index}")

    def _person(self, value: object, where: str) -> None:
        if not isinstance(value, dict) or not value.keys() <= _PERSON:
            person(value, where, self._errors)
            return
        email, name = value.get("email"), value.get("name", "")
        if type(email) is not str or type(name) is not str or not is_address(email) or not name.isprintable():
            person(value, where, self._errors)
        if type(email) is str:
            self._once(email.lower(), where)

    def _once(self, email: str, where: str) -> None:
        first = self._seen.setdefault(email, where)
        if first != where:
            self._errors.add(f"{where}.email", f"Each address may stand in a request once; see {first}.")

    def _sender(self, value: object, field: str, errors: Errors) -> None:
        person(value, field, errors)
        email = value.get("email") if isinstance(value, dict) else None
        if not isinstance(email, str) or not self._shared.from_domain:
            return
        if email.rpartition("@")[2].lower() != self._shared.from_domain:
            errors.add(f"{field}.email", "The domain must be that of the request's own from address.")

    def _substitutions(self, value: object, field: str, errors: Errors) -> None:
        if not isinstance(value, dict):
            wrong_type(value, field, errors, "object")
            return
        if self._shared.dynamic_template:
            errors.add(field, "Substitutions do not go with a dynamic template; use dynamic_template_data.")
        try:
            size = size_of(value)
        except TypeError:
            self._not_strings(value, field)
            return
        if size > MAX_SUBSTITUTION_BYTES:
            errors.add(
                field, f"Limited to {MAX_SUBSTITUTION_BYTES} bytes a personalization; {size} are given."
            )
        if len(value) > MAX_SUBSTITUTIONS:
            errors.add(field, f"At most {MAX_SUBSTITUTIONS} substitutions are allowed.")
        if "" in value:
            errors.add(field, "A substitution tag may not be empty.")

    def _not_strings(self, value: Mapping[object, object], field: str) -> None:
        for tag, content in value.items():
            if type(content) is not str:
                wrong_type(content, f"{field}.{tag}", self._errors, "string")

    def _template_data(self, value: object, field: str, errors: Errors) -> None:
        if not isinstance(value, dict):
            wrong_type(value, field, errors, "object")
        if not self._shared.dynamic_template:
            errors.add(field, "Only a dynamic template (template_id begins with d-) takes template data.")

    def _arguments(self, value: object, field: str, errors: Errors) -> None:
        before = len(errors.found)
        custom_args(value, field, errors)
        if not isinstance(value, dict) or len(errors.found) > before or errors.full:
            return
        shared = self._shared.custom_args
        merged = size_of(value) + self._shared_bytes
        if merged > MAX_ARGUMENT_BYTES and not value.keys().isdisjoint(shared):
            merged = size_of({**shared, **value})
        if merged > MAX_ARGUMENT_BYTES:
            errors.add(field, f"Limited to {MAX_ARGUMENT_BYTES} bytes, merged; {merged} are given.")
