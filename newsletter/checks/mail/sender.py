"""Who the mail is from, whether a reader may answer, and what a spam filter makes of it."""

import re
from collections.abc import Iterator

from newsletter.checks.mail.texts import some
from newsletter.checks.registry import CheckedIssue, Remark, check

# no-reply@, do.not.reply@, nicht-antworten@, ne-pas-repondre@, and what stands before or after it.
_NO_REPLY = re.compile(
    r"(?:.*[-_.+])?(?:no[-_.]?(?:reply|answer|responder|contestar|responda)|(?:do[-_.]?not|dont|never)[-_.]?"
    r"(?:reply|answer|respond)|ne[-_.]?pas[-_.]?repondre|nicht[-_.]?antworten|nao[-_.]?responder?"
    r"|non[-_.]?rispondere|niet[-_.]?beantwoorden|svar[-_.]?ikke|svara[-_.]?inte|ei[-_.]?vastausta)"
    r"(?:[-_.+].*|[0-9]*)",
    re.IGNORECASE,
)
_WEIGHTY = 0.5  # points of a single reason that is worth an editor's look


@check("sender-no-reply", "warning")
def sender_no_reply(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a sender that takes no answers."""
    for setting, address in checked.facts.addresses.items():
        if _NO_REPLY.fullmatch(address.partition("@")[0]):
            yield Remark(
                None,
                f"{setting} is {address}: readers who answer get an error, or no answer.",
                "Answers tell you what readers think, and count in a sender's favour where mail is filtered: "
                "name an address that somebody reads, in newsletter.toml.",
                cause="no reply",
            )


@check("mail-spam", "warning")
def mail_spam(checked: CheckedIssue) -> Iterator[Remark]:
    """Report a mail that a spam filter gives half of the points, or more, that would make it spam."""
    report = checked.facts.spam
    if report and report.score >= report.limit / 2:
        weighty = [reason for reason in sorted(report.reasons, reverse=True) if reason[0] >= _WEIGHTY]
        reasons = [f"{name} ({points:g})" for points, name in weighty]
        yield Remark(
            None,
            f"{report.filter} gives the mail {report.score:g} points; {report.limit:g} make it spam.",
            f"Its reasons: {some(reasons)}." if reasons else "It gives no reason of weight.",
        )
