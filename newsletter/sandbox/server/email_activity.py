"""``GET /v3/messages``: what became of mail, asked for in the query language of SendGrid's Email Activity."""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from newsletter.instants import rfc3339
from newsletter.sandbox.behaviour.reports import outcome, reports_of
from newsletter.sandbox.file.activity import Active, went_out
from newsletter.sandbox.file.database import File

SECOND = 1_000_000
_FIELDS = ("msg_id", "to_email", "from_email", "subject", "status")

_TERM = re.compile(
    r"""\s*(?P<opened>\()?\s*(?P<field>[a-z_]+)(?:\[\s*(?P<q>['"])(?P<key>[^'"\]]+)(?P=q)\s*\])?\s*"""
    r"""(?P<operator>=|!=|LIKE\b)\s*(?P<quote>['"])(?P<value>[^'"]*)(?P=quote)\s*(?(opened)\)|)\s*""",
    re.IGNORECASE,
)
_AND = re.compile(r"AND\b", re.IGNORECASE)


class BadQuery(ValueError):
    """Say what of a query is not understood."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. ``key`` is the name of a custom argument; ``like`` takes % for anything."""

    field: str
    key: str
    value: str
    like: bool = False
    negated: bool = False


def parse_query(text: str) -> list[Term]:
    """Read conditions joined by AND, as ``msg_id LIKE 'X%'``, ``(unique_args['nl_attempt']="Y")``.

    Raises BadQuery for anything else.
    """
    terms, at = list[Term](), 0
    while True:
        found = _TERM.match(text, at)
        if found is None:
            raise BadQuery(f"invalid syntax: near '{text[at : at + 40]}'")
        field, key, operator = found["field"].lower(), found["key"] or "", found["operator"].upper()
        if field not in (*_FIELDS, "unique_args") or (key and field != "unique_args"):
            raise BadQuery(f"invalid syntax: '{field}' is not a known field")
        terms.append(Term(field, key, found["value"], operator == "LIKE", operator == "!="))
        at = found.end()
        if at == len(text):
            return terms
        joined = _AND.match(text, at)
        if joined is None:
            raise BadQuery(f"invalid syntax: near '{text[at : at + 40]}'")
        at = joined.end()


def find(file: File, terms: Sequence[Term], limit: int) -> list[dict[str, Any]]:
    """Return up to ``limit`` messages that fit all terms, newest first, as the API lists them."""
    with closing(_matching(file, terms)) as messages:
        return [_line(message) for message in islice(messages, limit)]


def one(file: File, msg_id: str) -> dict[str, Any] | None:
    """Return one message with its events, or None when there is none of that id."""
    with closing(_matching(file, [Term("msg_id", "", msg_id)])) as messages:
        found = next(messages, None)
        return _whole(found) if found else None


def _matching(file: File, terms: Sequence[Term]) -> Generator[Active]:
    required = [term for term in terms if not term.negated]
    # Every message's id begins with its request's; what may be any text there is not looked up.
    prefixes = [_id_prefix(term) for term in required if term.field == "msg_id"]
    attempts = [term.value for term in required if term.key == "nl_attempt" and not term.like]
    with closing(went_out(file, prefixes=prefixes, attempts=attempts)) as messages:
        yield from (message for message in messages if all(_fits(term, message) for term in terms))


def _id_prefix(term: Term) -> str:
    return re.split(r"[.%]", term.value)[0] if term.like else term.value.partition(".")[0]


def _status(message: Active) -> str:
    """Return processed, delivered or not_delivered."""
    steps = outcome(message.processed).steps
    if steps[-1] in {"bounce", "late bounce", "blocked", "dropped"}:
        return "not_delivered"
    return "delivered" if "delivered" in steps else "processed"


def _fits(term: Term, message: Active) -> bool:
    if term.field == "unique_args":
        arguments = message.processed.custom_args
        given = (
            [arguments[term.key]] if term.key in arguments else [] if term.key else list(arguments.values())
        )
    else:
        given = [_FIELD_OF[term.field](message)]
    return any(_same(term, value) for value in given) != term.negated


_FIELD_OF: dict[str, Callable[[Active], str]] = {
    "msg_id": lambda message: message.processed.sg_message_id,
    "to_email": lambda message: message.processed.email,
    "from_email": lambda message: message.from_email,
    "subject": lambda message: message.subject,
    "status": _status,
}


def _same(term: Term, value: str) -> bool:
    if not term.like:
        return value == term.value
    return re.fullmatch(".*".join(map(re.escape, term.value.split("%"))), value, re.DOTALL) is not None


def _line(message: Active) -> dict[str, Any]:
    at = message.processed.at
    return {
        "from_email": message.from_email,
        "msg_id": message.processed.sg_message_id,
        "subject": message.subject,
        "to_email": message.processed.email,
        "status": _status(message),
        "opens_count": 0,
        "clicks_count": 0,
        "last_event_time": rfc3339(at * SECOND),
    }


_NAMES = {"bounce": "bounced", "spamreport": "spam_report"}


def _whole(message: Active) -> dict[str, Any]:
    line = _line(message)
    events = []
    for event in reports_of(message.processed):
        document = {
            "event_name": _NAMES.get(event["event"], event["event"]),
            "processed": rfc3339(event["timestamp"] * SECOND),
            "http_user_agent": "",
            "mx_server": "mx.sandbox.invalid",
        }
        if "reason" in event or "response" in event:
            document["reason"] = event.get("reason") or event["response"]
        if "type" in event:
            document["bounce_type"] = "hard" if event["type"] == "bounce" else "soft"
        events.append(document)
    kept = ("from_email", "msg_id", "subject", "to_email", "status")
    return {
        **{name: line[name] for name in kept},
        "template_id": "",
        "teammate": "",
        "api_key_id": "sandbox",
        "events": events,
        "originating_ip": "127.0.0.1",
        "categories": list(message.processed.categories),
        "unique_args": orjson.dumps(dict(message.processed.custom_args)).decode(),
        "outbound_ip": "127.0.0.1",
        "outbound_ip_type": "shared",
    }
