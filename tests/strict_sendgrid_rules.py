"""What a request to ``mail/send`` must be: the vendor's rules, and this project's promises beyond them.

Written from SendGrid's documents and the project's contract alone, and on nothing of the project's own code,
so that one mistake cannot stand on both sides.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Problem = tuple[str, str]  # where in the request, what is wrong

TOP = {"personalizations", "from", "reply_to", "reply_to_list", "subject", "content", "attachments",
       "template_id", "headers", "categories", "custom_args", "send_at", "batch_id", "asm", "ip_pool_name",
       "mail_settings", "tracking_settings"}  # fmt: skip
PERSONAL = {"to", "cc", "bcc", "from", "subject", "headers", "substitutions", "dynamic_template_data",
            "custom_args", "send_at"}  # fmt: skip
RESERVED = {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding",
            "to", "from", "subject", "reply-to", "cc", "bcc"}  # fmt: skip
TRACKING_OFF = ("click_tracking", "open_tracking", "subscription_tracking", "ganalytics")
ADDRESS = re.compile(r"(?:[^\s@<>,;:\"()]+|\"[^\"\r\n]+\")@[^\s@<>,;:\"()]+\.[^\s@<>,;:\".()]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TAG = re.compile(r"-nl\.[A-Za-z0-9_.]+-")
# A tag, and what of an address stands right before it.
SPOT = re.compile(r"((?:https?://[^\s\"'<>]*?)?)(-nl\.[A-Za-z0-9_.]+-)")


@dataclass
class Memory:
    """What only a look across requests can tell."""

    attempts: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)


def parse(body: bytes) -> Any:
    """Read JSON strictly. Raises ValueError for a key given twice, or bytes that are not UTF-8."""
    return json.loads(body.decode("utf-8"), object_pairs_hook=_no_twins)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def vendor_problems(request: Any) -> list[Problem]:
    """Return what SendGrid would refuse, its limits among them."""
    if not isinstance(request, dict):
        return [("", "The request is no object")]
    people = request.get("personalizations")
    if not isinstance(people, list) or not 1 <= len(people) <= 1000:
        return [("personalizations", "There must be 1 to 1000 personalizations")]
    problems = [*_message(request)]
    for number, personalization in enumerate(people):
        problems += _personalization(request, personalization, f"personalizations.{number}")
    return problems + list(_recipients(people))


def _message(request: dict[str, Any]) -> Iterator[Problem]:
    yield from ((key, "Unknown field") for key in request.keys() - TOP)
    yield from _person(request.get("from"), "from")
    if "reply_to" in request:
        yield from _person(request["reply_to"], "reply_to")
    if not isinstance(request.get("subject"), str) or not request["subject"].strip():
        yield "subject", "The subject is required"
    yield from _content(request.get("content"))
    yield from _custom_args(request.get("custom_args", {"-": "-"}), "custom_args")
    yield from _headers(request.get("headers", {}), "headers")
    categories = request.get("categories", [])
    if len(categories) > 10 or len(set(categories)) != len(categories):
        yield "categories", "At most 10, each once"
    if not all(
        isinstance(category, str) and category.isascii() and len(category) <= 255 for category in categories
    ):
        yield "categories", "ASCII of at most 255 characters"


def _content(content: Any) -> Iterator[Problem]:
    if not isinstance(content, list) or not content:
        yield "content", "Content is required"
        return
    for number, part in enumerate(content):
        if set(part) != {"type", "value"} or not part["value"]:
            yield f"content.{number}", "A part has a type and a value, neither empty"
    if [part.get("type") for part in content] not in (
        ["text/plain"],
        ["text/html"],
        ["text/plain", "text/html"],
    ):
        yield "content", "text/plain comes first, then text/html"


def _personalization(request: dict[str, Any], personalization: Any, where: str) -> Iterator[Problem]:
    if not isinstance(personalization, dict):
        yield where, "A personalization is an object"
        return
    yield from ((f"{where}.{key}", "Unknown field") for key in personalization.keys() - PERSONAL)
    if not personalization.get("to"):
        yield f"{where}.to", "At least one recipient is required"
    for number, person in enumerate(personalization.get("to", [])):
        yield from _person(person, f"{where}.to.{number}")
    substitutions = personalization.get("substitutions", {})
    if not all(isinstance(value, str) for value in substitutions.values()):
        yield f"{where}.substitutions", "Values are strings"
    elif sum(len(key.encode()) + len(value.encode()) for key, value in substitutions.items()) > 10_000:
        yield f"{where}.substitutions", "At most 10,000 bytes"
    yield from _headers(personalization.get("headers", {}), f"{where}.headers")
    yield from _custom_args(personalization.get("custom_args", {"-": "-"}), f"{where}.custom_args")
    merged = {**(request.get("custom_args") or {}), **(personalization.get("custom_args") or {})}
    if len(json.dumps(merged).encode()) > 10_000:
        yield f"{where}.custom_args", "At most 10,000 bytes, merged"


def _person(person: Any, where: str) -> Iterator[Problem]:
    if not isinstance(person, dict) or person.keys() - {"email", "name"} or "email" not in person:
        yield where, "A person has an email and perhaps a name"
        return
    if not ADDRESS.fullmatch(person["email"]):
        yield f"{where}.email", "Does not contain a valid address"
    name = person.get("name", "x")
    if not isinstance(name, str) or not name or CONTROL.search(name) or ";" in name or "," in name:
        yield f"{where}.name", "A name has no control characters, no ; and no ,"


def _headers(headers: Any, where: str) -> Iterator[Problem]:
    for name, value in headers.items():
        if name.lower() in RESERVED:
            yield f"{where}.{name}", "A reserved header"
        if not isinstance(value, str) or CONTROL.search(value) or not re.fullmatch(r"[!-9;-~]+", name):
            yield f"{where}.{name}", "Header names and values are plain strings on one line"


def _custom_args(args: Any, where: str) -> Iterator[Problem]:
    if not isinstance(args, dict) or not args or not all(isinstance(value, str) for value in args.values()):
        yield where, "An object that is not empty, of strings"


def _recipients(people: list[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    total = 0
    for number, personalization in enumerate(people):
        for person in [
            *personalization.get("to", []),
            *personalization.get("cc", []),
            *personalization.get("bcc", []),
        ]:
            total += 1
            address = str(person.get("email")).lower()
            if address in seen:
                yield f"personalizations.{number}.to", "An address stands twice"
            seen.add(address)
    if total > 1000:
        yield "personalizations", "At most 1000 recipients"


def promise_problems(request: dict[str, Any], memory: Memory) -> list[Problem]:
    """Return where a request that SendGrid takes breaks what this project promises its readers."""
    texts = {part["type"]: part["value"] for part in request["content"]}
    problems = [*_message_promises(request, texts, memory)]
    spots = {kind: set(SPOT.findall(value)) for kind, value in texts.items()}
    wanted = set(TAG.findall(request["subject"])).union(*(TAG.findall(value) for value in texts.values()))
    for number, personalization in enumerate(request["personalizations"]):
        where = f"personalizations.{number}"
        problems += [(where, what) for what in _reader_promises(personalization, spots, wanted, memory)]
    return problems


def _message_promises(request: dict[str, Any], texts: dict[str, str], memory: Memory) -> Iterator[Problem]:
    if set(texts) != {"text/plain", "text/html"}:
        yield "content", "Both a text and an HTML part"
    for kind, text in texts.items():
        if not any(letter > "\u00ff" for letter in text):
            yield kind, "Nothing above U+00FF: it would go out as iso-8859-1"
    for setting in TRACKING_OFF:
        if request.get("tracking_settings", {}).get(setting, {}).get("enable") is not False:
            yield f"tracking_settings.{setting}", "Not switched off explicitly"
    args = request.get("custom_args", {})
    if not all(args.get(key) for key in ("nl_issue", "nl_batch", "nl_attempt")):
        yield "custom_args", "nl_issue, nl_batch and nl_attempt are needed"
    if args.get("nl_attempt") in memory.attempts:
        yield "custom_args.nl_attempt", "An attempt was put on the wire twice"
    memory.attempts.add(args.get("nl_attempt", ""))


def _reader_promises(
    personalization: dict[str, Any], spots: dict[str, set[tuple[str, str]]], wanted: set[str], memory: Memory
) -> Iterator[str]:
    address = personalization["to"][0]["email"].lower()
    if len(personalization["to"]) != 1 or "cc" in personalization or "bcc" in personalization:
        yield "One reader sees another"
    if "@" in "".join(personalization.get("custom_args", {"nl_reader": "@"})["nl_reader"]):
        yield "nl_reader is missing or says who it is"
    headers, values = personalization.get("headers", {}), personalization.get("substitutions", {})
    if headers.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post is not RFC 8058's"
    if not re.fullmatch(r"(?:[^<>]+ )?<[^<>@\s]+\.[^<>@\s]+>", headers.get("List-Id", "")):
        yield "List-Id is not RFC 2919's"
    if missing := wanted - values.keys():
        yield f"The reader would see {sorted(missing)}"
    found = re.fullmatch(r"<(https?://[^\s<>]+)>", headers.get("List-Unsubscribe", ""))
    if not found:
        yield "List-Unsubscribe is no URL"
        return
    link = found.group(1)
    if memory.links.setdefault(link, address) != address:
        yield "Two readers share an unsubscribe URL"
    if not any(before + values.get(tag, "") == link for before, tag in spots.get("text/plain", ())):
        yield "The text part has another unsubscribe URL, or none"
    if not any(
        html.unescape(before + values.get(tag, "")) == link for before, tag in spots.get("text/html", ())
    ):
        yield "The HTML part has another unsubscribe URL, or none"
