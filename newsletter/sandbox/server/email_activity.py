"""``GET /v3/messages``: what became of mail, asked for in the query language of SendGrid's Email Activity."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from newsletter.instants import rfc3339
from newsletter.sandbox.behaviour.reports import Reported, reports_of
from newsletter.sandbox.behaviour.simulated import NOT_OUT, dropped_for
from newsletter.sandbox.file.database import File, unpack
from newsletter.sandbox.file.outbox import arguments_of

SECOND = 1_000_000
_FIELDS = ("msg_id", "to_email", "from_email", "subject", "status")

_TERM = re.compile(
    r"""\s*(?P<opened>\()?\s*(?P<field>[a-z_]+)(?:\[\s*(?P<q>['"])(?P<key>[^'"\]]+)(?P=q)\s*\])?\s*"""
    r"""(?P<operator>=|!=|LIKE\b)\s*(?P<quote>['"])(?P<value>[^'"]*)(?P=quote)\s*(?(opened)\)|)\s*""",
    re.IGNORECASE,
)
_AND = re.compile(r"AND\b", re.IGNORECASE)

# Requests are looked through newest first, each with its own messages beside it.
_REQUESTS = """
SELECT id, message_id, received_at, body, first, last FROM request
WHERE ({}) AND id < ? ORDER BY id DESC LIMIT 1
"""


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


@dataclass(frozen=True, slots=True)
class Active:
    """A message that went out, with the parts of its request that can be asked for."""

    reported: Reported
    from_email: str
    subject: str

    @property
    def status(self) -> str:
        """Return processed, delivered or not_delivered."""
        last = self.reported.outcome.steps[-1]
        if last in {"bounce", "late bounce", "blocked", "dropped"}:
            return "not_delivered"
        return "delivered" if "delivered" in self.reported.outcome.steps else "processed"


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
    found: list[dict[str, Any]] = []
    with file.reading() as connection:
        for each in _candidates(connection, terms):
            if all(_fits(term, each) for term in terms):
                found.append(_line(each))
                if len(found) >= limit:
                    break
    return found


def one(file: File, msg_id: str) -> dict[str, Any] | None:
    """Return one message with its events, or None when there is none of that id."""
    terms = [Term("msg_id", "", msg_id)]
    with file.reading() as connection:
        for each in _candidates(connection, terms):
            if _fits(terms[0], each):
                return _whole(each)
    return None


def _candidates(connection: sqlite3.Connection, terms: Sequence[Term]) -> Iterator[Active]:
    clause, values = _narrowed(terms)
    before = 2**62
    while row := connection.execute(_REQUESTS.format(clause), [*values, before]).fetchone():
        before, message_id, received_at, packed, first, last = row
        body = unpack(packed)
        for number, position, email, due_at, fate in connection.execute(
            "SELECT id, position, email, due_at, fate FROM message WHERE id BETWEEN ? AND ?", (first, last)
        ):
            if fate in NOT_OUT:
                continue
            own = body["personalizations"][position]
            yield Active(
                Reported(
                    row=number,
                    position=position,
                    message_id=message_id,
                    email=email,
                    at=(received_at if due_at is None else due_at) // SECOND,
                    custom_args=arguments_of(body, position),
                    categories=tuple(body.get("categories", ())),
                    dropped=dropped_for(fate),
                ),
                own.get("from", body["from"])["email"],
                own.get("subject", body.get("subject", "")),
            )


def _narrowed(terms: Sequence[Term]) -> tuple[str, list[str]]:
    """Return a clause that leaves out most requests that cannot fit, and its values."""
    clauses, values = ["1"], list[str]()
    for term in terms:
        if term.negated:
            continue
        if term.field == "msg_id":
            # Every message's id begins with its request's; what may be any text there is not looked up.
            prefix = re.split(r"[.%]", term.value)[0] if term.like else term.value.partition(".")[0]
            clauses.append("substr(message_id, 1, ?) = ?")
            values += [str(len(prefix)), prefix]
        elif term.key == "nl_attempt" and not term.like:
            clauses.append("attempt = ?")
            values.append(term.value)
    return " AND ".join(clauses), values


def _fits(term: Term, each: Active) -> bool:
    if term.field == "unique_args":
        arguments = each.reported.custom_args
        given = (
            [arguments[term.key]] if term.key in arguments else [] if term.key else list(arguments.values())
        )
    else:
        given = [_FIELD_OF[term.field](each)]
    return any(_same(term, value) for value in given) != term.negated


_FIELD_OF: dict[str, Callable[[Active], str]] = {
    "msg_id": lambda each: each.reported.sg_message_id,
    "to_email": lambda each: each.reported.email,
    "from_email": lambda each: each.from_email,
    "subject": lambda each: each.subject,
    "status": lambda each: each.status,
}


def _same(term: Term, value: str) -> bool:
    if not term.like:
        return value == term.value
    return re.fullmatch(".*".join(map(re.escape, term.value.split("%"))), value, re.DOTALL) is not None


def _line(each: Active) -> dict[str, Any]:
    at = each.reported.at
    return {
        "from_email": each.from_email,
        "msg_id": each.reported.sg_message_id,
        "subject": each.subject,
        "to_email": each.reported.email,
        "status": each.status,
        "opens_count": 0,
        "clicks_count": 0,
        "last_event_time": rfc3339(at * SECOND),
    }


_NAMES = {"bounce": "bounced", "spamreport": "spam_report"}


def _whole(each: Active) -> dict[str, Any]:
    line = _line(each)
    events = []
    for event in reports_of(each.reported):
        told = {
            "event_name": _NAMES.get(event["event"], event["event"]),
            "processed": rfc3339(event["timestamp"] * SECOND),
            "http_user_agent": "",
            "mx_server": "mx.sandbox.invalid",
        }
        if "reason" in event or "response" in event:
            told["reason"] = event.get("reason") or event["response"]
        if "type" in event:
            told["bounce_type"] = "hard" if event["type"] == "bounce" else "soft"
        events.append(told)
    kept = ("from_email", "msg_id", "subject", "to_email", "status")
    return {
        **{name: line[name] for name in kept},
        "template_id": "",
        "teammate": "",
        "api_key_id": "sandbox",
        "events": events,
        "originating_ip": "127.0.0.1",
        "categories": list(each.reported.categories),
        "unique_args": orjson.dumps(dict(each.reported.custom_args)).decode(),
        "outbound_ip": "127.0.0.1",
        "outbound_ip_type": "shared",
    }
