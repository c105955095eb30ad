"""SendGrid as a provider: requests in, outcomes out."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from urllib.parse import urlsplit

import orjson
from python_http_client.client import Client
from python_http_client.exceptions import HTTPError

from newsletter.delivery.evidence import CannotSay, LookUp, ReportedSuppression
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import NotAccepted, Outcome, Refused, Unknown
from newsletter.delivery.properties import Properties
from newsletter.delivery.provider import Build
from newsletter.errors import DeliveryError, SettingsError
from newsletter.imports import without
from newsletter.providers.sendgrid.asking.messages import NOT_IN_THE_EU, look_up_of, query_of
from newsletter.providers.sendgrid.asking.suppressions import LISTS, listed
from newsletter.providers.sendgrid.limits import MAX_BYTES, PROPERTIES
from newsletter.providers.sendgrid.sending.deadline import DeadlineThreads
from newsletter.providers.sendgrid.sending.outcomes import Answer, classify, error_list
from newsletter.providers.sendgrid.sending.pool import NotConnected, Pool
from newsletter.providers.sendgrid.sending.request import prepare_requests
from newsletter.providers.sendgrid.sending.transport import (
    WIRE_ERRORS,
    Body,
    GivenUp,
    PooledClient,
    checked_host,
)
from newsletter.providers.sendgrid.settings import EU_HOST
from newsletter.providers.sendgrid.words import scrub, shorten
from newsletter.urls import is_loopback


@dataclass(frozen=True, slots=True)
class Server:
    """Where SendGrid, or one that speaks as it does, is reached, and with how much patience.

    ``host`` is a base URL, which also decides the residency; ``timeout_seconds`` is one request's hard total,
    ``threads`` how many post at once.
    """

    host: str
    api_key: str = field(repr=False)
    timeout_seconds: float
    threads: int


class SendGridProvider:
    """Carry batches over SendGrid's v3 API, or a server that speaks it. Safe for many threads at once."""

    def __init__(
        self,
        server: Server,
        *,
        identity: str,
        properties: Properties = PROPERTIES,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a pool of connections; nothing is on the wire yet.

        ``identity`` is the name the ledger knows this provider by, ``properties`` what it says of itself.
        Raises SettingsError for a key no header can carry, or a host that is no base URL or would take the
        key over plain http, or a proxy in the environment that cannot be used.
        """
        self._host = checked_host(server.host)
        self._timeout = server.timeout_seconds
        self._identity = identity
        self._properties = properties
        self._now = wall_clock
        vendor = _vendor_client(_checked_key(server.api_key), self._host)
        # A proxy named in the environment is what an operator expects, but never for this very machine.
        trusted = not is_loopback(self._host)
        self._pool = Pool(
            self._host,
            timeout_seconds=server.timeout_seconds,
            keep=server.threads,
            trust_environment=trusted,
        )
        self._api = PooledClient.replacing(vendor, self._pool)
        self._mail_send: PooledClient = self._api.mail.send
        self._threads = DeadlineThreads()
        self._closed = False

    @property
    def identity(self) -> str:
        """Name whose acceptance this is in the ledger."""
        return self._identity

    @property
    def properties(self) -> Properties:
        """What it is and can do."""
        return self._properties

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        """Return what renders a mailing's requests, each for 1 to 1,000 recipients."""
        return prepare_requests(envelope, tags)

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        """Put a request on the wire and say what became of it, within the hard total deadline.

        An answer that comes later goes to ``late``, once, on another thread, unless the provider was closed
        or the answer settles nothing.
        """
        if len(request) > MAX_BYTES:
            return Refused("The request is larger than SendGrid's 30 MB.", too_large=True)
        body = Body(request)
        outcome: Outcome = self._threads.within(
            self._timeout,
            partial(self._send, body),
            expired=partial(self._expire, body),
            late=partial(self._report_late, body, late),
        )
        return outcome

    def check_account(self) -> None:
        """Make sure the key may send, by asking for its scopes; a loopback host is not asked.

        Raises DeliveryError when the key is wrong, lacks ``mail.send``, or SendGrid cannot be reached.
        """
        if is_loopback(self._host):
            return
        self._threads.within(
            self._timeout,
            self._check_scopes,
            expired=self._scopes_expired,
            late=lambda _: None,
        )

    def look_up(self, attempt: str) -> LookUp:
        """Ask SendGrid's Email Activity, if the account has it, whether mail of an attempt was taken."""
        if self._host == EU_HOST:
            return CannotSay(NOT_IN_THE_EU)
        try:
            return look_up_of(self._get(self._api.messages, query_of(attempt)))
        except DeliveryError as error:
            return CannotSay(error.message)

    def suppressions(self, since: int, until: int) -> Iterator[ReportedSuppression]:
        """Yield the addresses SendGrid stopped mailing between two instants (microseconds); some come twice.

        Raises DeliveryError when it cannot be asked.
        """
        for name, reason in LISTS.items():
            of = getattr(self._api.suppression, name)
            yield from listed(partial(self._get, of), reason, since, until)

    def close(self) -> None:
        """Let go of connections; those that still wait for a late answer, when they are done."""
        self._closed = True
        self._pool.close()
        self._threads.close()

    def _get(self, of: PooledClient, parameters: Mapping[str, str | int]) -> Answer:
        return self._threads.within(
            self._timeout,
            partial(self._ask, of, parameters),
            expired=self._no_answer,
            late=lambda _: None,
        )

    def _ask(self, of: PooledClient, parameters: Mapping[str, str | int]) -> Answer:
        try:
            response = of.get(query_params=dict(parameters))
        except HTTPError as error:
            return Answer(error.status_code, error.headers, error.body)
        except WIRE_ERRORS as error:
            raise DeliveryError(self._sentence(error), hint="Check the network, then try again.") from error
        return Answer(response.status_code, response.headers, response.body)

    def _no_answer(self) -> Answer:
        raise DeliveryError(
            f"SendGrid gave no answer within {self._timeout:g} seconds.", hint="Try again in a minute."
        )

    def _send(self, body: Body) -> Outcome:
        try:
            response = self._mail_send.post_bytes(body)
        except HTTPError as error:
            answer = Answer(error.status_code, error.headers, error.body, body.may_have_arrived)
            return classify(answer, now=self._now())
        except GivenUp:
            return self._too_slow()
        except WIRE_ERRORS as error:
            reason = self._sentence(error)
            return Unknown(reason) if body.may_have_arrived else NotAccepted(reason)
        finally:
            body.let_go()
        return classify(Answer(response.status_code, response.headers, response.body), now=self._now())

    def _expire(self, body: Body) -> Outcome:
        if body.call_off():
            return self._too_slow()
        return Unknown(f"SendGrid gave no answer within {self._timeout:g} seconds.")

    def _too_slow(self) -> NotAccepted:
        return NotAccepted(f"The request could not be handed to SendGrid within {self._timeout:g} seconds.")

    def _report_late(self, body: Body, late: Callable[[Outcome], None], outcome: Outcome) -> None:
        if not (body.called_off or self._closed or isinstance(outcome, Unknown)):
            late(outcome)

    def _sentence(self, error: Exception) -> str:
        where = urlsplit(self._host).hostname
        match error:
            case NotConnected(__cause__=TimeoutError()):
                return f"No connection to {where} within {self._timeout:g} seconds."
            case NotConnected():
                return shorten(f"No connection to {where}: {scrub(str(error.__cause__))}")
            case TimeoutError():
                return f"{where} fell silent in the middle of a request."
            case HTTPException():
                return shorten(f"{where} gave no proper answer: {scrub(str(error))}")
            case _:
                return shorten(f"The connection to {where} broke: {scrub(str(error))}")

    def _check_scopes(self) -> None:
        try:
            response = self._api.scopes.get()
        except HTTPError as error:
            raise _account_error(error.status_code, error.body) from None
        except WIRE_ERRORS as error:
            raise DeliveryError(
                self._sentence(error), hint="Nothing was sent. Check the network, then go on."
            ) from error
        if "mail.send" not in _scopes(response.body):
            raise DeliveryError(
                "The SendGrid API key may not send mail: it lacks the scope mail.send.",
                hint="Give the key “Mail Send” in SendGrid's settings, or make another. Nothing was sent.",
            )

    def _scopes_expired(self) -> None:
        raise DeliveryError(
            f"SendGrid gave no answer within {self._timeout:g} seconds.",
            hint="Nothing was sent. Check the network, then go on.",
        )


def _vendor_client(key: str, host: str) -> Client:
    """Return the sendgrid package's client: its authorisation, paths and version.

    The package's helpers write mails and verify reports in ways we do not use, and load 8 MB of cryptography.
    """
    helpers = ("endpoints", "eventwebhook", "mail", "stats")
    with without(*(f"sendgrid.helpers.{name}" for name in helpers), keep=False):
        from sendgrid import SendGridAPIClient

        return SendGridAPIClient(api_key=key, host=host).client


def _checked_key(key: str) -> str:
    cleaned = key.strip()
    if not cleaned or not all("!" <= letter <= "~" for letter in cleaned):
        raise SettingsError(
            "SENDGRID_API_KEY is empty or holds characters no key has.",
            hint="Copy the key again, without quotes or spaces around it.",
        )
    return cleaned


def _account_error(status: int, body: bytes) -> DeliveryError:
    said = "; ".join(message for _, message in error_list(body) if message)
    words = f" It says: {said}" if said else ""
    if status in {401, 403}:
        return DeliveryError(
            f"SendGrid does not know the API key, or locked it ({status}).{words}",
            hint="Put a valid key into SENDGRID_API_KEY. Nothing was sent.",
        )
    return DeliveryError(
        f"SendGrid could not say whether the key may send ({status}).{words}",
        hint="Try again in a minute; if it stays, check sendgrid_host. Nothing was sent.",
    )


def _scopes(body: bytes) -> list[object]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    scopes = document.get("scopes") if isinstance(document, dict) else None
    return scopes if isinstance(scopes, list) else []
