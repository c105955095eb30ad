"""Every rule a request must keep, told with the field that breaks it."""

import copy
import string
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.sandbox.server.validate import validate

NOW = 1_800_000_000.0


def body(**changes: Any) -> dict[str, Any]:
    whole = {
        "personalizations": [{"to": [{"email": "ann@example.org"}]}],
        "from": {"email": "news@example.org"},
        "subject": "The kilogram is gone",
        "content": [{"type": "text/plain", "value": "Hello."}],
    }
    return {**whole, **changes}


def one(**changes: Any) -> dict[str, Any]:
    return body(personalizations=[{"to": [{"email": "ann@example.org"}], **changes}])


def to(*emails: str) -> dict[str, Any]:
    return body(personalizations=[{"to": [{"email": email}]} for email in emails])


def blamed(payload: object) -> list[str | None]:
    return [fault.field for fault in validate(payload, NOW)]


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in body().items() if key != name}


def attached(media_type: str) -> dict[str, str]:
    return {"content": "aGVsbG8=", "filename": "a", "type": media_type}


TYPES = [
    "image/png",
    "text/csv; charset=utf-8",
    'text/plain;charset="us-ascii"',
    'text/calendar; method=REQUEST; charset=UTF-8; name="invite.ics"',
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "message/rfc822;",
    "application/pdf ; name=a.pdf",
]
NO_TYPES = [
    "",
    "png",
    "image/",
    "/png",
    "text/csv; charset",
    "text/csv\r\nX: y",
    "a b/c",
    "text/csv; é=1",
    "a/b/c",
]

FULL = body(
    reply_to={"email": "desk@example.org", "name": "The desk"},
    content=[
        {"type": "text/plain", "value": "Hello."},
        {"type": "text/x-amp-html", "value": "<html amp4email></html>"},
        {"type": "text/html", "value": "<p>Hello.</p>"},
        {"type": "text/calendar", "value": "BEGIN:VCALENDAR"},
    ],
    attachments=[
        {"content": "aGVsbG8=", "filename": "hello.txt", "type": "text/plain", "disposition": "inline"}
    ],
    headers={"X-Campaign": "a"},
    categories=["first", "second"],
    custom_args={"nl_issue": "first"},
    send_at=int(NOW) + 72 * 3600,
    batch_id="HkJ5yLYULb7Rj8GKSx7u025ouWVlMgAi",
    asm={"group_id": 1, "groups_to_display": [1, 2]},
    ip_pool_name="marketing",
    mail_settings={"sandbox_mode": {"enable": False}, "footer": {"enable": True, "text": "a", "html": "b"}},
    tracking_settings={
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False, "utm_source": "letter"},
    },
    personalizations=[
        {
            "to": [{"email": "ann@example.org", "name": "Ann Ōe"}],
            "cc": [{"email": "bea@example.org"}],
            "bcc": [{"email": "cy@xn--bcher-kva.example"}],
            "from": {"email": "other@example.org"},
            "subject": "For Ann",
            "headers": {"List-Unsubscribe": "<https://example.org/u/1>"},
            "substitutions": {"-name-": "Ann"},
            "custom_args": {"nl_reader": "1"},
            "send_at": int(NOW),
        }
    ],
)


def test_a_request_that_uses_everything_is_taken() -> None:
    assert validate(FULL, NOW) == []


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ([], None),
        ("text", None),
        ({}, "personalizations"),
        (without("from"), "from"),
        (without("subject"), "subject"),
        (without("content"), "content"),
        (body(subject=""), "subject"),
        (body(subject="two\nlines"), "subject"),
        (one(subject=""), "personalizations.0.subject"),
        (one(subject="two\r\nlines"), "personalizations.0.subject"),
        (body(personalizations=[]), "personalizations"),
        (body(personalizations={}), "personalizations"),
        (body(personalizations=["ann@example.org"]), "personalizations.0"),
        (to(*(f"r{n}@example.org" for n in range(1001))), "personalizations"),
        (one(to=[]), "personalizations.0.to"),
        (one(to="ann@example.org"), "personalizations.0.to"),
        (body(personalizations=[{}]), "personalizations.0.to"),
        (one(to=[{}]), "personalizations.0.to.0.email"),
        (one(to=[{"email": None}]), "personalizations.0.to.0.email"),
        (one(to=["ann@example.org"]), "personalizations.0.to.0"),
        (one(to=[{"email": "ann@example.org", "name": 5}]), "personalizations.0.to.0.name"),
        (one(to=[{"email": "ann@example.org", "name": "a\r\nBcc: b"}]), "personalizations.0.to.0.name"),
        (one(cc=[{"email": "bea@"}]), "personalizations.0.cc.0.email"),
        (one(from_={"email": "a@example.org"}), "personalizations.0.from_"),
        (one(**{"from": {"email": "a@elsewhere.example"}}), "personalizations.0.from.email"),
        (body(**{"from": {"email": "news"}}), "from.email"),
        (body(**{"from": {"email": "news@example.org", "name": "a\nb"}}), "from.name"),
        (body(**{"from": "news@example.org"}), "from"),
        (body(reply_to={"name": "desk"}), "reply_to.email"),
        (body(reply_to_list=[{"email": "a@example.org"}] * 2), "reply_to_list"),
        (
            body(reply_to={"email": "a@example.org"}, reply_to_list=[{"email": "b@example.org"}]),
            "reply_to_list",
        ),
        (one(headers={"X-A": 5}), "personalizations.0.headers.X-A"),
        (one(headers={"X-A": "a\r\nBcc: b@example.org"}), "personalizations.0.headers.X-A"),
        (one(headers={"X-A": "naïve"}), "personalizations.0.headers.X-A"),
        (one(headers={"X A": "a"}), "personalizations.0.headers.X A"),
        (one(headers={"X:A": "a"}), "personalizations.0.headers.X:A"),
        (one(headers=[]), "personalizations.0.headers"),
        (body(headers={"List-Unsubscribe": "a\nb"}), "headers.List-Unsubscribe"),
        (one(substitutions={"-n-": 5}), "personalizations.0.substitutions.-n-"),
        (one(substitutions=[]), "personalizations.0.substitutions"),
        (one(substitutions={"": "a"}), "personalizations.0.substitutions"),
        (one(substitutions={"-n-": "a" * 9_998}), "personalizations.0.substitutions"),
        (one(substitutions={"-n-": "é" * 4_999}), "personalizations.0.substitutions"),
        (one(dynamic_template_data={"a": 1}), "personalizations.0.dynamic_template_data"),
        ({**one(substitutions={"-n-": "a"}), "template_id": "d-1"}, "personalizations.0.substitutions"),
        (one(custom_args={}), "personalizations.0.custom_args"),
        (one(custom_args={"a": 1}), "personalizations.0.custom_args.a"),
        (one(custom_args={"a": "b" * 10_000}), "personalizations.0.custom_args"),
        (body(custom_args={}), "custom_args"),
        (body(custom_args="text"), "custom_args"),
        (body(custom_args={"a": True}), "custom_args.a"),
        (body(custom_args={"a": "b" * 10_000}), "custom_args"),
        (
            {**one(custom_args={"b": "c" * 5_000}), "custom_args": {"a": "b" * 5_000}},
            "personalizations.0.custom_args",
        ),
        (body(send_at=int(NOW) + 72 * 3600 + 1), "send_at"),
        (body(send_at="soon"), "send_at"),
        (body(send_at=True), "send_at"),
        (one(send_at=int(NOW) + 100 * 3600), "personalizations.0.send_at"),
        (body(content=[]), "content"),
        (body(content="Hello."), "content"),
        (body(content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
        (body(content=[{"type": "text/plain"}]), "content.0.value"),
        (body(content=[{"type": "", "value": "a"}]), "content.0.type"),
        (body(content=[{"type": "text/html; charset=utf-8", "value": "a"}]), "content.0.type"),
        (
            body(content=[{"type": "text/html", "value": "a"}, {"type": "text/plain", "value": "b"}]),
            "content",
        ),
        (body(content=[{"type": "text/html", "value": "a"}] * 2), "content"),
        (body(categories=[str(n) for n in range(11)]), "categories"),
        (body(categories=["a", "a"]), "categories"),
        (body(categories=["é"]), "categories.0"),
        (body(categories=["a" * 256]), "categories.0"),
        (body(categories="a"), "categories"),
        (body(batch_id="not a batch!"), "batch_id"),
        (body(asm={}), "asm.group_id"),
        (body(asm={"group_id": "1"}), "asm.group_id"),
        (body(asm={"group_id": 1, "groups_to_display": list(range(26))}), "asm.groups_to_display"),
        (body(ip_pool_name="a"), "ip_pool_name"),
        (body(attachments=[{"content": "not base64!", "filename": "a"}]), "attachments.0.content"),
        (body(attachments=[{"content": "aGVsbG8", "filename": "a"}]), "attachments.0.content"),
        (body(attachments=[{"content": "aGVsbG8="}]), "attachments.0.filename"),
        *((body(attachments=[attached(kind)]), "attachments.0.type") for kind in NO_TYPES),
        (body(sections=["-a-"]), "sections"),
        (body(sections={"-a-": 1}), "sections.-a-"),
        (body(mail_settings={"spam_check": {"threshold": "5"}}), "mail_settings.spam_check.threshold"),
        (body(mail_settings={"bcc": {"enable": True, "email": "nobody"}}), "mail_settings.bcc.email"),
        (body(attachments=[{"content": "", "filename": "a"}]), "attachments.0.content"),
        (
            body(attachments=[{"content": "aGVsbG8=", "filename": "a", "disposition": "hidden"}]),
            "attachments.0.disposition",
        ),
        (
            body(
                mail_settings={
                    "bypass_list_management": {"enable": True},
                    "bypass_spam_management": {"enable": True},
                }
            ),
            "mail_settings.bypass_spam_management",
        ),
        (body(mail_settings={"sandbox_mode": {"enable": "yes"}}), "mail_settings.sandbox_mode.enable"),
        (body(mail_settings={"sandbox": {}}), "mail_settings.sandbox"),
        (
            body(tracking_settings={"click_tracking": {"enabled": False}}),
            "tracking_settings.click_tracking.enabled",
        ),
        (body(personalisations=[]), "personalisations"),
        (one(subsitutions={}), "personalizations.0.subsitutions"),
        (one(to=[{"email": "ann@example.org", "nme": "Ann"}]), "personalizations.0.to.0.nme"),
        (body(template_id="no spaces"), "template_id"),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(payload: object, field: str | None) -> None:
    assert field in blamed(payload)


@pytest.mark.parametrize(
    "name",
    [
        "x-sg-id", "X-SG-EID", "Received", "dkim-signature", "content-type", "Content-Transfer-Encoding",
        "to", "From", "SUBJECT", "reply-to", "Cc", "bcc",
    ],
)  # fmt: skip
def test_a_reserved_header_is_refused_at_both_levels_in_any_case(name: str) -> None:
    assert blamed(body(headers={name: "a"})) == [f"headers.{name}"]
    assert blamed(one(headers={name: "a"})) == [f"personalizations.0.headers.{name}"]


@pytest.mark.parametrize(
    "address",
    [
        "", "ann", "@example.org", "ann@", "ann@localhost", "ann@@example.org", "a nn@example.org",
        "ann@exa mple.org",
        ".ann@example.org", "ann.@example.org", "a..nn@example.org", "ann@-example.org", "ann@example-.org",
        "ann@example..org", "ann@example.org.", "ann@example.1", "ann@[127.0.0.1]", '"ann"@example.org',
        "Ann <ann@example.org>", "ann@example.org\n", "änn@example.org", "ann@bücher.example",
        "ann,bea@example.org",
        f"{'a' * 65}@example.org", f"ann@{'a' * 64}.org", f"ann@{'a.' * 126}org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    assert blamed(to(address)) == ["personalizations.0.to.0.email"]
    assert blamed(body(reply_to={"email": address})) == ["reply_to.email"]


@pytest.mark.parametrize(
    "address",
    ["ann@example.org", "Ann+news@EXAMPLE.org", "o'neil@a.b.example", "a_b-c@x1.museum", "x@1a.example"],
)
def test_an_address_is_taken(address: str) -> None:
    assert blamed(to(address)) == []


def test_an_address_twice_in_a_request_is_refused_in_any_case_and_any_place() -> None:
    assert blamed(to("ann@example.org", "bea@example.org", "ANN@example.org")) == [
        "personalizations.2.to.0.email"
    ]
    assert blamed(one(cc=[{"email": "ann@example.org"}])) == ["personalizations.0.cc.0.email"]
    twice = [
        {"to": [{"email": "a@example.org"}]},
        {"to": [{"email": "b@example.org"}], "bcc": [{"email": "A@example.org"}]},
    ]
    assert blamed(body(personalizations=twice)) == ["personalizations.1.bcc.0.email"]


def test_a_thousand_recipients_are_taken_and_one_more_is_not() -> None:
    many = [{"email": f"r{n}@example.org"} for n in range(1_000)]
    assert blamed(body(personalizations=[{"to": many}])) == []
    assert blamed(body(personalizations=[{"to": many[:500], "cc": many[500:]}])) == []
    more = body(personalizations=[{"to": many, "cc": [{"email": "x@example.org"}]}])
    assert blamed(more) == ["personalizations"]


def test_every_faulty_reader_is_named_at_once() -> None:
    assert blamed(to("bad", "good@example.org", "worse")) == [
        "personalizations.0.to.0.email",
        "personalizations.2.to.0.email",
    ]


def test_exactly_ten_thousand_bytes_are_taken() -> None:
    assert blamed(one(substitutions={"-n-": "a" * 9_997})) == []
    assert blamed({**one(custom_args={"b": "c" * 4_999}), "custom_args": {"a": "b" * 4_999}}) == []


def test_custom_arguments_that_replace_the_requests_own_count_once() -> None:
    assert blamed({**one(custom_args={"a": "c" * 6_000}), "custom_args": {"a": "b" * 6_000}}) == []


def test_a_subject_in_every_personalization_is_enough_and_one_missing_is_not() -> None:
    whole = without("subject")
    whole["personalizations"] = [{"to": [{"email": f"{n}@example.org"}], "subject": "Mine"} for n in "ab"]
    assert blamed(whole) == []
    del whole["personalizations"][1]["subject"]
    assert blamed(whole) == ["subject"]


def test_a_template_brings_subject_and_content() -> None:
    whole = {"template_id": "d-123", **without("subject")}
    del whole["content"]
    assert blamed(whole) == []
    whole["personalizations"][0]["dynamic_template_data"] = {"name": {"first": "Ann"}}
    assert blamed(whole) == []


def test_a_misspelt_field_is_told_with_the_nearest_name() -> None:
    (fault,) = validate(one(substitutons={"-n-": "a"}), NOW)
    assert "Did you mean substitutions?" in fault.message


def test_a_send_in_the_past_goes_out_at_once() -> None:
    assert blamed(body(send_at=int(NOW) - 1_000_000)) == []


@pytest.mark.slow
def test_a_flood_of_faults_is_told_in_part_and_quickly() -> None:
    few, many = (body(**{f"field{n}": 1 for n in range(count)}) for count in (10_000, 100_000))
    assert len(validate(many, NOW)) == 1_000
    assert _cpu_seconds(many) < 30 * _cpu_seconds(few)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [here] if here else []
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        found += paths(inner, (*here, key))
    return found


def replaced(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    whole = copy.deepcopy(value)
    at = whole
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = new
    return whole


@given(st.sampled_from(paths(FULL)), json_values)
def test_whatever_stands_anywhere_the_answer_is_a_list_of_faults(
    path: tuple[str | int, ...], value: object
) -> None:
    for fault in validate(replaced(FULL, path, value), NOW):
        assert fault.message
        assert fault.field is None or isinstance(fault.field, str)


@settings(max_examples=examples(60))
@given(json_values)
def test_any_document_at_all_is_judged(value: object) -> None:
    assert validate(value, NOW)


@settings(max_examples=examples(60))
@given(
    st.sampled_from([path for path in paths(FULL) if isinstance(path[-1], str)]),
    st.text(string.ascii_letters, min_size=1),
)
def test_a_field_nobody_knows_is_refused_wherever_fields_are_known(
    path: tuple[str | int, ...], name: str
) -> None:
    free = {"headers", "substitutions", "custom_args"}
    if free & set(path[:-1]):
        return
    assert blamed(replaced(FULL, (*path[:-1], f"x{name}"), "a"))


def test_a_thousand_personalizations_take_about_ten_times_as_long_as_a_hundred() -> None:
    assert _cpu_seconds(_many_personalizations(1_000)) < 30 * _cpu_seconds(_many_personalizations(100))


def _many_personalizations(count: int) -> dict[str, Any]:
    whole = to(*(f"reader{n}@example.org" for n in range(count)))
    for index, personalization in enumerate(whole["personalizations"]):
        personalization["substitutions"] = {f"-nl.{n}-": f"value {n}" for n in range(8)}
        personalization["headers"] = {
            "List-Unsubscribe": f"<https://example.org/u/{index}>",
            "List-Id": "a.example.org",
        }
        personalization["custom_args"] = {"nl_reader": str(index)}
    assert validate(whole, NOW) == []
    return whole


def _cpu_seconds(payload: object) -> float:
    def once() -> float:
        started = time.process_time()
        validate(payload, NOW)
        return time.process_time() - started

    return min(once() for _ in range(3))


@pytest.mark.parametrize("kind", TYPES)
def test_an_attachments_type_may_carry_parameters(kind: str) -> None:
    assert blamed(body(attachments=[attached(kind)])) == []


@pytest.mark.parametrize(
    "name", ["Ann; Bea", "Bea, née", '"Reader, Ann"', "Attn: Accounts (2nd floor), Corp.", "Ann \\ Bea"]
)
def test_a_name_may_hold_any_punctuation(name: str) -> None:
    assert (
        blamed(
            one(
                to=[{"email": "ann@example.org", "name": name}], cc=[{"email": "b@example.org", "name": name}]
            )
        )
        == []
    )


def test_all_that_the_vendors_own_package_can_say_is_taken() -> None:
    from sendgrid.helpers import mail as vendor

    letter = vendor.Mail(
        from_email=("news@example.org", "News, Daily"),
        to_emails=[("ann@example.org", "Reader, Ann"), "bea@example.org"],
        subject="Hello -name-",
        plain_text_content="Hello -name-",
        html_content="<p>Hello -name-</p>",
    )
    letter.reply_to = vendor.ReplyTo("desk@example.org", "The desk")
    letter.add_cc(vendor.Cc("cy@example.org", "Cy"))
    letter.add_bcc(vendor.Bcc("di@example.org"))
    letter.add_header(vendor.Header("X-One", "1"))
    letter.add_substitution(vendor.Substitution("-name-", "-section-"))
    letter.add_section(vendor.Section("-section-", "dear reader"))
    letter.add_custom_arg(vendor.CustomArg("nl_issue", "first"))
    letter.add_category(vendor.Category("news"))
    letter.send_at = vendor.SendAt(int(NOW) + 60)
    letter.asm = vendor.Asm(vendor.GroupId(1), vendor.GroupsToDisplay([1, 2]))
    letter.ip_pool_name = vendor.IpPoolName("news")
    letter.attachment = vendor.Attachment(
        vendor.FileContent("aGVsbG8="), vendor.FileName("a.csv"), vendor.FileType("text/csv; charset=utf-8"),
        vendor.Disposition("inline"), vendor.ContentId("a"),
    )  # fmt: skip
    settings = vendor.MailSettings()
    settings.bcc_settings = vendor.BccSettings(True, vendor.BccSettingsEmail("copy@example.org"))
    settings.bypass_list_management = vendor.BypassListManagement(False)
    settings.footer_settings = vendor.FooterSettings(True, vendor.FooterText("a"), vendor.FooterHtml("b"))
    settings.sandbox_mode = vendor.SandBoxMode(True)
    settings.spam_check = vendor.SpamCheck(
        True, vendor.SpamThreshold(5), vendor.SpamUrl("https://example.org")
    )
    letter.mail_settings = settings
    tracking = vendor.TrackingSettings()
    tracking.click_tracking = vendor.ClickTracking(True, False)
    tracking.open_tracking = vendor.OpenTracking(True, vendor.OpenTrackingSubstitutionTag("open"))
    tracking.subscription_tracking = vendor.SubscriptionTracking(
        True,
        vendor.SubscriptionText("a"),
        vendor.SubscriptionHtml("b"),
        vendor.SubscriptionSubstitutionTag("u"),
    )
    tracking.ganalytics = vendor.Ganalytics(
        True,
        vendor.UtmSource("s"),
        vendor.UtmMedium("m"),
        vendor.UtmTerm("t"),
        vendor.UtmContent("c"),
        vendor.UtmCampaign("x"),
    )
    letter.tracking_settings = tracking
    assert validate(letter.get(), NOW) == []
