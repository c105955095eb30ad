"""A new publication: its settings, its folder of issues, and what git is to leave alone."""

from pathlib import Path

from newsletter.errors import NewsletterError, SettingsError
from newsletter.files.atomic import write_whole
from newsletter.paths import SETTINGS_FILE

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
# Databases, and what a running command leaves next to them
*.db
*.db-*
*.lock
*.part

# What was sent, known outside the database too: an old one put back would tell less than there was
newsletter.requests.log

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


def make_publication(folder: Path) -> list[Path]:
    """Make a publication in ``folder``; return the paths made.

    Raises SettingsError when there is one already.
    """
    if (folder / SETTINGS_FILE).exists():
        raise SettingsError(
            "There is a publication here already.",
            file=str(folder / SETTINGS_FILE),
            hint="Start a brief in it with newsletter new, or name another folder.",
        )
    made = [folder / SETTINGS_FILE, folder / "issues", folder / ".gitignore"]
    try:
        (folder / "issues").mkdir(parents=True, exist_ok=True)
        write_whole(made[0], _SETTINGS.encode(), new=True, durable=True)
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
        write_whole(path, text.encode(errors="surrogateescape"), durable=True)
    else:
        write_whole(path, _IGNORED.encode(), new=True)
    return True
