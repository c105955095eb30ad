"""httpx, the HTTP client: imported from here, it comes without its command for terminals.

That command loads click, pygments and rich: 4 MB, and two thirds of the time that all of httpx takes.
"""

from newsletter.imports import without

with without("httpx._main"):
    import httpx

__all__ = ["httpx"]
