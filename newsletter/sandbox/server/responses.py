"""Answers in SendGrid's form, and how a request is let in."""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from newsletter.sandbox.server.account import Account
from newsletter.sandbox.server.shapes import SendGridError

MAX_SMALL_BODY = 1_000_000  # bytes of any request but mail


def json_answer(status: int, document: object) -> Response:
    """Return a document as JSON."""
    return Response(orjson.dumps(document), status, media_type="application/json")


def error(status: int, message: str, field: str | None = None) -> Response:
    """Return one error."""
    return json_answer(status, {"errors": [{"message": message, "field": field}]})


def errors_answer(status: int, errors: Sequence[SendGridError]) -> Response:
    """Return every error of a request, each with its field."""
    documents = [{"message": found.message, "field": found.field, "help": found.help} for found in errors]
    return json_answer(status, {"errors": documents})


def unauthorised() -> Response:
    """Refuse a key that is missing or wrong."""
    return error(401, "The provided authorization grant is invalid, expired, or revoked")


def refusal(account: Account, request: Request, scope: str) -> Response | None:
    """Return the answer to a key that may not do this, or None when it may."""
    scopes = account.scopes(request.headers.get("authorization"))
    if scopes is None:
        return unauthorised()
    return None if scope in scopes else error(403, "access forbidden")


async def document_of(request: Request) -> Any:
    """Return the JSON of a small body; None for an empty one. Raises ValueError for anything else."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_SMALL_BODY:
            raise ValueError("the body is too large")
    return orjson.loads(body) if body else None


def whole_number(request: Request, name: str, default: int | None, least: int, most: int) -> int | None:
    """Return a whole number of the query, or ``default``. Raises ValueError with the field's name."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 18 or not least <= int(text) <= most:
        raise ValueError(name)
    return int(text)
