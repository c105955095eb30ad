"""The strict server is strict: what it exists to catch, it catches; its process for killed senders runs."""

import http.client
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import strict_sendgrid
from provider_samples import ENVELOPE, TAGS, columns, reader
from strict_sendgrid import StrictSendGrid
from strict_sendgrid_rules import Memory, parse, promise_problems, vendor_problems

from newsletter.providers.sendgrid.sending.request import prepare_requests


def good(attempt: str = "a1", *numbers: int) -> dict[str, Any]:
    body = prepare_requests(ENVELOPE, TAGS)(
        columns([reader(n) for n in numbers or (1, 2)]), batch="1", attempt=attempt
    )
    payload: dict[str, Any] = orjson.loads(body)
    return payload


def _put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(payload: dict[str, Any]) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        place: Any = payload
        for part in way:
            place = place[part]
        place[last] = value

    return change


VENDOR = {
    "no readers": _put("personalizations", []),
    "1001 readers": lambda it: it.update(good("a", *range(1000)), personalizations=[{}] * 1001),
    "an address twice": _put("personalizations/1/to", [{"email": "READER1@example.org"}]),
    "a comma in a name": _put("personalizations/0/to/0/name", "Lovelace, Ada"),
    "a line end in a header": _put("personalizations/0/headers/X-A", "a\r\nBcc: b@c.de"),
    "a reserved header": _put("personalizations/0/headers/Reply-To", "a@b.de"),
    "a number as a custom arg": _put("personalizations/0/custom_args", {"nl_reader": 1}),
    "empty custom args": _put("personalizations/0/custom_args", {}),
    "a number as a substitution": _put("personalizations/0/substitutions/-nl.first_name-", 1),
    "10,001 bytes of substitutions": _put("personalizations/0/substitutions/-nl.x-", "ü" * 5000),
    "a misspelt field": _put("personalisations", []),
    "HTML before text": lambda it: it["content"].reverse(),
    "no subject": _put("subject", " "),
    "no address": _put("personalizations/0/to/0/email", "nobody"),
    "a category beyond ASCII": _put("categories", ["Märzheft"]),
}
PROMISE = {
    "click tracking left to the account": lambda it: it["tracking_settings"].pop("click_tracking"),
    "no one-click": lambda it: it["personalizations"][0]["headers"].pop("List-Unsubscribe-Post"),
    "no list id": lambda it: it["personalizations"][0]["headers"].pop("List-Id"),
    "another link in the header": _put("personalizations/0/headers/List-Unsubscribe", "<https://x.org/u/9>"),
    "another link in the text": _put(
        "personalizations/0/substitutions/-nl.unsubscribe_url-", "https://x.org"
    ),
    "another link in the HTML": _put(
        "personalizations/0/substitutions/-nl.unsubscribe_url.h-", "https://x.org"
    ),
    "a tag left open": lambda it: it["personalizations"][0]["substitutions"].pop("-nl.first_name.h-"),
    "an address in the custom args": _put("personalizations/0/custom_args/nl_reader", "ada@example.org"),
    "no attempt": lambda it: it["custom_args"].pop("nl_attempt"),
    "only Latin-1": _put("content/0/value", "-nl.unsubscribe_url- -nl.first_name-"),
}


def test_a_good_request_has_no_problems() -> None:
    assert vendor_problems(good()) == []
    assert promise_problems(good(), Memory()) == []


@pytest.mark.parametrize("what", VENDOR)
def test_what_sendgrid_would_refuse_is_refused(what: str) -> None:
    payload = good()
    VENDOR[what](payload)
    assert vendor_problems(payload)


@pytest.mark.parametrize("what", PROMISE)
def test_a_broken_promise_is_noticed(what: str) -> None:
    payload = good()
    PROMISE[what](payload)
    assert vendor_problems(payload) == []
    assert promise_problems(payload, Memory())


def test_an_attempt_put_on_the_wire_twice_is_noticed_and_so_is_a_shared_link() -> None:
    memory = Memory()
    assert promise_problems(good(), memory) == []
    assert promise_problems(good("a1"), memory)
    stolen = good("a2", 3)
    stolen["personalizations"][0]["headers"] = good()["personalizations"][0]["headers"]
    assert ("personalizations.0", "Two readers share an unsubscribe URL") in promise_problems(stolen, memory)


def test_a_key_given_twice_is_no_json_for_it() -> None:
    with pytest.raises(ValueError, match="twice"):
        parse(b'{"subject": "a", "subject": "b"}')


def _post(url: str, body: bytes) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    try:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer x"}
        connection.request("POST", "/v3/mail/send", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_bad_request_is_answered_400_and_mails_nobody() -> None:
    with StrictSendGrid() as server:
        assert _post(server.url, b"{}") == 400
        assert _post(server.url, b"no json") == 400
        assert _post(server.url, json.dumps(good()).encode()) == 202
    assert len(server.problems) == 2
    assert sum(server.accepted.values()) == 2


@pytest.mark.parametrize("count_only", [False, True])
def test_as_a_process_it_prints_its_url_keeps_a_log_and_sums_up(tmp_path: Path, count_only: bool) -> None:
    log = tmp_path / "posts.jsonl"
    command = [sys.executable, strict_sendgrid.__file__, "--log", str(log), "--faults", "ok,429"]
    with subprocess.Popen(command + ["--count-only"] * count_only, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        assert _post(url, orjson.dumps(good())) == 202
        assert _post(url, orjson.dumps(good("a2"))) == 429
        process.terminate()
        sums = json.loads(process.stdout.read())
    assert process.returncode == 0
    assert (sums["posts"], sums["twice"], sums["problems"]) == (2, 0, [])
    if not count_only:
        first, second = map(json.loads, log.read_text().splitlines())
        assert first["accepted"] == ["reader1@example.org", "reader2@example.org"]
        assert (second["accepted"], second["nl_attempt"]) == ([], "a2")
