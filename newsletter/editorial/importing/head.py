"""What comes above a text from elsewhere: another system's front matter, or the head of a mail."""

import re
from collections.abc import Sequence
from itertools import takewhile

from newsletter.editorial.importing.draft import ImportDraft
from newsletter.editorial.importing.marked import begins_with_headline
from newsletter.editorial.importing.pagelines import PageLine, bare

_FENCES = ("---", "+++")
_LONGEST = 200  # lines of a front matter
_VALUE = re.compile(r"(?P<key>[A-Za-z][\w -]{0,40})\s*[:=]\s*(?P<value>.*)$")
_TITLES = ("title", "subject", "headline", "titel", "titre", "título")
_MAIL = re.compile(
    r"(?P<key>From|Sent|Date|To|Cc|Subject|Reply-To|Von|Gesendet|Datum|An|Betreff|De|Envoyé|À|Objet|Enviado|Para"
    r"|Asunto|Da|Inviato|A|Oggetto|发件人|发送时间|收件人|主题|差出人|送信日時|宛先|件名)\s?[:：]\s*(?P<value>.*)$"
)
_MAIL_SUBJECTS = ("Subject", "Betreff", "Objet", "Asunto", "Oggetto", "主题", "件名")
_REPLY = re.compile(r"(?:(?:re|fwd?|aw|wg|tr|rv|rif|sv|vs|回复|转发)\s?[:：]\s*)+", re.IGNORECASE)
_FEWEST = 3  # lines of a mail's head


def take_head(text: str, draft: ImportDraft) -> tuple[str, bool]:
    """Take what comes above a text; return the text with those lines empty, and whether it is Markdown."""
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if bare(line)), 0)
    if front := _front(lines, first):
        below = "\n".join(lines[front:])
        _take_front(lines[first:front], first + 1, draft, titled=begins_with_headline(below))
        return "\n" * front + below, True
    mail = list(takewhile(lambda line: _MAIL.match(bare(line)), lines[first:]))
    if len(mail) < _FEWEST:
        return text, False
    _take_mail(mail, first + 1, draft)
    end = first + len(mail)
    return "\n" * end + "\n".join(lines[end:]), False


def _front(lines: Sequence[str], first: int) -> int:
    """Return the line below a front matter; 0 where there is none."""
    fence = lines[first].rstrip()
    if fence not in _FENCES:
        return 0
    for at in range(first + 1, min(len(lines), first + _LONGEST)):
        if lines[at].rstrip() == fence:
            return at + 1 if any(_VALUE.match(line) for line in lines[first + 1 : at]) else 0
    return 0


def _take_front(lines: Sequence[str], first: int, draft: ImportDraft, *, titled: bool) -> None:
    for number, raw in enumerate(lines, first):
        line, found = PageLine(number, bare(raw), begins=True), _VALUE.match(raw)
        if not line.text:
            continue
        value = found["value"].strip().strip("\"'") if found else ""
        if found and found["key"].strip().lower() in _TITLES and value and not titled and not draft.headline:
            draft.headline, draft.headline_line = value, line
            draft.note(line, "kept", "The headline: the title in the file's front matter.")
        elif line.text in _FENCES:
            draft.note(line, "left out", "The front matter of another system; the brief has its own.")
        else:
            draft.leave(line, "front matter", "A brief has other keys.")


def _take_mail(lines: Sequence[str], first: int, draft: ImportDraft) -> None:
    for number, raw in enumerate(lines, first):
        line, found = PageLine(number, bare(raw), begins=True), _MAIL.match(bare(raw))
        value = _REPLY.sub("", found["value"]).strip() if found else ""
        if found and found["key"] in _MAIL_SUBJECTS and value:
            draft.headline, draft.headline_line = value, line
            draft.note(line, "kept", "The headline: the subject of the mail it was copied from.")
        else:
            draft.note(line, "left out", "The head of the mail it was copied from.")
