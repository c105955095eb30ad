"""Merge fields: what a reader without a value gets, and fields of other systems."""

import re
from collections.abc import Iterator

from newsletter.checks.registry import Remark, Seen, check

_ALWAYS_KNOWN = frozenset({"email"})

# As Mailchimp, Sendy, Campaign Monitor, Salesforce and plain habit write them.
_FOREIGN = re.compile(
    r"(?-i:\*?\|[A-Z]{2}[A-Z0-9_:]*\|\*?)"  # the asterisks may have become emphasis
    r"|\[(?:first|last|full)?[ _-]?name(?:,\s?fallback=[^\]\n]*)?\]"
    r"|%%?(?:first|last|full)?_?name%%?"
    r"|\$?(?<!\{)\{(?:first|last|full)?_?name\}(?!\})"
    r"|<<(?:first|last|full)?[ _]?name>>",
    re.IGNORECASE,
)


@check("field-default", "warning")
def field_default(seen: Seen) -> Iterator[Remark]:
    """Look for a merge field that leaves a hole for readers without a value."""
    for use in seen.issue.fields:
        if not use.default.strip() and use.name not in _ALWAYS_KNOWN:
            yield Remark(
                use.line,
                f"“{{{{ {use.name} }}}}” has no default: a reader without a value sees nothing there.",
                f'Write {{{{ {use.name} or "there" }}}}, with words that fit the sentence.',
            )


@check("field-foreign", "warning")
def field_foreign(seen: Seen) -> Iterator[Remark]:
    """Look for a merge field in another system's writing, which every reader would see as it stands."""
    for text, line in seen.prose:
        for found in _FOREIGN.finditer(text):
            yield Remark(
                line,
                f"“{found[0]}” is a merge field of another system; readers would see it as it stands.",
                'Write {{ first_name or "there" }}, or put it between backticks if it is meant as text.',
            )
