"""The endpoints, spoken to over a real socket."""

import gzip
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import orjson
import pytest
from local_sendgrid import JSON, KEY, Site, letter

from newsletter.sandbox.server.app import MAX_BODY


def errors(answer: httpx.Response) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = answer.json()["errors"]
    return found


def test_a_good_request_is_accepted_with_a_message_id_and_is_in_the_file(site: Site) -> None:
    answer = site.send(letter("ann@example.org", "bea@example.org"))
    assert (answer.status_code, answer.content) == (202, b"")
    assert re.fullmatch(r"[\w-]{22}", answer.headers["X-Message-Id"])
    kept = list(site.store.everything())
    assert [message.email for message in kept] == ["ann@example.org", "bea@example.org"]
    assert {message.message_id for message in kept} == {answer.headers["X-Message-Id"]}


def test_sandbox_mode_judges_and_keeps_nothing(site: Site) -> None:
    mode = {"sandbox_mode": {"enable": True}}
    assert site.send(letter(mail_settings=mode)).status_code == 200
    assert site.send(letter("bad", mail_settings=mode)).status_code == 400
    assert site.store.counts().total == 0


def test_a_bad_request_names_the_entry_and_nothing_of_it_is_kept(site: Site) -> None:
    answer = site.send(letter("ann@example.org", "nobody", "ANN@example.org"))
    assert answer.status_code == 400
    assert [error["field"] for error in errors(answer)] == [
        "personalizations.1.to.0.email",
        "personalizations.2.to.0.email",
    ]
    assert all(set(error) == {"message", "field", "help"} for error in errors(answer))
    assert site.store.counts().total == 0


def test_an_answer_never_repeats_an_address(site: Site) -> None:
    answer = site.send(letter("ann@example.org", "ann@example.org", "ann@"))
    assert "ann@" not in answer.text


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b'"\\ud800"'])
def test_what_is_not_json_is_a_bad_request(site: Site, content: bytes) -> None:
    answer = site.post(content, {**JSON, **KEY})
    assert answer.status_code == 400
    assert "not JSON" in str(errors(answer)[0]["message"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {**JSON, "Content-Encoding": "gzip"},
    ],
)
def test_another_kind_of_body_is_an_unsupported_media_type(site: Site, headers: dict[str, str]) -> None:
    content = orjson.dumps(letter())
    packed = gzip.compress(content) if "Content-Encoding" in headers else content
    assert site.post(packed, {**KEY, **headers}).status_code == 415


def test_a_charset_of_utf8_is_taken(site: Site) -> None:
    headers = {**KEY, "Content-Type": "application/json; charset=UTF-8"}
    assert site.post(orjson.dumps(letter()), headers).status_code == 202


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic YTpi", "SG.test.key", "Bearer a b"])
def test_a_key_that_is_missing_or_malformed_is_unauthorised(site: Site, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    assert site.send(letter(), headers).status_code == 401
    assert site.get("/v3/scopes", headers).status_code == 401
    assert site.store.counts().total == 0


def test_only_the_right_key_is_taken_where_one_is_set(make_site: Callable[..., Site]) -> None:
    site = make_site(api_key="SG.right.key")
    assert site.send(letter()).status_code == 401
    assert site.send(letter(), {"Authorization": "Bearer SG.right.key"}).status_code == 202


def test_a_key_that_may_not_send_mail_is_forbidden_to(site: Site) -> None:
    key = {"Authorization": "Bearer SG.no-mail-send.x"}
    assert site.send(letter(), key).status_code == 403
    assert "mail.send" not in site.get("/v3/scopes", key).json()["scopes"]
    assert "mail.send" in site.get("/v3/scopes").json()["scopes"]


@pytest.mark.slow
def test_a_body_of_30_mb_is_too_large_and_one_below_is_not(site: Site) -> None:
    frame = len(orjson.dumps(letter(subject="")))
    below = letter(subject="a" * (MAX_BODY - 1 - frame))
    assert site.send(below).status_code == 202
    assert site.send(letter(subject="a" * (MAX_BODY - frame))).status_code == 413
    assert site.store.counts().total == 1


def test_a_client_that_sends_far_too_much_still_gets_its_answer(site: Site) -> None:
    chunks = (b"a" * 1_000_000 for _ in range(60))
    assert site.post(chunks, {**JSON, **KEY}).status_code == 413


def test_an_endless_body_is_cut_off(site: Site) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"a" * 1_000_000

    with suppress(httpx.NetworkError):  # the connection closed on a client still writing: as good an answer
        assert site.post(endless(), {**JSON, **KEY}).status_code == 413
    assert site.send(letter()).status_code == 202


def test_a_client_that_hangs_up_leaves_nothing_behind(site: Site) -> None:
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(
            b"POST /v3/mail/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
            b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        )
    assert site.send(letter()).status_code == 202
    assert site.store.counts().total == 1


def test_beyond_the_rate_a_request_is_refused_and_told_when_to_come_again(
    make_site: Callable[..., Site],
) -> None:
    now = [1_800_000_000.5]
    site = make_site(requests_per_second=2, clock=lambda: now[0])
    answers = [site.send(letter()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].headers["X-RateLimit-Limit"] == "2"
    assert answers[2].headers["X-RateLimit-Reset"] == "1800000001"
    now[0] += 1
    assert site.send(letter()).status_code == 202
    assert site.store.counts().total == 3


def test_what_is_not_served_is_said_in_sendgrids_form(site: Site) -> None:
    assert errors(site.get("/v3/nothing"))[0]["message"] == "not found"
    assert site.get("/v3/nothing").status_code == 404
    answer = site.get("/v3/mail/send")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert errors(answer)[0]["message"] == "method not allowed"


def test_it_says_that_it_is_well(site: Site) -> None:
    assert site.get("/health", {}).json() == {"status": "ok"}


def test_a_file_that_cannot_be_written_is_a_fault_of_the_server(site: Site) -> None:
    site.store.close()
    answer = site.send(letter())
    assert answer.status_code == 500
    assert "sandbox.db" in str(errors(answer)[0]["message"])


def test_sixteen_senders_at_once_lose_and_mix_nothing(site: Site) -> None:
    answers: list[httpx.Response] = []

    def post(sender: int) -> None:
        for batch in range(5):
            names = [f"r{sender}-{batch}-{n}@example.org" for n in range(10)]
            answers.append(site.send(letter(*names, custom_args={"nl_issue": f"{sender}"})))

    threads = [threading.Thread(target=post, args=[n]) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.headers["X-Message-Id"] for answer in answers}) == 80
    kept = list(site.store.everything())
    assert len({message.email for message in kept}) == 800
    assert all(message.email.startswith(f"r{message.custom_args['nl_issue']}-") for message in kept)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_file_is_its_owners_alone(site: Site) -> None:
    assert site.store.path.stat().st_mode & 0o077 == 0
