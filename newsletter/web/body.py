"""Bodies of requests, bounded: what is said of their length is never believed."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request

# A body that was not read to its end would be taken for the next request.
_AND_CLOSE = {"Connection": "close"}


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """Return a body of at most ``limit`` bytes that comes within ``seconds``.

    Raises HTTPException 413 as soon as it is too large, by what it says or by what came, and 408 when it
    takes too long.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 15 or int(declared) > limit):
        raise HTTPException(413, headers=_AND_CLOSE)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                if len(body) + len(piece) > limit:
                    raise HTTPException(413, headers=_AND_CLOSE)
                body += piece
    except TimeoutError:
        raise HTTPException(408, headers=_AND_CLOSE) from None
    return bytes(body)
