"""Merge fields: what a reader without a value gets."""

from collections.abc import Iterator

from newsletter.checks.registry import CheckedIssue, Remark, check

_ALWAYS_KNOWN = frozenset({"email"})


@check("field-default", "warning")
def field_default(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a merge field that leaves a gap for readers without a value."""
    for use in checked.issue.fields:
        if not use.default.strip() and use.name not in _ALWAYS_KNOWN:
            yield Remark(
                use.line,
                f"“{{{{ {use.name} }}}}” has no default: a reader without a value sees nothing there.",
                f'Write {{{{ {use.name} or "there" }}}}, with words that fit the sentence.',
            )
