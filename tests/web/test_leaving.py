"""Leaving: a POST alone takes a reader off the list, once, and only the list that the mail came from."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from pace import FOREVER

from newsletter import publish, readership
from newsletter.store.database import write
from newsletter.web.readers import WAITING

if TYPE_CHECKING:
    from conftest import World

ANA = "ana@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
STAYS = {"morning": "confirmed", "evening": "confirmed"}
LEFT = {"morning": "unsubscribed", "evening": "confirmed"}


def test_a_get_shows_one_button_and_changes_nothing(world: "World") -> None:
    answer = world.client.get(world.post.path(ANA, "u"))
    assert answer.status_code == 200
    assert answer.text.count("<button") == 1
    assert answer.text.count("<form") == 1
    assert 'method="post"' in answer.text
    assert "<script" not in answer.text
    assert "“Dig In at Dawn”" in answer.text
    assert world.statuses(ANA) == STAYS


@pytest.mark.slow
def test_scanners_that_open_the_link_a_hundred_times_change_nothing(world: "World") -> None:
    path, before = world.post.path(ANA, "u"), world.dump()
    for _ in range(100):
        assert world.client.get(path).status_code == 200
        assert world.client.head(path).status_code == 200
    assert world.dump() == before


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b""},
        {"content": b"anything at all", "headers": {"Content-Type": "text/plain"}},
        {"content": b'{"a": 1}', "headers": {"Content-Type": "application/json"}},
    ],
    ids=["urlencoded", "multipart", "empty", "plain text", "JSON"],
)
def test_a_post_unsubscribes_whatever_its_body(world: "World", body: dict[str, Any]) -> None:
    answer = world.client.post(world.post.path(ANA, "u"), **body)
    assert answer.status_code == 200
    assert answer.history == []
    assert "set-cookie" not in answer.headers
    assert "You are no longer on the list “Dig In at Dawn”" in answer.text
    assert world.statuses(ANA) == LEFT


def test_the_next_issue_excludes_who_left(world: "World") -> None:
    world.client.post(world.post.path(ANA, "u"), data=ONE_CLICK)
    world.send("second")
    proof = publish.status(world.context, "second")
    assert proof is not None
    assert dict(proof.excluded) == {"unsubscribed": 1}
    assert proof.accepted == 2


def test_leaving_twice_changes_nothing_and_says_so_calmly(world: "World") -> None:
    path = world.post.path(ANA, "u")
    world.client.post(path, data=ONE_CLICK)
    before = world.dump()
    again = world.client.post(path, data=ONE_CLICK)
    assert again.status_code == 200
    assert "no longer on the list" in again.text
    assert "no longer on the list" in world.client.get(path).text
    assert world.dump() == before


def test_two_posts_at_once_both_succeed(world: "World") -> None:
    path = world.post.path(ANA, "u")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.client.post(path, data=ONE_CLICK).status_code, range(16)))
    assert set(answers) == {200}
    assert world.statuses(ANA) == LEFT


def test_who_left_and_came_back_can_leave_again_by_the_same_link(world: "World") -> None:
    path = world.post.path(ANA, "u")
    world.client.post(path)
    readership.add(
        world.context.engine,
        "morning",
        ANA,
        now=world.context.clock.now,
        joining=readership.Joining(again=True),
    )
    assert "<button" in world.client.get(path).text
    world.client.post(path)
    assert world.statuses(ANA) == LEFT


def test_the_link_of_one_list_leaves_no_other(world: "World") -> None:
    world.send("second", to="evening")
    world.client.post(world.post.path(ANA, "u"))
    assert world.statuses(ANA) == {"morning": "confirmed", "evening": "unsubscribed"}


def test_a_link_from_a_test_shows_the_button_and_the_button_changes_nothing(world: "World") -> None:
    path, before = f"/u/{world.token('unsubscribe', 0, 0)}", world.dump()
    shown = world.client.get(path)
    assert (shown.status_code, shown.text.count("<button")) == (200, 1)
    assert "test" in shown.text
    pressed = world.client.post(path, data=ONE_CLICK)
    assert pressed.status_code == 200
    assert "This was a test" in pressed.text
    assert world.dump() == before


def test_a_mailing_lost_with_an_old_backup_leaves_every_list(world: "World") -> None:
    world.client.post(f"/u/{world.token('unsubscribe', world.id_of(ANA), 999)}")
    assert set(world.statuses(ANA).values()) == {"unsubscribed"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_erased_reader_is_told_that_nothing_is_kept(world: "World", method: str) -> None:
    path = world.post.path(ANA, "u")
    world.erase(ANA)
    answer = world.client.request(method, path)
    assert answer.status_code == 200
    assert "We no longer keep your address" in answer.text
    assert "<button" not in answer.text


def test_an_erased_readers_link_never_passes_to_a_newcomer(world: "World") -> None:
    path, old = world.post.path("bob@example.org", "u"), world.id_of("cem@example.org")
    for address in ("bob@example.org", "cem@example.org"):  # the last id there was becomes free
        world.erase(address)
        readership.unsuppress(world.context.engine, address, now=world.context.clock.now)
    new = world.join("bob@example.org")
    assert new > old
    world.client.post(path, data=ONE_CLICK)
    assert world.statuses("bob@example.org") == {"morning": "confirmed"}


def test_the_page_is_kept_by_no_cache_and_no_index(world: "World") -> None:
    headers = world.client.get(world.post.path(ANA, "u")).headers
    assert "no-store" in headers["cache-control"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_no_page_shows_the_readers_address(world: "World") -> None:
    path = world.post.path(ANA, "u")
    for answer in (world.client.get(path), world.client.post(path), world.client.get(path)):
        assert ANA not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_and_change_nothing(world: "World", method: str) -> None:
    before = world.dump()
    answer = world.client.request(method, world.post.path(ANA, "u"), data=ONE_CLICK)
    assert answer.status_code == 405
    assert world.dump() == before


def test_a_giant_post_is_refused_by_what_it_says(world: "World") -> None:
    answer = world.client.post(world.post.path(ANA, "u"), content=b"x" * 70_000)
    assert answer.status_code == 413
    assert world.statuses(ANA) == STAYS


def _pieces(count: int) -> Iterator[bytes]:
    yield from (b"x" * 8_192 for _ in range(count))


def test_a_giant_post_that_says_no_length_is_refused_while_it_comes(world: "World") -> None:
    path = world.post.path(ANA, "u")
    assert world.client.post(path, content=_pieces(8)).status_code == 200  # 64 kB are taken
    readership.add(
        world.context.engine,
        "morning",
        ANA,
        now=world.context.clock.now,
        joining=readership.Joining(again=True),
    )
    try:
        status = world.client.post(path, content=_pieces(500)).status_code
    except httpx.TransportError:
        status = 413  # the answer came, and the end, before all was written
    assert status == 413
    assert world.statuses(ANA) == STAYS


def _speak(world: "World", text: bytes) -> bytes:
    """Say something over a bare socket, and return all that is answered until the server hangs up."""
    where = urlsplit(str(world.client.base_url))
    with socket.create_connection((where.hostname, where.port), timeout=FOREVER) as wire:
        wire.sendall(text)
        answer = b""
        while piece := wire.recv(65_536):
            answer += piece
    return answer


def test_a_length_that_is_no_length_is_refused(world: "World") -> None:
    path = world.post.path(ANA, "u").encode()
    for length in (b"9" * 30, b"-1", b"1e3", b"64, 64000000"):
        head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
        answer = _speak(world, head + length + b"\r\n\r\n")
        assert answer.split(b" ")[1] in {b"400", b"413"}, length
    assert world.statuses(ANA) == STAYS


def test_a_body_that_never_ends_is_given_up(make_world: Callable[..., Any]) -> None:
    with make_world(patience=0.2) as world:
        head = (
            b"POST "
            + world.post.path(ANA, "u").encode()
            + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\nList"
        )
        assert b" 408 " in _speak(world, head).split(b"\r\n")[0]
        assert world.statuses(ANA) == STAYS


@contextmanager
def _locked(world: "World") -> Iterator[threading.Thread]:
    """Hold the right to write, as a long import does, for as long as the thread lives."""
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with write(world.context.engine):
            held.set()
            go.wait(FOREVER)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(FOREVER)
    try:
        yield holder
    finally:
        go.set()
        holder.join()


def test_a_locked_database_says_that_nothing_was_changed(make_world: Callable[..., Any]) -> None:
    with make_world(wait_for_lock=0.1) as world:
        path = world.post.path(ANA, "u")
        with _locked(world):
            refused = world.client.post(path)
        assert refused.status_code == 503
        assert "Nothing was changed" in refused.text
        assert refused.headers["retry-after"]
        assert world.client.post(path).status_code == 200
        assert world.statuses(ANA) == LEFT


def test_those_who_wait_for_a_locked_database_hold_up_nobody_who_reads(world: "World") -> None:
    path = world.post.path(ANA, "u")
    with ThreadPoolExecutor(60) as pool:
        with _locked(world) as holder:
            waiting = [pool.submit(world.client.post, path) for _ in range(60)]
            shown = [world.client.get(where).status_code for where in ("/health", path, "/metrics") * 3]
            assert holder.is_alive()
        assert shown == [200] * 9
        assert {answer.result().status_code for answer in waiting} == {200}
    assert world.statuses(ANA) == LEFT


def test_more_than_can_wait_for_a_locked_database_are_told_so_at_once(world: "World") -> None:
    where, path = urlsplit(str(world.client.base_url)), world.post.path(ANA, "u")
    said = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
    with ExitStack() as stack:
        with _locked(world) as holder:
            wires = [
                stack.enter_context(socket.create_connection((where.hostname, where.port), timeout=60))
                for _ in range(WAITING + 5)
            ]
            for wire in wires:
                wire.sendall(said)
            refused, _, _ = select.select(wires, [], [], 60)
            assert refused[0].recv(4096).split(b" ")[1] == b"503"
            assert world.client.get(path).status_code == 200
            assert holder.is_alive()
        answers = [wire.recv(4096).split(b" ")[1] for wire in wires if wire is not refused[0]]
    assert answers.count(b"503") == 4
    assert answers.count(b"200") == WAITING
    assert world.statuses(ANA) == LEFT


def test_what_is_no_link_is_no_redirect(world: "World") -> None:
    for path in ("//example.org/u", "/u", "/u/", "/u//", "/u/../u", f"/{world.post.path(ANA, 'u')}"):
        assert world.client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("u", "GET, HEAD, POST"),
        ("p", "GET, HEAD, POST"),
        ("v", "GET, HEAD"),
        ("/health", "GET, HEAD"),
        ("/metrics", "GET, HEAD"),
        ("/style.css", "GET, HEAD"),
        ("/pictures/x.png", "GET, HEAD"),
        ("/webhooks/sendgrid", "POST"),
    ],
)
def test_a_refused_method_is_told_those_that_are_not(world: "World", path: str, allowed: str) -> None:
    where = path if path.startswith("/") else world.post.path(ANA, path)
    for method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"} - set(allowed.split(", ")):
        answer = world.client.request(method, where)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), method
    for method in {"GET", "HEAD"} & set(allowed.split(", ")):
        assert world.client.request(method, where).status_code in {200, 404}


@pytest.mark.parametrize("path", ["/health", "/nowhere", "u", "v"])
def test_a_page_takes_no_body(world: "World", path: str) -> None:
    where = path if path.startswith("/") else world.post.path(ANA, path)
    for body in (b"x", _pieces(1)):
        assert world.client.request("GET", where, content=body).status_code == 413
    assert world.client.request("PUT", where, content=b"x" * 70_000).status_code == 413
    assert world.client.get(where).status_code in {200, 404}
