"""Say everything that is wrong with the body of ``POST /v3/mail/send``.

The rules are those of SendGrid's official document and of its pages on errors and limits, and those the live
API is known to keep though its document does not name them. docs/sandbox.md lists them.
"""

import binascii
import re
from collections.abc import Mapping

from newsletter.sandbox.server.personalizations import (
    MAX_ARGUMENT_BYTES,
    Personalizations,
    Shared,
    custom_args,
    headers,
    send_at,
    size_of,
)
from newsletter.sandbox.server.shapes import (
    Errors,
    SendGridError,
    address,
    array,
    boolean,
    fields,
    integer,
    is_address,
    matching,
    person,
    text,
    wrong_type,
)

__all__ = ["SendGridError", "validate"]

MAX_CATEGORIES = 10

# RFC 2045, 5.1: a type is two words of these; a parameter's value is one or stands between quotation marks.
_WORD = r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+"
_MEDIA_TYPE = re.compile(f"{_WORD}/{_WORD}", re.ASCII)
_MEDIA_TYPE_AND_PARAMETERS = re.compile(
    rf'{_WORD}/{_WORD}(?: *; *{_WORD} *= *(?:{_WORD}|"[ !#-\[\]-~]*"))* *;? *', re.ASCII
)

# The order mail programs need (RFC 2046, 5.1.4): the last part is the one they prefer.
_ORDER = {"text/plain": 0, "text/x-amp-html": 1, "text/html": 2}


def validate(payload: object, now: float) -> list[SendGridError]:
    """Return every error of a request's body, at most a thousand; none when SendGrid would take it.

    ``payload`` is the body as parsed from JSON, ``now`` seconds since 1970. A error names its field in
    SendGrid's form, as ``personalizations.3.to.0.email``.
    """
    errors = Errors()
    if not isinstance(payload, dict):
        wrong_type(payload, "", errors, "object")
        return errors.found
    _MESSAGE(payload, "", errors)
    if "send_at" in payload:
        send_at(now)(payload["send_at"], "send_at", errors)
    _across(payload, errors)
    if "personalizations" in payload:
        Personalizations(_shared(payload, now), errors).check(payload["personalizations"])
    return errors.found


def _shared(payload: Mapping[str, object], now: float) -> Shared:
    arguments, sender = payload.get("custom_args"), payload.get("from")
    email = sender.get("email") if isinstance(sender, dict) else None
    return Shared(
        now=now,
        custom_args=_strings(arguments) if isinstance(arguments, dict) else {},
        dynamic_template=str(payload.get("template_id", "")).startswith("d-"),
        from_domain=email.rpartition("@")[2].lower() if isinstance(email, str) and is_address(email) else "",
    )


def _strings(pairs: Mapping[object, object]) -> dict[str, str]:
    return {name: value for name, value in pairs.items() if isinstance(name, str) and isinstance(value, str)}


def _across(payload: Mapping[str, object], errors: Errors) -> None:
    """Check what one field demands of another."""
    if "reply_to" in payload and "reply_to_list" in payload:
        errors.add("reply_to_list", "Use either reply_to or reply_to_list, not both.")
    if payload.get("template_id"):
        return  # the template brings its own subject and content
    if "content" not in payload:
        errors.add("content", "The content is required, unless there is a template_id.")
    if "subject" not in payload and not _each_has_subject(payload.get("personalizations")):
        errors.add("subject", "The subject is required, unless every personalization has its own.")


def _each_has_subject(personalizations: object) -> bool:
    return isinstance(personalizations, list) and all(
        isinstance(own, dict) and "subject" in own for own in personalizations
    )


def _arguments(value: object, field: str, errors: Errors) -> None:
    custom_args(value, field, errors)
    size = size_of(_strings(value)) if isinstance(value, dict) else 0
    if size > MAX_ARGUMENT_BYTES:
        errors.add(field, f"Limited to {MAX_ARGUMENT_BYTES} bytes; {size} are given.")


def _sections(value: object, field: str, errors: Errors) -> None:
    """Check sections: texts that substitutions may point to. Withdrawn as ``mail_settings.bcc`` is."""
    if not isinstance(value, dict):
        wrong_type(value, field, errors, "object")
        return
    for tag, content in value.items():
        text()(content, f"{field}.{tag}", errors)


def _content(value: object, field: str, errors: Errors) -> None:
    array(_PART, least=1)(value, field, errors)
    if not isinstance(value, list):
        return
    types = [part.get("type") for part in value if isinstance(part, dict)]
    ranks = [_ORDER.get(kind.lower(), 3) for kind in types if isinstance(kind, str)]
    if ranks != sorted(ranks):
        errors.add(field, "The order must be text/plain, then text/x-amp-html, then text/html, then others.")
    known = [rank for rank in ranks if rank < 3]
    if len(known) != len(set(known)):
        errors.add(field, "Each of text/plain, text/x-amp-html and text/html may be given once.")


def _media_type(value: object, field: str, errors: Errors) -> None:
    """Check a part's type: SendGrid's page on errors forbids parameters here."""
    text(least=1)(value, field, errors)
    if isinstance(value, str) and value and not _MEDIA_TYPE.fullmatch(value):
        errors.add(field, "A type is written as text/html, without ; or line breaks.")


def _attachment_type(value: object, field: str, errors: Errors) -> None:
    """Check an attachment's type, which may carry parameters: ``text/csv; charset="utf-8"``."""
    text(least=1)(value, field, errors)
    if isinstance(value, str) and value and not _MEDIA_TYPE_AND_PARAMETERS.fullmatch(value):
        errors.add(field, "A type is written as image/png, or with parameters as text/csv; charset=utf-8.")


def _base64(value: object, field: str, errors: Errors) -> None:
    text(least=1)(value, field, errors)
    if not isinstance(value, str) or not value:
        return
    try:
        binascii.a2b_base64(value.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        errors.add(field, "An attachment's content must be Base64.")


def _categories(value: object, field: str, errors: Errors) -> None:
    array(_category, most=MAX_CATEGORIES)(value, field, errors)
    _unique(value, field, errors)


def _category(value: object, field: str, errors: Errors) -> None:
    text(least=1, most=255, one_line=True)(value, field, errors)
    if isinstance(value, str) and not value.isascii():
        errors.add(field, "A category must be ASCII.")


def _reply_to_list(value: object, field: str, errors: Errors) -> None:
    array(person, least=1, most=1_000)(value, field, errors)
    _unique(value, field, errors)


def _unique(value: object, field: str, errors: Errors) -> None:
    if not isinstance(value, list) or errors.full:
        return
    seen = {
        repr(sorted(entry.items(), key=repr)) if isinstance(entry, dict) else repr(entry) for entry in value
    }
    if len(seen) != len(value):
        errors.add(field, "Each entry may be given once.")


def _mail_settings(value: object, field: str, errors: Errors) -> None:
    _MAIL_SETTINGS(value, field, errors)
    if not isinstance(value, dict) or not _is_on(value, "bypass_list_management"):
        return
    for other in _BYPASSES[1:]:
        if _is_on(value, other):
            errors.add(f"{field}.{other}", "Cannot be combined with bypass_list_management.")


def _is_on(settings: Mapping[str, object], name: str) -> bool:
    setting = settings.get(name)
    return isinstance(setting, dict) and setting.get("enable") is True


def _elsewhere(_value: object, _field: str, _errors: Errors) -> None:
    """Leave a field to the check that needs more than the field."""


_PART = fields({"type": _media_type, "value": text(least=1)}, required=["type", "value"])
_ATTACHMENT = fields(
    {
        "content": _base64,
        "type": _attachment_type,
        "filename": text(least=1, one_line=True),
        "disposition": matching("inline|attachment", "The disposition is either inline or attachment."),
        "content_id": text(one_line=True),
    },
    required=["content", "filename"],
)
_SWITCH = {"enable": boolean}
_BYPASSES = (
    "bypass_list_management",
    "bypass_spam_management",
    "bypass_bounce_management",
    "bypass_unsubscribe_management",
)
_MAIL_SETTINGS = fields(
    {
        **dict.fromkeys(_BYPASSES, fields(_SWITCH)),
        "footer": fields({**_SWITCH, "text": text(), "html": text()}),
        "sandbox_mode": fields(_SWITCH),
        # SendGrid withdrew these two from its document, but its own packages still send them.
        "bcc": fields({**_SWITCH, "email": address}),
        "spam_check": fields({**_SWITCH, "threshold": integer, "post_to_url": text()}),
    }
)
_ANALYTICS = ("utm_source", "utm_medium", "utm_term", "utm_content", "utm_campaign")
_TRACKING_SETTINGS = fields(
    {
        "click_tracking": fields({**_SWITCH, "enable_text": boolean}),
        "open_tracking": fields({**_SWITCH, "substitution_tag": text()}),
        "subscription_tracking": fields(
            {**_SWITCH, "text": text(), "html": text(), "substitution_tag": text()},
        ),
        "ganalytics": fields({**_SWITCH, **dict.fromkeys(_ANALYTICS, text())}),
    }
)
_MESSAGE = fields(
    {
        "personalizations": _elsewhere,
        "from": person,
        "reply_to": person,
        "reply_to_list": _reply_to_list,
        "subject": text(least=1, one_line=True),
        "content": _content,
        "attachments": array(_ATTACHMENT),
        "template_id": matching("[A-Za-z0-9-]{1,100}", "A template_id is letters, digits and hyphens."),
        "headers": headers,
        "categories": _categories,
        "custom_args": _arguments,
        "sections": _sections,
        "send_at": _elsewhere,
        "batch_id": matching("[A-Za-z0-9_-]{1,100}", "A batch_id is one that POST /v3/mail/batch gave."),
        "asm": fields({"group_id": integer, "groups_to_display": array(integer, most=25)}, ["group_id"]),
        "ip_pool_name": text(least=2, most=64, one_line=True),
        "mail_settings": _mail_settings,
        "tracking_settings": _TRACKING_SETTINGS,
    },
    required=["personalizations", "from"],
)
