"""What is shown before a question: what a send would do, what an approval signs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from newsletter.cli.console import say
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from newsletter.errors import Finding
    from newsletter.publish import Approvable, SendPlan
    from newsletter.rendering.merge import PersonalMessage

# Warnings that only the ledger can give: no check shows them, so they are shown in full.
CAUTIONS = ("audience-unusual", "subject-used-before", "date-used-before", "site-silent")
WARNINGS_SHOWN = 5


def show(sending: "SendPlan") -> None:
    """Show what a send would do: what, to how many, through whom, and what should be looked at first."""
    what = f"{sending.issue} — “{_sample(sending).subject}”"
    if sending.nothing_to_do:
        say(f"{what}: {_why_nobody(sending)}, so there is nothing to do.")
        _show_excluded(sending.excluded)
        return
    say(f"{what}, {_audience(sending)}, through {_provider(sending.provider)}.")
    _show_excluded(sending.excluded)
    _show_findings(sending)
    if sending.provider == "sandbox":
        say("  No mail leaves this machine.")


def _audience(sending: "SendPlan") -> str:
    on_list = f"{count_of(sending.readers, 'reader')} of “{sending.list_name}”"
    return {
        "first": f"to {on_list}",
        "newcomers": f"to {on_list} who joined since",
        "missing": f"to {on_list} who did not get it",
        "correction": f"to {on_list} who got the wrong version",
        "continue": f"going on with {on_list}",
    }[sending.kind]


def _why_nobody(sending: "SendPlan") -> str:
    return {
        "first": f"nobody on “{sending.list_name}” may be mailed",
        "newcomers": f"nobody who may be mailed has joined “{sending.list_name}” since",
        "missing": "nobody who may be mailed is still without it",
        "correction": "everyone who got the wrong version has the corrected one",
        "continue": "nobody is left to mail",
    }[sending.kind]


def _provider(provider: str) -> str:
    return "the local SendGrid" if provider == "sandbox" else provider


def _show_excluded(excluded: Mapping[str, int]) -> None:
    for reason, n in sorted(excluded.items()):
        say(f"  not to {n:,}: {reason}")


def _show_findings(sending: "SendPlan") -> None:
    own = [finding for finding in sending.findings if finding.code in CAUTIONS]
    checked = [finding for finding in sending.findings if finding.code not in CAUTIONS]
    for finding in (finding for finding in checked if finding.severity == "error"):
        _show_finding(finding, f"error: {finding.message}")
    for finding in own:
        _show_finding(finding, finding.message)
    _show_warnings(
        [finding for finding in checked if finding.severity == "warning"], sending.corrects or sending.issue
    )


def _show_finding(finding: "Finding", message: str) -> None:
    say(f"  {finding.place}: {message}" + (f"\n    {finding.hint}" if finding.hint else ""))


def _show_warnings(warnings: list["Finding"], issue: str) -> None:
    for finding in warnings[:WARNINGS_SHOWN]:
        say(f"  {finding.place}: {finding.message}")
    more = len(warnings) - WARNINGS_SHOWN
    if more > 0:
        say(f"  and {count_of(more, 'more warning')}: {command('check', issue)}")
    elif warnings:
        say(f"  What to do about {'it' if len(warnings) == 1 else 'them'}: {command('check', issue)}")


def document(sending: "SendPlan") -> dict[str, object]:
    """Return what a send would do, as JSON has it."""
    return {
        "issue": sending.issue,
        "kind": sending.kind,
        "provider": sending.provider,
        "list": sending.list_name,
        "readers": sending.readers,
        "excluded": dict(sorted(sending.excluded.items())),
        "subject": _sample(sending).subject,
        "digest": sending.message.digest,
    }


def show_approvable(what: "Approvable") -> None:
    """Show what an approver signs: to whom, and the text as a reader gets it."""
    from newsletter.delivery.manifest import digest, short

    manifest, sample = what.manifest, _sample(what)
    readers = count_of(manifest.readers, "reader")
    say(f"{manifest.issue} — “{sample.subject}”, asked for by {what.requested_by}.")
    say(f"  to {readers} of “{what.list_name}”, through {_provider(manifest.provider)}")
    _show_excluded(manifest.excluded)
    say(f"  manifest {short(digest(manifest))}")
    say("")
    say(sample.text)


def _sample(what: "SendPlan | Approvable") -> "PersonalMessage":
    from newsletter.rendering.merge import sample

    return sample(what.message)
