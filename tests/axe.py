"""What axe, the accessibility checker, finds on a page: version 4.14.1 from npm, kept in ``axe-core``."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549", "best-practice"]
# A mail is shown within a client's page, which has the landmarks.
OF_THE_CLIENT = ("landmark-one-main", "region")


def faults(page: Page, *, without: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """Return each rule that a page breaks with the HTML of where; ``without`` some rules.

    The page must not forbid scripts: a context with ``bypass_csp`` where it would.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SOURCE)
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "rules": {rule: {"enabled": False} for rule in without},
        "resultTypes": ["violations"],
    }
    found = page.evaluate("options => axe.run(document, options)", options)
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]
