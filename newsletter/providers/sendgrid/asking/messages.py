"""SendGrid's Email Activity: was mail of a request ever taken? A paid extra, which few accounts have."""

from http import HTTPStatus

import orjson

from newsletter.delivery.evidence import CannotSay, HasMail, HasNoMail, LookUp
from newsletter.providers.sendgrid.sending.outcomes import Answer, error_list
from newsletter.providers.sendgrid.words import shorten

NO_SEARCH = "The account has no Email Activity search, or the key may not use it"
NOT_IN_THE_EU = "SendGrid keeps no Email Activity of accounts in the EU."


def query_of(attempt: str) -> dict[str, str | int]:
    """Return the parameters of ``GET /v3/messages`` that ask for one mail of an attempt."""
    if not attempt.isalnum():
        raise ValueError("an attempt's id has letters and digits only")  # it stands between quotes
    return {"query": f"(unique_args['nl_attempt']=\"{attempt}\")", "limit": 1}


def look_up_of(answer: Answer) -> LookUp:
    """Return what an answer to that question says; any but a clear one says nothing."""
    if answer.status in {401, 403, 404}:
        return CannotSay(f"{NO_SEARCH} ({answer.status}).")
    if answer.status != HTTPStatus.OK:
        said = "; ".join(message for _, message in error_list(answer.body) if message)
        return CannotSay(shorten(f"SendGrid answered {answer.status}{': ' + said if said else '.'}"))
    messages = _messages(answer.body)
    if messages is None:
        return CannotSay("SendGrid's answer is no list of messages.")
    return HasMail(_prefix(messages[0])) if messages else HasNoMail()


def _messages(body: bytes) -> list[object] | None:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    messages = document.get("messages") if isinstance(document, dict) else None
    return messages if isinstance(messages, list) else None


def _prefix(message: object) -> str:
    """Return the part of a message's id that the answer to its request had as X-Message-Id."""
    found = message.get("msg_id") if isinstance(message, dict) else None
    return found.partition(".")[0][:200] if isinstance(found, str) else ""
