"""The endpoints of batches and of the sends they hold back."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from newsletter.sandbox.behaviour import schedule
from newsletter.sandbox.file import scheduled
from newsletter.sandbox.file.messages import MessageStore
from newsletter.sandbox.server.responses import document_of, error, json_answer

_STATUSES = ("pause", "cancel")


class Batches:
    """Answer for batch ids, and pause and cancel what was scheduled under them."""

    def __init__(self, store: MessageStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def make(self, _request: Request) -> Response:
        """Make a batch id."""
        return json_answer(201, {"batch_id": schedule.new_batch(self._store.file, int(self._clock()))})

    def check(self, request: Request) -> Response:
        """Say that a batch id is one of ours."""
        batch_id = request.path_params["batch_id"]
        if not schedule.is_batch(self._store.file, batch_id, int(self._clock())):
            return error(400, "invalid batch id", "batch_id")
        return json_answer(200, {"batch_id": batch_id})

    def held(self, _request: Request) -> Response:
        """List what is held back."""
        return json_answer(200, [_entry(*item) for item in scheduled.held(self._store.file).items()])

    def held_one(self, request: Request) -> Response:
        """Return, in a list, how one batch is held back."""
        batch_id = request.path_params["batch_id"]
        status = scheduled.held(self._store.file).get(batch_id)
        return json_answer(200, [_entry(batch_id, status)] if status else [])

    async def hold(self, request: Request) -> Response:
        """Pause or cancel a batch that is not held back yet; at most ten are at once."""
        given = await _given(request)
        batch_id, status = given.get("batch_id"), given.get("status")
        if not isinstance(batch_id, str) or not schedule.is_batch(
            self._store.file, batch_id, int(self._clock())
        ):
            return error(400, "invalid batch id", "batch_id")
        if status not in _STATUSES:
            return error(400, "The status is either pause or cancel.", "status")
        self._release_due()
        if not schedule.hold(self._store.file, batch_id, status):
            return error(
                400, f"The batch is held back already, or {schedule.MAX_HELD} others are.", "batch_id"
            )
        return json_answer(201, _entry(batch_id, status))

    async def change(self, request: Request) -> Response:
        """Pause what was cancelled, or cancel what was paused."""
        status = (await _given(request)).get("status")
        if status not in _STATUSES:
            return error(400, "The status is either pause or cancel.", "status")
        self._release_due()
        if not scheduled.change_hold(self._store.file, request.path_params["batch_id"], status):
            return error(404, "The batch is not held back.", "batch_id")
        return Response(status_code=204)

    def end_hold(self, request: Request) -> Response:
        """Hold a batch back no longer."""
        self._release_due()
        if not scheduled.end_hold(self._store.file, request.path_params["batch_id"], self._now()):
            return error(404, "The batch is not held back.", "batch_id")
        return Response(status_code=204)

    def _release_due(self) -> None:
        # What was due before now is decided by how things stood until now.
        schedule.release_due(self._store.file, self._now())

    def _now(self) -> int:
        return int(self._clock() * 1_000_000)


async def _given(request: Request) -> dict[str, Any]:
    try:
        body = await document_of(request)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _entry(batch_id: str, status: str) -> dict[str, str]:
    return {"batch_id": batch_id, "status": status}
