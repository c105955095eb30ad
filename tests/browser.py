"""Chromium for tests: the machine's own, never downloaded; what it asks of the network is answered here."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import axe
import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

_PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_DOT = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720"><rect width="99" height="99"/></svg>'
)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Yield a browser, with more ``flags``; skip where there is none, except where CI=true promises one."""
    found = next((place for place in _PLACES if Path(place).exists()), None)
    if found is None:
        reason = f"no Chromium at {', '.join(_PLACES)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


def show(browser: Browser, html: str, *, width: int = 800, dark: bool = False) -> Page:
    """Return a page that shows a mail: pictures are a plain rectangle, nothing else is fetched."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.route("**/*", _answer)
    page.set_content(html)
    return page


def letter_faults(browser: Browser, html: str) -> list[object]:
    """Return what axe finds in a mail, light and dark, on a small phone and on a wide screen."""
    page = show(browser, html)
    found: list[object] = []
    for width in (320, 800):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in _SCHEMES:
            page.emulate_media(color_scheme=scheme)
            faults = axe.faults(page, without=axe.OF_THE_CLIENT)
            found += [(width, scheme, rule, nodes) for rule, nodes in faults]
    page.close()
    return found


def _answer(route: Route) -> None:
    if route.request.resource_type == "image":
        route.fulfill(body=_DOT, content_type="image/svg+xml")
    else:
        route.abort()
