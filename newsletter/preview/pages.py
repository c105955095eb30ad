"""The preview's own pages: Jinja templates next to this room, escaped; no script and no style within them."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = {
    "style.css": "text/css",
    "preview.js": "text/javascript",
    "panes.js": "text/javascript",
    "morph.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_SAID = {
    403: "Another page asked for this, or the form has grown old. Open the preview anew.",
    404: "There is nothing at this address.",
    405: "This cannot be done here.",
    413: "That is more than an article: at most 1 MB can be taken.",
}


def page(template: str, status: int = 200, **values: object) -> Response:
    """Return a page."""
    text = _environment().get_template(template).render(values)
    return Response(text, status, media_type="text/html")


def page_of_error(status: int, said: str = "") -> Response:
    """Return the page that says why there is nothing to see."""
    return page("error.html", status, said=said or _SAID.get(status, "That did not work."))


def asset(name: str) -> Response:
    """Return a file that pages load. Raises HTTPException 404 for a name that is none."""
    if name not in ASSETS:
        raise HTTPException(404)
    content = files("newsletter.preview").joinpath("pages", name).read_bytes()
    return Response(content, media_type=ASSETS[name], headers={"Cache-Control": "no-cache"})


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("newsletter.preview", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment
