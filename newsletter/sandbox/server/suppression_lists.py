"""The endpoints of SendGrid's suppression lists."""

from collections.abc import Callable
from typing import Any, TypeGuard

from starlette.requests import Request
from starlette.responses import Response

from newsletter.sandbox.behaviour import schedule
from newsletter.sandbox.behaviour.outcomes import BLOCKS, BOUNCES, INVALID, SPAM, UNSUBSCRIBES
from newsletter.sandbox.file import suppressions
from newsletter.sandbox.file.messages import MessageStore
from newsletter.sandbox.file.suppressions import Suppression, Wanted
from newsletter.sandbox.server.responses import document_of, error, json_answer, whole_number
from newsletter.sandbox.server.shapes import is_address

MAX_PAGE = 500
MAX_TIME = 2**53  # seconds: beyond any date, within any parser

# What each list says of an entry, besides its address and time.
_FIELDS = {
    BOUNCES: ("reason", "status"),
    BLOCKS: ("reason", "status"),
    INVALID: ("reason",),
    SPAM: ("ip",),
    UNSUBSCRIBES: (),
}


class SuppressionLists:
    """Answer for the lists of addresses that are not mailed."""

    def __init__(self, store: MessageStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def page(self, request: Request) -> Response:
        """List a page, newest first."""
        name = _name(request)
        if name is None:
            return error(404, "not found")
        try:
            start = whole_number(request, "start_time", None, 0, MAX_TIME)
            end = whole_number(request, "end_time", None, 0, MAX_TIME)
            limit = whole_number(request, "limit", MAX_PAGE, 1, MAX_PAGE)
            offset = whole_number(request, "offset", 0, 0, MAX_TIME)
        except ValueError as fault:
            return error(400, f"{fault} is out of range or no whole number", str(fault))
        schedule.release_due(self._store.file, int(self._clock() * 1_000_000))
        beginning = request.query_params.get("email", "")
        wanted = Wanted(start, end, beginning, limit or MAX_PAGE, offset or 0)
        found = suppressions.listed(self._store.file, name, wanted)
        return json_answer(200, [_document(name, entry) for entry in found])

    def one(self, request: Request) -> Response:
        """Return an address's entry, in a list; the list is empty when there is none."""
        name = _name(request)
        if name in {None, UNSUBSCRIBES}:
            return error(404, "not found")
        found = suppressions.entry(self._store.file, str(name), request.path_params["email"])
        return json_answer(200, [_document(str(name), found)] if found else [])

    def remove_one(self, request: Request) -> Response:
        """Take one address off a list."""
        name = _name(request)
        if name in {None, UNSUBSCRIBES}:
            return error(404, "not found")
        if not suppressions.remove(self._store.file, str(name), [request.path_params["email"]]):
            return error(404, "The address is not on this list.", "email")
        return Response(status_code=204)

    async def remove(self, request: Request) -> Response:
        """Take the addresses of the body off a list, or all of them."""
        name = _name(request)
        if name in {None, UNSUBSCRIBES}:
            return error(404, "not found")
        try:
            body = await document_of(request)
        except ValueError:
            return error(400, "The body is not JSON.")
        given = body if isinstance(body, dict) else {}
        emails, everything = given.get("emails"), given.get("delete_all") is True
        if everything == (emails is not None) or not (everything or _all_text(emails)):
            return error(400, "Give either delete_all or emails.", "emails")
        suppressions.remove(self._store.file, str(name), None if everything else emails)
        return Response(status_code=204)

    def of_groups(self, _request: Request) -> Response:
        """List what readers left by group: nothing, since there are no groups here."""
        return json_answer(200, [])

    async def unsubscribe(self, request: Request) -> Response:
        """Put addresses on the list of those that left altogether."""
        try:
            body = await document_of(request)
        except ValueError:
            return error(400, "The body is not JSON.")
        emails = body.get("recipient_emails") if isinstance(body, dict) else None
        if not _all_text(emails) or not all(map(is_address, emails)):
            return error(400, "Give a list of addresses.", "recipient_emails")
        suppressions.add(self._store.file, UNSUBSCRIBES, emails, int(self._clock()))
        return json_answer(201, {"recipient_emails": emails})

    def unsubscribed(self, request: Request) -> Response:
        """Return an address that left altogether; an empty object when it did not."""
        found = suppressions.entry(self._store.file, UNSUBSCRIBES, request.path_params["email"])
        return json_answer(200, {"recipient_email": found.email} if found else {})

    def resubscribe(self, request: Request) -> Response:
        """Mail an address again that had left altogether."""
        if not suppressions.remove(self._store.file, UNSUBSCRIBES, [request.path_params["email"]]):
            return error(404, "The address is not on this list.", "email")
        return Response(status_code=204)


def _name(request: Request) -> str | None:
    name: str = request.path_params["list"]
    return name if name in _FIELDS else None


def _all_text(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _document(name: str, entry: Suppression) -> dict[str, Any]:
    known = {"reason": entry.reason, "status": entry.status, "ip": "127.0.0.1"}
    return {"created": entry.created, "email": entry.email, **{key: known[key] for key in _FIELDS[name]}}
