"""Pages: Jinja templates from ``templates/pages``, escaped, with the headers that keep a page to itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from newsletter.errors import RenderError
from newsletter.web.site import Imprint

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = "pages"
TEMPLATES = ("base.html", "leave.html", "left.html", "erased.html", "lists.html", "message.html", "style.css")

SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
# A token stands in the address: no cache keeps the page, no index lists it, no other site learns of it.
PRIVATE = {**SAFE, "Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}
_PAGE_RULES = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_SAID = {
    400: ("That request could not be read", "Please open the link in your mail once more."),
    404: (
        "There is nothing at this address",
        "A link from a mail works only as a whole. Please copy all of it, or open it from the mail itself.",
    ),
    405: ("That is not possible here", "Please open the link in your mail once more."),
    408: ("That took too long", "Please try once more."),
    413: ("That is more than this page takes", "Please open the link in your mail once more."),
    500: ("Something went wrong here", "That is our fault. Please try again in a few minutes."),
    503: ("We cannot do this right now", "Nothing was changed. Please try again in a few minutes."),
}


class Pages:
    """Render the site's pages for one publication.

    Raises RenderError at once when one is missing or is no template: not in front of a reader.
    """

    def __init__(self, load: Callable[[str], str | None], imprint: Imprint) -> None:
        self._environment = _environment(load)
        self._imprint = imprint
        for name in TEMPLATES:
            _insist_readable(self._environment, name)
        self.style = self._environment.get_template("style.css").render()

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """Return a page, for one reader's eyes."""
        text = self._environment.get_template(template).render(site=self._imprint, **values)
        headers = {**PRIVATE, "Content-Security-Policy": _PAGE_RULES}
        return Response(text, status, media_type="text/html", headers=headers)

    def message(self, status: int) -> Response:
        """Return the page that stands for an error."""
        title, said = _SAID.get(status, _SAID[500 if status >= 500 else 400])
        return self.page("message.html", status, title=title, said=said)


def _environment(load: Callable[[str], str | None]) -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(lambda name: load(f"{FOLDER}/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _insist_readable(environment: "Environment", name: str) -> None:
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    place = f"templates/{FOLDER}/{name}"
    try:
        environment.get_template(name)
    except TemplateNotFound as error:
        raise RenderError(
            "A page's template is missing.", file=place, hint="Install newsletter anew."
        ) from error
    except TemplateSyntaxError as error:
        raise RenderError(
            f"The page's template cannot be read: {error.message}", file=place, line=error.lineno
        ) from error
