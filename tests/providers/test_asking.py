"""Asking SendGrid what it took and who it no longer mails, over a real socket."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from local_sendgrid import Stage
from pace import FOREVER
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from newsletter.delivery.evidence import CannotSay, HasMail, HasNoMail, ReportedSuppression
from newsletter.errors import DeliveryError
from newsletter.providers.sendgrid.client import SendGridProvider, Server

ATTEMPT = "0123456789abcdef0123"
SECOND = 1_000_000
Answering = Callable[[Request], Response]


class AnsweringServer(Stage):
    """A server that answers each GET as a test says, and remembers what was asked."""

    answer: Answering
    asked: list[tuple[str, Mapping[str, str]]]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        assert request.headers["authorization"] == "Bearer SG.test.key"
        self.asked.append((request.url.path, dict(request.query_params)))
        await self.answer(request)(scope, receive, send)


@pytest.fixture(scope="module")
def running() -> Iterator[AnsweringServer]:
    with AnsweringServer().running() as server:
        yield server


@contextmanager
def asking(server: AnsweringServer, answer: Answering) -> Iterator[SendGridProvider]:
    server.answer, server.asked = answer, []
    provider = SendGridProvider(
        Server(api_key="SG.test.key", host=server.url, timeout_seconds=FOREVER, threads=1), identity="test"
    )
    try:
        yield provider
    finally:
        provider.close()


def says(status: int, document: object) -> Answering:
    return lambda _: JSONResponse(document, status)


class TestMessages:
    def test_a_mail_that_is_found_was_taken(self, running: AnsweringServer) -> None:
        found = {"messages": [{"msg_id": "w8-PGBC5.recvd-7d-1.0", "to_email": "ann@example.org"}]}
        with asking(running, says(200, found)) as provider:
            assert provider.look_up(ATTEMPT) == HasMail("w8-PGBC5")
        ((path, parameters),) = running.asked
        assert path == "/v3/messages"
        assert parameters == {"query": f"(unique_args['nl_attempt']=\"{ATTEMPT}\")", "limit": "1"}

    def test_a_mail_without_an_id_was_taken_all_the_same(self, running: AnsweringServer) -> None:
        with asking(running, says(200, {"messages": [{}]})) as provider:
            assert provider.look_up(ATTEMPT) == HasMail("")

    def test_none_found_is_not_seen(self, running: AnsweringServer) -> None:
        with asking(running, says(200, {"messages": []})) as provider:
            assert provider.look_up(ATTEMPT) == HasNoMail()

    @pytest.mark.parametrize("status", [401, 403, 404])
    def test_an_account_without_the_search_cannot_say(self, running: AnsweringServer, status: int) -> None:
        with asking(running, says(status, {"errors": [{"message": "authorization required"}]})) as provider:
            answer = provider.look_up(ATTEMPT)
        assert isinstance(answer, CannotSay)
        assert "no Email Activity search" in answer.reason

    @pytest.mark.parametrize(
        "answer",
        [
            says(429, {"errors": [{"message": "too many requests"}]}),
            says(500, {}),
            says(202, {"messages": []}),
            says(200, []),
            says(200, {"messages": {}}),
            lambda _: PlainTextResponse("<html>"),
            lambda _: RedirectResponse("/elsewhere"),
        ],
    )
    def test_no_clear_answer_is_no_evidence(self, running: AnsweringServer, answer: Answering) -> None:
        with asking(running, answer) as provider:
            assert isinstance(provider.look_up(ATTEMPT), CannotSay)
        assert len(running.asked) == 1

    def test_a_host_nobody_answers_at_cannot_say(self) -> None:
        provider = SendGridProvider(
            Server(api_key="SG.test.key", host="http://127.0.0.1:1", timeout_seconds=5, threads=1),
            identity="test",
        )
        assert isinstance(provider.look_up(ATTEMPT), CannotSay)
        with pytest.raises(DeliveryError, match="No connection"):
            list(provider.suppressions(0, SECOND))
        provider.close()

    def test_an_account_in_the_eu_is_not_asked_since_it_would_seem_that_nothing_was_taken(self) -> None:
        provider = SendGridProvider(
            Server(api_key="SG.test.key", host="https://api.eu.sendgrid.com", timeout_seconds=5, threads=1),
            identity="test",
        )
        answer = provider.look_up(ATTEMPT)
        provider.close()
        assert isinstance(answer, CannotSay)
        assert "EU" in answer.reason

    def test_an_id_that_could_change_the_question_is_refused(self, running: AnsweringServer) -> None:
        with asking(running, says(200, {"messages": []})) as provider, pytest.raises(ValueError, match="id"):
            provider.look_up('x" OR "1"="1')


def lists(**held: list[dict[str, Any]]) -> Answering:
    """Answer like SendGrid: pages of what a list holds within the window."""

    def answer(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        asked = {key: int(value) for key, value in request.query_params.items()}
        within = [
            entry
            for entry in held.get(name, [])
            if asked["start_time"] <= entry.get("created", 5) <= asked["end_time"]
        ]
        return JSONResponse(within[asked["offset"] :][: asked["limit"]])

    return answer


class TestSuppressions:
    def test_each_list_gives_its_reason(self, running: AnsweringServer) -> None:
        held = lists(
            bounces=[{"email": "B@example.org", "created": 10, "reason": "550", "status": "5.1.1"}],
            spam_reports=[{"email": "s@example.org", "created": 11, "ip": "192.0.2.1"}],
            invalid_emails=[{"email": "i@example.org", "created": 12, "reason": "no domain"}],
            unsubscribes=[{"email": "u@example.org", "created": 13}],
            blocks=[{"email": "block@example.org", "created": 14}],
        )
        with asking(running, held) as provider:
            found = list(provider.suppressions(10 * SECOND, 20 * SECOND))
        assert found == [
            ReportedSuppression("b@example.org", "bounce", 10 * SECOND),
            ReportedSuppression("s@example.org", "complaint", 11 * SECOND),
            ReportedSuppression("i@example.org", "invalid", 12 * SECOND),
            ReportedSuppression("u@example.org", "unsubscribed", 13 * SECOND),
        ]
        assert {path for path, _ in running.asked} == {
            f"/v3/suppression/{name}"
            for name in ("bounces", "spam_reports", "invalid_emails", "unsubscribes")
        }
        assert all(asked["start_time"] == "10" and asked["end_time"] == "20" for _, asked in running.asked)

    @pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1400])
    def test_all_pages_are_read_within_one_fixed_window(self, running: AnsweringServer, count: int) -> None:
        entries = [{"email": f"r{n}@example.org", "created": 5} for n in range(count)]
        with asking(running, lists(bounces=entries)) as provider:
            found = {suppression.email for suppression in provider.suppressions(0, 20 * SECOND)}
        assert found == {entry["email"] for entry in entries}
        assert {(asked["limit"], asked["end_time"]) for _, asked in running.asked} == {("500", "20")}

    def test_entries_deleted_meanwhile_hide_none_behind_them(self, running: AnsweringServer) -> None:
        entries = [{"email": f"r{n}@example.org", "created": 5} for n in range(900)]
        inner = lists(bounces=entries)

        def answer(request: Request) -> Response:
            response = inner(request)
            if request.url.path.endswith("bounces"):
                del entries[:20]
            return response

        with asking(running, answer) as provider:
            found = {suppression.email for suppression in provider.suppressions(0, 20 * SECOND)}
        assert len(found) == 900

    def test_a_server_that_never_ends_a_list_is_given_up(self, running: AnsweringServer) -> None:
        page = [{"email": f"r{n}@example.org", "created": 5} for n in range(500)]
        with (
            asking(running, says(200, page)) as provider,
            pytest.raises(DeliveryError, match="again and again"),
        ):
            list(provider.suppressions(0, 20 * SECOND))

    def test_odd_entries_cost_themselves_alone(self, running: AnsweringServer) -> None:
        odd = [1, None, {}, {"email": 5}, {"email": "nobody"}, {"email": "a@example.org", "created": "soon"}]
        answer: Answering = lambda request: JSONResponse(odd if "bounces" in request.url.path else [])  # noqa: E731
        with asking(running, answer) as provider:
            found = list(provider.suppressions(0, 20 * SECOND))
        assert found == [ReportedSuppression("a@example.org", "bounce", 20 * SECOND)]

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_key_that_may_not_read_is_told_what_it_lacks(
        self, running: AnsweringServer, status: int
    ) -> None:
        with asking(running, says(status, {})) as provider, pytest.raises(DeliveryError) as caught:
            list(provider.suppressions(0, SECOND))
        assert "Suppressions" in caught.value.hint

    @pytest.mark.parametrize(
        "answer",
        [says(429, {}), says(500, {}), says(200, {"a": 1}), lambda _: PlainTextResponse("<html>")],
    )
    def test_anything_but_a_list_is_an_error(self, running: AnsweringServer, answer: Answering) -> None:
        with asking(running, answer) as provider, pytest.raises(DeliveryError):
            list(provider.suppressions(0, SECOND))
