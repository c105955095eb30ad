"""What a page has to say, as a value for its script: the findings, the inbox, the sizes, what went wrong."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.errors import Finding
from newsletter.preview.inbox import CLIPPED, characters_kept, first_sentences
from newsletter.preview.live import Text
from newsletter.preview.looks import Filled, filled, known_reader
from newsletter.sentences import count_of

if TYPE_CHECKING:
    from newsletter.preview.live import LivePage, Shown
    from newsletter.preview.workspace import Workspace
    from newsletter.publish.previewed import ImportNote, PreviewedLetter
    from newsletter.wiring import Wiring

_NO_LINE = 987_654_321


def state_of(workspace: "Workspace", page: "LivePage", reader: str | None) -> Mapping[str, Any]:
    """Return what there is to say of a page, with a reader's values."""
    shown, wiring = workspace.shown(page), workspace.wiring
    findings = [*([workspace.fault] if workspace.fault else []), *shown.findings]
    return {
        "number": shown.number,
        "file": shown.file.name if shown.file else "",
        "findings": [_finding(wiring, shown, finding, page) for finding in findings],
        "files": [_file(wiring, page, name, after) for name, after in _files(shown)],
        "trouble": _trouble(shown, findings),
        "gone": shown.gone,
        "moved": shown.moved,
        "letter": _letter(wiring, shown.letter, reader) if shown.letter else None,
        "reader": known_reader(wiring, reader)[1],
        "notes": [_note(note) for note in shown.notes],
    }


def _files(shown: "Shown") -> Sequence[tuple[str, int]]:
    """Return the files that a page’s lines are of, each with the number after which they are counted."""
    if shown.letter:
        return shown.letter.files
    return ((shown.file.name, 0),) if shown.file else ()


def _file(wiring: "Wiring", page: "LivePage", name: str, after: int) -> Mapping[str, Any]:
    """Return a file with the address that opens it in the editor at “{line}”; "" where there is none."""
    path = None if isinstance(page.source, Text) else _path(wiring, name)
    # A line that no file has, put in place of the number.
    address = wiring.settings.editor_address(path, _NO_LINE) if path else ""
    return {"name": name, "after": after, "open": address.replace(str(_NO_LINE), "{line}")}


def _note(note: "ImportNote") -> Mapping[str, Any]:
    return {"line": note.line, "what": note.what, "text": note.text, "why": note.why}


def _trouble(shown: "Shown", findings: list[Finding]) -> str:
    """Return the sentence that says why the letter is not of now; "" when it is."""
    last = "The letter below is the last one that could be made." if shown.letter else ""
    if shown.gone:
        name = shown.file.name if shown.file else "The file"
        return f"{name} is not there: deleted or renamed. The page goes on when it comes back. {last}".strip()
    if not shown.stale:
        return ""
    errors = [finding for finding in findings if finding.severity == "error"]
    place = errors[0].place if errors else ""
    where = f", the first in {place}" if place else ""
    return f"No letter can be made of this: {count_of(len(errors), 'error')}{where}. {last}".strip()


def _letter(wiring: "Wiring", letter: "PreviewedLetter", reader: str | None) -> Mapping[str, Any]:
    mail = filled(wiring, letter.message, reader)
    own = wiring.settings.publication
    return {
        "from": own.from_name or own.name,
        "subject": mail.subject,
        "preheader": mail.preheader,
        "summary": first_sentences(mail.html),
        "missing": letter.missing,
        **_sizes(mail),
    }


def _sizes(mail: Filled) -> Mapping[str, Any]:
    return {
        "bytes": len(mail.html.encode()),
        "clip": CLIPPED,
        "kept": characters_kept(mail.html),
        "text": mail.text,
    }


def _finding(wiring: "Wiring", shown: "Shown", finding: Finding, page: "LivePage") -> Mapping[str, Any]:
    path = _path(wiring, finding.file)
    after = dict(_files(shown)).get(finding.file)
    no_file = isinstance(page.source, Text) and after is not None
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "place": finding.place,
        "line": None if after is None or finding.line is None else after + finding.line,
        "open": wiring.settings.editor_address(path, finding.line) if path and not no_file else "",
    }


def _path(wiring: "Wiring", name: str) -> Path | None:
    """Return the file that a finding names: as typed in this folder, of the publication, or a template's."""
    if not name:
        return None
    places = (Path(name), wiring.settings.root / name)
    return next((place.resolve() for place in places if place.is_file()), None) or wiring.template_file(name)
