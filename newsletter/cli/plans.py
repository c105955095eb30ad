"""What is shown before a question: what a send would do, what an approval signs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from newsletter.cli.console import print_json
from newsletter.cli.terminal.output import say
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from newsletter import Approvable, BackgroundCorrection, Finding, SendPlan
    from newsletter.rendering.merge import PersonalMessage

UNKNOWN_YET = "correction-unknown"
# Warnings that only the ledger can give: no check shows them, so they are shown in full.
SEND_WARNINGS = (
    "audience-unusual",
    UNKNOWN_YET,
    "date-used-before",
    "site-silent",
    "subject-used-before",
)
WARNINGS_SHOWN = 5


def show(plan: "SendPlan") -> None:
    """Show what a send would do: what goes to how many through which provider, and what to look at first."""
    what = f"{plan.issue} — “{_sample(plan).subject}”"
    if plan.nothing_to_do:
        say(f"{what}: {_why_nobody(plan)}, so there is nothing to do.")
        _show_excluded(plan.excluded)
        for finding in plan.findings:
            if finding.code == UNKNOWN_YET:
                _show_finding(finding, finding.message)
        return
    say(f"{what}, {_audience(plan)}, through {_provider(plan.provider)}.")
    _show_excluded(plan.excluded)
    _show_findings(plan)
    if plan.provider == "sandbox":
        say("  No mail leaves this machine.")


def show_lists(correction: "BackgroundCorrection") -> None:
    """Show what the correction of a background corrects, and how many readers of each list get it."""
    numbers = ", ".join(map(str, correction.wrong))
    say(f"  corrects {'version' if len(correction.wrong) == 1 else 'versions'} {numbers} of the background")
    if len(correction.readers) > 1:
        each = ", ".join(f"{count_of(n, 'reader')} of “{name}”" for name, n in correction.readers.items())
        say(f"  {count_of(sum(correction.readers.values()), 'reader')} in all, each once: {each}")


def _audience(plan: "SendPlan") -> str:
    on_list = f"{count_of(plan.readers, 'reader')} of “{plan.list_name}”"
    return {
        "first": f"to {on_list}",
        "newcomers": f"to {on_list} who joined since",
        "missing": f"to {on_list} who did not get it",
        "correction": f"to {on_list} who got the wrong version",
        "continue": f"going on with {on_list}",
    }[plan.kind]


def _why_nobody(plan: "SendPlan") -> str:
    return {
        "first": f"nobody on “{plan.list_name}” may be mailed",
        "newcomers": f"nobody who may be mailed has joined “{plan.list_name}” since",
        "missing": "nobody who may be mailed is still without it",
        "correction": "everyone who got the wrong version has the corrected one",
        "continue": "nobody is left to mail",
    }[plan.kind]


def _provider(provider: str) -> str:
    return "the local SendGrid" if provider == "sandbox" else provider


def _show_excluded(excluded: Mapping[str, int]) -> None:
    for reason, n in sorted(excluded.items()):
        say(f"  not to {n:,}: {reason}")


def _show_findings(plan: "SendPlan") -> None:
    own = [finding for finding in plan.findings if finding.code in SEND_WARNINGS]
    checked = [finding for finding in plan.findings if finding.code not in SEND_WARNINGS]
    for finding in (finding for finding in checked if finding.severity == "error"):
        _show_finding(finding, f"error: {finding.message}")
    for finding in own:
        _show_finding(finding, finding.message)
    warnings = [finding for finding in checked if finding.severity == "warning"]
    if warnings:
        _show_warnings(warnings, _way_to_all(plan.frozen.corrects or plan.issue, warnings[0].file))


def _show_finding(finding: "Finding", message: str) -> None:
    say(f"  {finding.place}: {message}" + (f"\n    {finding.hint}" if finding.hint else ""))


def _way_to_all(issue: str, file: str) -> str:
    """Return the command that shows all there is to say of an issue, or of a background's file."""
    return command("check", file if "/" in issue else issue)  # no issue's id holds one


def _show_warnings(warnings: list["Finding"], way: str) -> None:
    for finding in warnings[:WARNINGS_SHOWN]:
        say(f"  {finding.place}: {finding.message}")
    more = len(warnings) - WARNINGS_SHOWN
    if more > 0:
        say(f"  and {count_of(more, 'more warning')}: {way}")
    else:
        say(f"  What to do about {'it' if len(warnings) == 1 else 'them'}: {way}")


def end_dry_run(plan: "SendPlan", *, json: bool, **more: object) -> None:
    """Say that nothing was sent or, as JSON, what would be."""
    if json:
        print_json({**document(plan), **more})
    elif not plan.nothing_to_do:
        say("Nothing was sent. To send it, run the command without --dry-run.")


def document(plan: "SendPlan") -> dict[str, object]:
    """Return what a send would do, as JSON has it."""
    return {
        "issue": plan.issue,
        "kind": plan.kind,
        "provider": plan.provider,
        "list": plan.list_name,
        "readers": plan.readers,
        "excluded": dict(sorted(plan.excluded.items())),
        "subject": _sample(plan).subject,
        "digest": plan.message.digest,
        "backgrounds": {found.name: found.digest for found in plan.frozen.backgrounds},
    }


def show_approvable(approvable: "Approvable") -> None:
    """Show what an approver signs: who gets it, and the text as a reader gets it."""
    from newsletter.delivery.manifest import digest, short

    manifest, sample = approvable.manifest, _sample(approvable)
    readers = count_of(manifest.readers, "reader")
    say(f"{manifest.issue} — “{sample.subject}”, asked for by {approvable.requested_by}.")
    say(f"  to {readers} of “{approvable.list_name}”, through {_provider(manifest.provider)}")
    _show_excluded(manifest.excluded)
    for name, version in sorted(manifest.backgrounds.items()):
        say(f"  with the background “{name}”, version {short(version)}")
    say(f"  manifest {short(digest(manifest))}")
    say("")
    say(sample.text)


def _sample(planned: "SendPlan | Approvable") -> "PersonalMessage":
    from newsletter.rendering.merge import sample

    return sample(planned.message)
