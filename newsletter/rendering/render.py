"""An issue becomes a message: tokens → HTML pieces → template → MJML → HTML → CSS inlined → checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from newsletter.editorial.issue import Issue
from newsletter.errors import RenderError
from newsletter.pictures import Place
from newsletter.rendering.html.announce import announced
from newsletter.rendering.html.bidi import START
from newsletter.rendering.html.finish import HtmlWriter, escape
from newsletter.rendering.html.inline import inline_css, inlined_text, visible_text
from newsletter.rendering.html.lines import with_picture_lines
from newsletter.rendering.html.markup import made_valid
from newsletter.rendering.letter import Chrome, address_lines, letter_text, preheader_of, reading_minutes
from newsletter.rendering.merge import Fields, with_defaults
from newsletter.rendering.message import LINKS, RenderedMessage
from newsletter.rendering.mjml.compile import compile_mjml
from newsletter.rendering.mjml.faults import MjmlFault
from newsletter.rendering.publication import PictureInfo, Publication, Templates, direction
from newsletter.rendering.template_engine import TemplateEngine, template_engine
from newsletter.rendering.theme import Theme
from newsletter.rendering.view import (
    CorrectionView,
    Measures,
    StoryView,
    correction_of,
    safe,
    stories_of,
    wordmark_of,
)

_ENTRY = "issue.mjml.j2"

# An inbox fills the line after the subject with what comes next: this keeps the masthead out of it. The
# first character lies above U+00FF, so that no provider ever mistakes the HTML for Latin-1.
_INVISIBLE = "\u034f\u200c\u00a0"
_PREVIEW_LENGTH = 140
_OVERHANG = 4  # pixels by which the dot stands out on either side of the spine
_STORIES = "The theme must show all of every story, in order."
_PREHEADER = "The theme must show the preheader first: include default/preheader.mjml.j2 in its mj-body."
_CORRECTION = "The theme must show an issue's correction, before the stories."


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message and the MJML it was made from."""

    message: RenderedMessage
    mjml: str


def render(
    issue: Issue, publication: Publication, templates: Templates, *, pictures: Mapping[str, PictureInfo]
) -> RenderedMessage:
    """Return an issue as a message; the same issue gives the same bytes every time.

    ``pictures`` maps each Picture.src to where it can be fetched. Raises RenderError, which names a
    template's file and line, a picture that is missing, or the step that would have damaged the mail.
    """
    return render_all(issue, publication, templates, pictures=pictures).message


def render_all(
    issue: Issue,
    publication: Publication,
    templates: Templates,
    *,
    pictures: Mapping[str, PictureInfo],
    lines: bool = False,
) -> Rendered:
    """Return an issue as a message together with its MJML. Arguments and errors as for ``render``.

    With ``lines`` each piece says its line of the brief in an attribute: for a preview, never to be sent.
    """
    engine = template_engine(templates)
    theme = engine.theme(publication.theme)
    issue = announced(issue, str(theme.words_for(issue.language)["correction"]))
    fields = Fields()
    subject = " ".join(fields.plain(issue.subject).split())
    chrome = Chrome(issue, publication, theme, {name: fields.link(name) for name in LINKS})
    text = letter_text(chrome, fields)
    page = direction(issue.language)
    top = 3 if len(issue.stories) == 1 else 4
    table_word = str(chrome.words.get("table", "Table"))
    writer = HtmlWriter(fields, top=top, page=page, table_word=table_word, lines=lines)
    stories = stories_of(issue, writer, pictures, _measures(theme), chrome.review_words)
    correction = correction_of(issue, writer)
    context = _context(chrome, engine, writer, stories, reading_minutes(text.body))
    context["correction"] = correction
    entry = engine.entry(theme.name, _ENTRY)
    mjml = engine.render(entry, context)
    # A picture on somebody's server was not measured.
    shapes = {escape(picture.url): picture for src, picture in pictures.items() if src != picture.url}
    compiled = made_valid(_compile(engine, entry, context, mjml), escape(issue.language), page, shapes)
    html = inline_css(compiled, engine.css("inline.css", theme, rtl=page == "rtl"))
    _all_there(correction, stories, html, context["preheader"])
    if lines:
        places = ((escape(pictures[shown.src].url), shown.line) for shown in issue.pictures)
        html = with_picture_lines(html, places)
    preheader = fields.plain(preheader_of(issue))
    message = RenderedMessage(subject, preheader, html, text.whole, fields.all())
    return Rendered(message, mjml)


def compile_mjml_source(templates: Templates, entry: str, context: Mapping[str, Any]) -> str:
    """Return a template as HTML, CSS not yet inlined. Raises RenderError with file and line."""
    engine = template_engine(templates)
    return _compile(engine, entry, context, engine.render(entry, context))


def _compile(engine: TemplateEngine, entry: str, context: Mapping[str, Any], mjml: str) -> str:
    try:
        return compile_mjml(mjml)
    except MjmlFault as fault:
        file, line = engine.locate(entry, context, fault.offset)
        raise RenderError(fault.message, file=file, line=line, hint=fault.hint) from fault


def _context(
    chrome: Chrome, engine: TemplateEngine, writer: HtmlWriter, stories: tuple[StoryView, ...], minutes: int
) -> dict[str, Any]:
    issue, theme, page = chrome.issue, chrome.theme, writer.page
    preview = preheader_of(issue)
    shown = with_defaults(preview)
    return {
        **engine.stylesheets(theme, rtl=page == "rtl"),
        "publication": chrome.publication,
        "wordmark": wordmark_of(chrome.publication),
        "address": address_lines(chrome.publication),
        "issue": issue,
        "title": with_defaults(issue.subject) or chrome.publication.name,
        "preheader": safe(writer.inline(preview) + _INVISIBLE * max(8, _PREVIEW_LENGTH - len(shown))),
        "stories": stories,
        "dir": page,
        "start": START[page],
        "end": "left" if page == "rtl" else "right",
        "outdent": f"{int(theme.values['layout']['gutter'].removesuffix('px')) - _OVERHANG}px",
        "theme": theme.values,
        "words": chrome.words,
        "phrase": partial(_phrase, chrome),
        "date": theme.date_in(issue.language, issue.date),
        "minutes": minutes,
        **{name: safe(escape(tag)) for name, tag in chrome.links.items()},
    }


def _phrase(chrome: Chrome, name: str, **values: object) -> Markup:
    return safe(escape(chrome.phrase(name, **values)))


def _measures(theme: Theme) -> Measures:
    layout = theme.values["layout"]
    return Measures(*(int(layout[f"{ground}_picture"]) for ground in ("page", "card", "spine")))


def _all_there(
    correction: CorrectionView | None, stories: tuple[StoryView, ...], html: str, preheader: Markup
) -> None:
    """Refuse a mail that lost, joined or reordered an editor's words between the tokens and the last step."""
    # Words of the title and of the hidden preheader do not prove that the letter shows them.
    whole = inlined_text(html)
    position = 0
    pieces = [(piece, _STORIES) for story in stories for piece in story.pieces]
    pieces = [(correction.html, _CORRECTION), *pieces] if correction else pieces
    for piece, rule in [(preheader, _PREHEADER), *pieces]:
        wanted = visible_text(piece)
        found = whole.find(wanted, position)
        if found < 0:
            raise RenderError(
                f"The words “{wanted[:60]}…” did not come through the template whole.",
                hint=f"Nothing was written. {rule}",
            )
        position = found + len(wanted)


_SHARP = 2  # pixels of a picture's file for one of the letter, on the screens of phones
_WIDE, _TALL = (
    (100_000, 1),
    (1_000, 10_000),
)  # shapes that the letter shows as wide, or as tall, as it can


def picture_places(issue: Issue, templates: Templates, theme: str) -> Mapping[str, Place]:
    """Return the place of each picture by its ``src``: the largest, where it is shown more than once.

    The letter itself is laid out, with pictures of extreme shapes in their place. Raises RenderError when the
    theme cannot be read.
    """
    measures = _measures(template_engine(templates).theme(theme))
    widths = _widths(issue, measures, _WIDE)
    heights = {
        source: width * _TALL[1] // _TALL[0] for source, width in _widths(issue, measures, _TALL).items()
    }
    return {source: Place(_SHARP * widths[source], _SHARP * heights[source]) for source in widths}


def _widths(issue: Issue, measures: Measures, size: tuple[int, int]) -> dict[str, int]:
    """Return how wide each picture would be shown if it had a size."""
    pictures = {picture.src: PictureInfo(picture.src, *size) for picture in issue.pictures}
    widest: dict[str, int] = {}
    for story in stories_of(issue, HtmlWriter(Fields()), pictures, measures):
        for part in [part for group in (story.opening, *story.groups) for part in group.parts]:
            for item in part.items:
                if item.kind == "picture":
                    widest[item.src] = max(item.width, widest.get(item.src, 0))
    return widest
