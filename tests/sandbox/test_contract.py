"""Whatever SendGrid's official document refuses, the local one refuses.

SENDGRID_OPENAPI names the folder of the official OpenAPI documents (github.com/twilio/sendgrid-oai).
"""

import copy
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_sendgrid import KEY, Site, letter

from newsletter.sandbox.behaviour.outcomes import OUTCOMES
from newsletter.sandbox.behaviour.reports import reports_of
from newsletter.sandbox.file import report_queue
from newsletter.sandbox.server.validate import validate

FOLDER = os.environ.get("SENDGRID_OPENAPI", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="SENDGRID_OPENAPI names no folder of official documents")

NOW = 1_617_260_000.0  # the hour of the official examples

# Where the local one is right to take what the official document refuses, and why.
EXCEPTIONS = {
    "custom_args": "the document calls it a string; the live API answers that it expects an object",
}


@cache
def document(name: str = "tsg_mail_v3.json") -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((Path(FOLDER) / name).read_bytes())
    return loaded


def resolved(schema: Mapping[str, Any], name: str = "tsg_mail_v3.json") -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    at: Any = document(name)
    for step in schema["$ref"].removeprefix("#/").split("/"):
        at = at[step]
    return resolved(at, name)


def whole(schema: Any, name: str) -> Any:
    """Return a schema of a document with everything it refers to put in its place."""
    if isinstance(schema, dict):
        inner = resolved(schema, name) if "$ref" in schema else schema
        return {key: whole(value, name) for key, value in inner.items() if key != "example"}
    return [whole(part, name) for part in schema] if isinstance(schema, list) else schema


def body_schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = document()["components"]["requestBodies"]["PostMailSend"]["content"][
        "application/json"
    ]["schema"]
    return schema


KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def refusals(schema: Mapping[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """Yield each place where a value breaks the schema: a small walk over the words the document uses."""
    schema = resolved(schema)
    kind = schema.get("type")
    if value is None and schema.get("nullable"):
        return
    if kind and (not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool))):
        yield path
        return
    if isinstance(value, str):
        yield from _of_string(schema, value, path)
    elif isinstance(value, list):
        yield from _of_list(schema, value, path)
    elif isinstance(value, dict):
        yield from _of_object(schema, value, path)


def _of_string(schema: Mapping[str, Any], value: str, path: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield path
    if "enum" in schema and value not in schema["enum"]:
        yield path
    if schema.get("format") == "email" and not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", value):
        yield path


def _of_list(schema: Mapping[str, Any], value: list[Any], path: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield path
    if schema.get("uniqueItems") and len({orjson.dumps(entry) for entry in value}) < len(value):
        yield path
    for index, entry in enumerate(value):
        yield from refusals(schema.get("items", {}), entry, f"{path}.{index}".lstrip("."))


def _of_object(schema: Mapping[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    if len(value) > schema.get("maxProperties", len(value)):
        yield path
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}.{name}".lstrip(".")
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name, content in value.items():
        yield from refusals(known.get(name, others or {}), content, f"{path}.{name}".lstrip("."))


def officially_refused(value: object) -> bool:
    return any(path not in EXCEPTIONS for path in refusals(body_schema(), value))


def example(schema: Mapping[str, Any], path: str = "") -> Any:
    """Return a value with every property of the schema in it, right by the rules of both."""
    schema = resolved(schema)
    if path in SAID:
        return copy.deepcopy(SAID[path])
    match schema.get("type"):
        case "object":
            return {
                name: example(inner, f"{path}.{name}".lstrip("."))
                for name, inner in schema.get("properties", {}).items()
            }
        case "array":
            return [example(schema["items"], f"{path}.0".lstrip("."))]
        case "integer":
            return 1
        case "boolean":
            return False
    return schema["enum"][0] if "enum" in schema else "example"


# What a schema alone does not say.
SAID: dict[str, Any] = {
    "personalizations.0.to": [{"email": "to@example.org", "name": "To"}],
    "personalizations.0.cc": [{"email": "cc@example.org", "name": "Cc"}],
    "personalizations.0.bcc": [{"email": "bcc@example.org", "name": "Bcc"}],
    "personalizations.0.from": {"email": "desk@example.org"},
    "personalizations.0.headers": {"X-A": "a"},
    "personalizations.0.substitutions": {"-a-": "b"},
    "personalizations.0.dynamic_template_data": {},
    "personalizations.0.custom_args": {"a": "b"},
    "from": {"email": "news@example.org", "name": "News"},
    "reply_to": {"email": "reply@example.org", "name": "Reply"},
    "reply_to_list": [{"email": "reply@example.org", "name": "Reply"}],
    "headers": {"X-B": "b"},
    "custom_args": {"c": "d"},
    "content.0.type": "text/plain",
    "attachments.0.content": "aGVsbG8=",
    "attachments.0.type": "text/plain",
}


def taken() -> dict[str, Any]:
    """Return a body with every official field, less those that exclude each other."""
    body: dict[str, Any] = example(body_schema())
    del body["reply_to_list"], body["template_id"], body["personalizations"][0]["dynamic_template_data"]
    return body


def steps(value: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of everything in a value."""
    yield here
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    ):
        yield from steps(inner, (*here, key))


def changed(body: dict[str, Any], path: tuple[str | int, ...], new: Any) -> dict[str, Any]:
    """Return the body with one value replaced, or taken away when ``new`` is Ellipsis."""
    whole = copy.deepcopy(body)
    at: Any = whole
    for step in path[:-1]:
        at = at[step]
    if new is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = new
    return whole


WRONG: tuple[Any, ...] = (
    ...,
    None,
    True,
    1,
    1.5,
    "",
    "a",
    "a" * 300,
    "é",
    [],
    [1],
    [1, 1],
    ["a"] * 2_000,
    {},
    {"a": 1},
)


def variants() -> Iterator[dict[str, Any]]:
    whole = taken()
    lists = changed(whole, ("reply_to",), ...)
    lists["reply_to_list"] = [{"email": "reply@example.org"}]
    for body in (whole, lists):
        for path in steps(body):
            for new in WRONG if path else ():
                yield changed(body, path, new)


def test_a_body_with_every_official_field_is_taken_by_both() -> None:
    assert [path for path in refusals(body_schema(), taken()) if path not in EXCEPTIONS] == []
    assert validate(taken(), NOW) == []


def test_whatever_the_official_document_refuses_is_refused_here() -> None:
    refused = [body for body in variants() if officially_refused(body)]
    assert len(refused) > 500, "the walk refuses too little to prove anything"
    for body in refused:
        assert validate(body, NOW), list(refusals(body_schema(), body))


def test_a_fault_the_official_document_finds_is_told_with_its_field() -> None:
    for body in variants():
        official = {path for path in refusals(body_schema(), body) if path not in EXCEPTIONS}
        fields = {fault.field for fault in validate(body, NOW)}
        assert not official or any(
            str(mine).startswith(tuple(official)) or _holds(mine, official) for mine in fields
        )


def _holds(mine: str | None, official: set[str]) -> bool:
    return mine is not None and any(path.startswith(mine) for path in official)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(st.data())
def test_the_same_holds_for_any_value_at_any_place(data: st.DataObject) -> None:
    body = taken()
    path = data.draw(st.sampled_from([step for step in steps(body) if step]))
    mutant = changed(body, path, data.draw(json_values))
    assert not officially_refused(mutant) or validate(mutant, NOW)


def test_the_official_limits_on_lists_hold_here() -> None:
    people = [{"email": f"r{n}@example.org"} for n in range(1_001)]
    ones = [{"to": [person]} for person in people]
    for body in (letter(personalizations=ones), letter(reply_to_list=people)):
        assert officially_refused(body)
        assert validate(body, NOW)
    for kind in ("cc", "bcc"):
        body = letter(personalizations=[{"to": [{"email": "to@example.org"}], kind: people}])
        assert officially_refused(body)
        assert validate(body, NOW)


def test_the_official_examples_are_taken() -> None:
    examples = document()["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"][
        "examples"
    ]
    assert examples
    for name, example in examples.items():
        assert validate(example["value"], NOW) == [], name


def test_answers_have_the_official_shape(site: Site) -> None:
    answers = [
        site.send({}),
        site.send(letter(), {"Authorization": "Basic YTpi"}),
        site.send(letter(), {"Authorization": "Bearer SG.no-mail-send.x"}),
        site.post(b"{", {**KEY, "Content-Type": "application/json"}),
        site.get("/v3/mail/send"),
        site.get("/v3/nothing"),
    ]
    schema = document()["components"]["schemas"]["ErrorResponse"]
    official = document()["paths"]["/v3/mail/send"]["post"]["responses"]
    for answer in answers:
        assert str(answer.status_code) in official
        # The document calls help an object; the live API answers with the address of a page.
        assert [path for path in refusals(schema, answer.json()) if not path.endswith("help")] == []
    scopes = document("tsg_scopes_v3.json")["paths"]["/v3/scopes"]["get"]["responses"]["200"]
    shape = scopes["content"]["application/json"]["schema"]
    assert list(refusals(shape, site.get("/v3/scopes").json())) == []


ACTIVITY, LISTS, SCHEDULED, MAIL = (
    "tsg_email_activity_v3.json",
    "tsg_suppressions_v3.json",
    "tsg_scheduled_sends_v3.json",
    "tsg_mail_v3.json",
)
# What an official schema demands and a live answer of this kind does not hold.
ABSENT = {
    "asm_group_id": "no unsubscribe group was named",
    "events.0.bounce_type": "only a bounce has a type",
}


def call(site: Site, method: str, path: str, body: object = None) -> httpx.Response:
    return site.client.request(method, site.url + path, json=body, headers=KEY)


def breaches(answer: httpx.Response, name: str, path: str) -> list[str]:
    """Return where an answer is not what its document says of this path."""
    operation = document(name)["paths"][path][answer.request.method.lower()]
    responses = operation["responses"]
    if str(answer.status_code) not in responses:
        return [f"status {answer.status_code}"]
    content = whole(responses[str(answer.status_code)], name).get("content", {})
    if not content:
        return [] if answer.content == b"" else ["a body"]
    return [
        breach
        for breach in refusals(content["application/json"]["schema"], answer.json())
        if re.sub(r"\.\d+\.", ".0.", breach) not in ABSENT and not breach.endswith("help")
    ]


def test_what_became_of_mail_is_told_in_the_official_shape(site: Site) -> None:
    site.send(letter("ann@example.org", "bounce@example.org", categories=["news"]))
    found = call(site, "GET", "/v3/messages?query=status%3D%22delivered%22&limit=1")
    assert len(found.json()["messages"]) == 1
    (message,) = found.json()["messages"]
    one = call(site, "GET", f"/v3/messages/{message['msg_id']}")
    assert one.status_code == 200
    assert breaches(found, ACTIVITY, "/v3/messages") == []
    assert breaches(one, ACTIVITY, "/v3/messages/{msg_id}") == []
    for wrong, path in (
        (call(site, "GET", "/v3/messages?query=x"), "/v3/messages"),
        (call(site, "GET", "/v3/messages/none"), "/v3/messages/{msg_id}"),
    ):
        assert wrong.status_code in {400, 404}
        assert breaches(wrong, ACTIVITY, path) == []


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("bounces", "bounce@example.org"),
        ("blocks", "blocked@example.org"),
        ("spam_reports", "complaint@example.org"),
        ("invalid_emails", "invalid@example.org"),
        ("unsubscribes", "unsubscribe@example.org"),
    ],
)
def test_a_list_has_the_official_shape(site: Site, name: str, address: str) -> None:
    site.send(letter(address))
    path = f"/v3/suppression/{name}"
    page = call(site, "GET", f"{path}?start_time=1&limit=500&offset=0")
    assert len(page.json()) == 1
    assert breaches(page, LISTS, path) == []
    if name == "unsubscribes":
        return
    one, removed = call(site, "GET", f"{path}/{address}"), call(site, "DELETE", f"{path}/{address}")
    assert len(one.json()) == 1
    assert breaches(one, LISTS, f"{path}/{{email}}") == []
    assert removed.status_code == 204
    assert breaches(removed, LISTS, f"{path}/{{email}}") == []
    assert breaches(call(site, "DELETE", path, {"delete_all": True}), LISTS, path) == []


def test_unsubscribes_have_the_official_shape(site: Site) -> None:
    path, one = "/v3/asm/suppressions/global", "/v3/asm/suppressions/global/{email}"
    made = call(site, "POST", path, {"recipient_emails": ["ann@example.org"]})
    assert made.status_code == 201
    assert breaches(made, LISTS, path) == []
    assert breaches(call(site, "GET", f"{path}/ann@example.org"), LISTS, one) == []
    assert breaches(call(site, "DELETE", f"{path}/ann@example.org"), LISTS, one) == []
    assert breaches(call(site, "GET", "/v3/asm/suppressions"), LISTS, "/v3/asm/suppressions") == []


def test_batches_and_scheduled_sends_have_the_official_shape(site: Site) -> None:
    made = call(site, "POST", "/v3/mail/batch")
    held, one = "/v3/user/scheduled_sends", "/v3/user/scheduled_sends/{batch_id}"
    batch_id = made.json()["batch_id"]
    entry = {"batch_id": batch_id, "status": "pause"}
    for answer, name, path in (
        (made, MAIL, "/v3/mail/batch"),
        (call(site, "GET", f"/v3/mail/batch/{batch_id}"), MAIL, "/v3/mail/batch/{batch_id}"),
        (call(site, "GET", "/v3/mail/batch/none"), MAIL, "/v3/mail/batch/{batch_id}"),
        (call(site, "POST", held, entry), SCHEDULED, held),
        (call(site, "POST", held, entry), SCHEDULED, held),
        (call(site, "GET", held), SCHEDULED, held),
        (call(site, "GET", f"{held}/{batch_id}"), SCHEDULED, one),
        (call(site, "PATCH", f"{held}/{batch_id}", {"status": "cancel"}), SCHEDULED, one),
        (call(site, "DELETE", f"{held}/{batch_id}"), SCHEDULED, one),
        (call(site, "DELETE", f"{held}/{batch_id}"), SCHEDULED, one),
    ):
        assert breaches(answer, name, path) == [], (answer.request.method, path)


def test_an_event_has_no_field_the_official_webhook_does_not_describe_but_arguments(site: Site) -> None:
    official = {
        "email", "timestamp", "event", "smtp-id", "useragent", "ip", "sg_event_id", "sg_message_id", "reason",
        "status", "response", "tls", "url", "category", "asm_group_id", "type", "attempt",
        "bounce_classification", "sg_machine_open", "url_offset", "pool",
    }  # fmt: skip
    site.send(letter(*(f"{name}@example.org" for name in OUTCOMES)))
    now = 2**62
    messages = list(report_queue.messages(site.store.file, report_queue.lease(site.store.file, 0, now)))
    assert len(messages) == len(OUTCOMES)
    for message in messages:
        for event in reports_of(message):
            assert event.keys() - official == {"nl_issue", "nl_batch", "nl_reader"}
