"""The editor's desk: files that commands make, never over one that is there, never half written."""

import os
import shlex
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from newsletter.config import FILE_NAME, load_settings
from newsletter.editorial import Labels, read_source, slug
from newsletter.editorial.frame import BACKGROUND_HINT, NOW_HINT
from newsletter.errors import NewsletterError, SettingsError
from newsletter.sentences import why_unread
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.editorial.importer import Note

MAX_IMPORT_BYTES = 1_000_000

_SETTINGS = """\
# Everything about this newsletter that is not an issue. Environment variables win over this file:
# NEWSLETTER_<SECTION>__<KEY>. Secrets are never read from here: SENDGRID_API_KEY, NEWSLETTER_SECRET_KEY.

[publication]
name = "My Newsletter"
from_name = "My Newsletter"
from_email = "news@example.org"
postal_address = ""        # real mail must carry one
site_url = ""              # where readers unsubscribe; https, once mail is real
language = "en"
time_zone = "UTC"

[labels]
background = ["Some shit you should know before you dig in", "Background"]
now = ["What’s going on now"]
extra = ["What’s next", "Another view", "Go deeper"]

[delivery]
provider = "sandbox"       # no mail leaves this machine; "sendgrid" sends for real

[database]
url = "sqlite:///newsletter.db"
"""

_IGNORED = """\
# Databases, and what a running command leaves beside them
*.db
*.db-*
*.lock
*.part

# Keys and secrets
*.key
.env

# Readers: files that go in or out, rows that were refused, accounts of who got an issue
*.csv
*.tsv
*.xlsx
*.zip
*.refused.*
recipients*.json
subscribers*.json
suppressions*.json

# Rendered mails
/out/
/render/
/rendered/
everyone.html
everyone.txt
everyone.mjml
message.json
"""

_BRIEF = """\
---
subject: {subject}
preheader: ""
date: {date}
---
# {headline}

**{background}:** {background_hint}

**{now}:** {now_hint}
"""


def make_publication(folder: Path) -> list[Path]:
    """Make a publication in ``folder``; return the paths made.

    Raises SettingsError when there is one already.
    """
    if (folder / FILE_NAME).exists():
        raise SettingsError(
            "There is a publication here already.",
            file=str(folder / FILE_NAME),
            hint="Start a brief in it with newsletter new, or name another folder.",
        )
    made = [folder / FILE_NAME, folder / "issues", folder / ".gitignore"]
    try:
        (folder / "issues").mkdir(parents=True, exist_ok=True)
        _write_new(made[0], _SETTINGS.encode())
        if not _keep_private(made[2]):
            return made[:2]
    except OSError as error:
        raise NewsletterError(
            f"The publication cannot be made: {error.strerror}.", file=str(folder)
        ) from error
    return made


def _keep_private(path: Path) -> bool:
    """Have git leave alone what only this machine should hold; say whether the file had to change.

    One that is there keeps its lines, and gets those it lacks at its end.
    """
    known = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
    wanted = [line for line in _IGNORED.splitlines() if line and line not in known.splitlines()]
    if not any(line for line in wanted if not line.startswith("#")):
        return False
    if known:
        text = known + ("" if known.endswith("\n") else "\n") + "\n" + "\n".join(wanted) + "\n"
        replace_file(path, text.encode(errors="surrogateescape"))
    else:
        _write_new(path, _IGNORED.encode())
    return True


def edit(path: Path, editor: str) -> str:
    """Open a file in the person's editor and wait for it; return why that failed, or nothing.

    ``editor`` is a command with its arguments, as a shell reads them.
    """
    import subprocess

    try:
        words = shlex.split(editor)
        done = subprocess.run([*words, str(path)], check=False)  # noqa: S603  (the person's own editor)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return f"it ended with {done.returncode}" if done.returncode else ""


def new_brief(wiring: Wiring, headline: str, output: Path | None) -> Path:
    """Write a brief with its sections in place; return its path."""
    # A terminal of another encoding hands over bytes that are no text; they become question marks.
    words = " ".join(headline.encode(errors="replace").decode().split())
    if not words:
        raise NewsletterError(
            "The headline is empty.", hint='Write one: newsletter new "Caracas opens the cells"'
        )
    settings = wiring.settings
    today = wiring.today()
    text = _BRIEF.format(
        subject=orjson.dumps(words[:150]).decode(),
        date=today,
        headline=words,
        background=settings.labels.background[0],
        background_hint=BACKGROUND_HINT,
        now=settings.labels.now[0],
        now_hint=NOW_HINT,
    )
    return _write_brief(output or _default_path(settings.root, today, words), text)


def import_brief(
    file: Path, output: Path | None, *, config: Path | None = None
) -> tuple[Path, Sequence["Note"]]:
    """Turn a plain text into a brief; return its path and what became of each line."""
    from newsletter.editorial.importer import import_text

    settings = load_settings(config, required=False)
    try:
        with file.open("rb") as source:
            data = source.read(MAX_IMPORT_BYTES + 1)
    except OSError as error:
        raise NewsletterError(why_unread(error), file=str(file)) from error
    today = Wiring(settings).today()
    labels = Labels(**settings.labels.model_dump())
    imported = import_text(read_source(data, str(file)), file=str(file), labels=labels, today=today)
    path = output or _default_path(settings.root, today, imported.headline)
    return _write_brief(path, imported.markdown), imported.notes


def _default_path(root: Path, day: date, headline: str) -> Path:
    return root / "issues" / f"{day}-{slug(headline) or 'brief'}.md"


def _write_brief(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path, text.encode())
    except FileExistsError as error:
        raise NewsletterError(
            "There is a file of that name already, and it stays as it is.",
            hint="Name another with -o.",
            file=str(path),
        ) from error
    except OSError as error:
        raise NewsletterError(f"The file cannot be written: {error.strerror}.", file=str(path)) from error
    return path


def _write_new(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and never over another."""
    temporary = _beside(path, data)
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink()


def replace_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    _beside(path, data).replace(path)


def _beside(path: Path, data: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    Path(name).chmod(0o644)
    return Path(name)


def run_sandbox(
    wiring: Wiring,
    host: str,
    port: int,
    say: Callable[[str], None],
    *,
    webhook: str | None = None,
    faults: Sequence[str] = (),
    repeat: int = 0,
    shuffle: int | None = None,
) -> None:
    """Run the local SendGrid with its inbox until Ctrl-C.

    It reports to ``webhook``; None is the readers' site where that is on this machine, empty is nowhere.
    ``faults`` are written as newsletter.sandbox.behaviour.faults reads them; each report comes ``repeat``
    times more, in an order drawn from ``shuffle``.
    """
    from newsletter.sandbox.behaviour.faults import parse_fault, told
    from newsletter.sandbox.behaviour.reporter import Manner
    from newsletter.sandbox.server.process import serve
    from newsletter.store.database import read
    from newsletter.store.ledger.mailings import picture_of

    def picture(name: str) -> tuple[str, bytes] | None:
        with read(wiring.engine) as connection:
            return picture_of(connection, name.partition(".")[0])

    target = wiring.local_webhook if webhook is None else webhook
    planned = [parse_fault(each) for each in faults]

    def ready(url: str) -> None:
        say(f"Inbox and local SendGrid: {url}  (Ctrl-C ends it)")
        if target:
            say(f"What becomes of its mail is reported to {target}")
        for fault in planned:
            say(f"On demand: {told(fault)}")

    serve(
        wiring.sandbox_file,
        host,
        port,
        picture=picture,
        webhook=target,
        manner=Manner(repeat, shuffle),
        faults=planned,
        zone=wiring.settings.publication.time_zone,
        ready=ready,
    )
