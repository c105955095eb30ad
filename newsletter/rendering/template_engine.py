"""Templates, compiled once for a loader; and for any place in their output, the line it came from."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any

from jinja2 import (
    Environment,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from newsletter.errors import RenderError
from newsletter.rendering.publication import Templates
from newsletter.rendering.theme import DEFAULT, Theme, read_theme, resolve_css, theme_sources, under

# Unicode noncharacters: never in text that is exchanged, so a marker is never mistaken for an issue's own.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARKER = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*):(\\d+){_CLOSE}")

# What a template's own expressions can raise.
_FAULTS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip


class LineMarkers(Extension):
    """Put an invisible ``file:line`` before each line that a template contributes."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", _marked(str(token.value), stream.name or "", token.lineno))
            else:
                yield token


def _marked(text: str, name: str, first: int) -> str:
    lines = text.split("\n")
    return "\n".join(f"{_OPEN}{name}:{first + n}{_CLOSE}{line}" for n, line in enumerate(lines))


class TemplateEngine:
    """Render a loader's templates. Once a source has changed, all are read and compiled again."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self._cache = _TemplateCache(templates)

    def theme(self, name: str) -> Theme:
        """Return a theme's values. Raises RenderError."""
        return _theme(name, theme_sources(self.templates, name))

    def entry(self, theme: str, file: str) -> str:
        """Return the theme's own template of that name, or else the default's."""
        own = f"{theme}/{file}"
        return own if theme != DEFAULT and self.templates(own) is not None else f"{DEFAULT}/{file}"

    def css(self, name: str, theme: Theme, *, rtl: bool) -> str:
        """Return one of the theme's CSS files, its values resolved. Raises RenderError."""
        file = self.entry(theme.name, name)
        source = self.templates(file)
        if source is None:
            raise RenderError("There is no such CSS file.", file=file, hint=_HINT)
        return _css(file, source, theme, rtl)

    def stylesheets(self, theme: Theme, *, rtl: bool) -> dict[str, Callable[..., Markup]]:
        """Return the functions with which a template writes CSS."""
        return {
            "css": lambda name: Markup(self.css(name, theme, rtl=rtl)),  # noqa: S704  a theme's own file
            "css_under": lambda prefix, name: Markup(under(prefix, self.css(name, theme, rtl=rtl))),  # noqa: S704
        }

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """Return what a template makes of a context. Raises RenderError with the template's file and line."""
        if not self._cache.current():
            self._cache = _TemplateCache(self.templates)
        return self._render(self._cache.environment, name, context)

    def locate(self, name: str, context: Mapping[str, Any], offset: int) -> tuple[str, int]:
        """Return the template and the line that a character of ``render``'s output came from."""
        marked = self._render(_TemplateCache(self.templates, LineMarkers).environment, name, context)
        place, seen, end = (name, 1), 0, 0
        for marker in _MARKER.finditer(marked):
            seen += marker.start() - end
            end = marker.end()
            if seen > offset:
                break
            place = (marker[1], int(marker[2]))
        return place

    def _render(self, environment: Environment, name: str, context: Mapping[str, Any]) -> str:
        try:
            return environment.get_template(name).render(context)
        except TemplateSyntaxError as error:
            raise RenderError(
                f"The template cannot be read: {error.message}.", file=error.name or name, line=error.lineno
            ) from error
        except TemplateNotFound as error:
            file, line = _place(error.__traceback__, self.templates, name)
            message = f"There is no template {error.name}."
            raise RenderError(message, file=file, line=line, hint=_HINT) from error
        except _FAULTS as error:
            file, line = _place(error.__traceback__, self.templates, name)
            raise RenderError(f"The template fails here: {error}.", file=file, line=line) from error


_HINT = "The publication's templates/ folder comes first, then the templates that come with newsletter."


@lru_cache(maxsize=16)
def template_engine(templates: Templates) -> TemplateEngine:
    """Return the engine of a loader, the same one each time."""
    return TemplateEngine(templates)


@lru_cache(maxsize=32)
def _theme(name: str, sources: tuple[tuple[str, str], ...]) -> Theme:
    return read_theme(name, sources)


@lru_cache(maxsize=128)
def _css(file: str, source: str, theme: Theme, rtl: bool) -> str:
    return resolve_css(file, source, theme, rtl=rtl)


class _Compiled(BytecodeCache):
    """Templates as they were last compiled in this process: compiling takes longer than a render."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])  # which checks that the source is the same

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@lru_cache(maxsize=8)
def _compiled(_extensions: tuple[type[Extension], ...]) -> _Compiled:
    """Return the compiled templates of environments with these extensions: each compiles in its own way."""
    return _Compiled()


class _TemplateCache:
    """A Jinja environment and the sources that it was filled from."""

    def __init__(self, templates: Templates, *extensions: type[Extension]) -> None:
        self.templates = templates
        self.sources: dict[str, str] = {}
        self.environment = Environment(
            loader=FunctionLoader(self._load),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # asked once for each render instead of each include
            extensions=extensions,
            bytecode_cache=_compiled(extensions),
        )

    def _load(self, name: str) -> tuple[str, str, None] | None:
        source = self.templates(name)
        if source is None:
            return None
        self.sources[name] = source
        return source, name, None

    def current(self) -> bool:
        """Say whether every source is what it was when it was compiled."""
        return all(self.templates(name) == source for name, source in tuple(self.sources.items()))


def _place(trace: TracebackType | None, templates: Templates, name: str) -> tuple[str, int | None]:
    """Return the innermost template line of a traceback; Jinja names frames for their templates."""
    place: tuple[str, int | None] = (name, None)
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith(("/", "<")) and not file.endswith(".py") and templates(file) is not None:
            place = (file, trace.tb_lineno)
        trace = trace.tb_next
    return place
