"""The postbox over HTTP: a list of messages in, an answer for each out."""

import http.client
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import orjson

from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import (
    Accepted,
    AccountRefused,
    NotAccepted,
    Outcome,
    PerMessage,
    Refused,
    Unknown,
    Whole,
)
from newsletter.delivery.properties import Properties
from newsletter.delivery.provider import Build, Recipient


class Postbox:
    """Carry batches to a postbox."""

    def __init__(self, url: str, token: str, timeout_seconds: float, properties: Properties) -> None:
        self.identity = "postbox"
        self.properties = properties
        self._host = urlsplit(url).netloc
        self._token = token
        self._timeout = timeout_seconds

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        """Return what renders a mailing's requests."""
        message = envelope.message

        def build(recipients: Sequence[Recipient], *, batch: str, attempt: str) -> bytes:
            def filled(text: str, values: Sequence[str]) -> str:
                for tag, value in zip(tags, values, strict=True):
                    text = text.replace(tag, value)
                return text

            return orjson.dumps(
                [
                    {
                        "to": recipient.email,
                        "subject": filled(message.subject, recipient.values),
                        "html": filled(message.html, recipient.values),
                        "text": filled(message.text, recipient.values),
                        "unsubscribe": recipient.unsubscribe_url,
                        "attempt": attempt,
                        "reader": recipient.reader,
                    }
                    for recipient in recipients
                ]
            )

        return build

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        """Post the messages; without a whole answer, nobody knows of any of them."""
        connection = http.client.HTTPConnection(self._host, timeout=self._timeout)
        try:
            connection.request("POST", "/messages", request, {"Authorization": self._token})
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
        except ConnectionRefusedError as error:
            return NotAccepted(str(error))
        except (OSError, http.client.HTTPException):
            return PerMessage(())
        finally:
            connection.close()
        if status == http.client.UNAUTHORIZED:
            return AccountRefused("the token is wrong")
        return PerMessage(tuple(_meant(said) for said in orjson.loads(body)))

    def close(self) -> None:
        """Keep nothing open."""


def _meant(said: dict[str, str]) -> Whole:
    match said["status"]:
        case "taken":
            return Accepted(said["id"])
        case "later":
            return NotAccepted("the mailbox is busy", retry_after=0)
        case "refused":
            return Refused(said["why"])
        case _:
            return Unknown("the postbox lost count")
