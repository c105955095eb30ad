"""A message as an .eml file: what a mail program reads back is what was sent."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_sendgrid import letter

from newsletter.sandbox.file.message import Message, personalise, substitute
from newsletter.sandbox.inbox.eml import as_eml
from newsletter.sandbox.server.validate import validate

NOW = 1_800_000_000


def message(request: dict[str, Any]) -> Message:
    assert validate(request, NOW) == []
    return personalise(
        request, 0, row=7, email="ann@example.org", message_id="abc", received_at=NOW * 1_000_000
    )


def read(request: dict[str, Any]) -> EmailMessage:
    mail = email.message_from_bytes(as_eml(message(request)), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail.defects == []
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n").removesuffix("\n")


def test_an_eml_reads_back_as_what_was_sent() -> None:
    request = letter("ann@example.org", reply_to={"email": "desk@example.org", "name": "The desk"})
    request["personalizations"][0]["cc"] = [{"email": "bea@example.org"}]
    mail = read(request)
    assert (mail["From"], mail["To"], mail["Cc"]) == (
        "Dig In <news@example.org>",
        "Reader 0 <ann@example.org>",
        "bea@example.org",
    )
    assert mail["Reply-To"] == "The desk <desk@example.org>"
    assert mail["Subject"] == "The kilogram is gone"
    assert mail["Date"].datetime.timestamp() == NOW
    assert mail["List-Unsubscribe"] == "<https://news.example.org/u/0>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert body(mail, "plain") == "Hello Reader 0, here is the news."
    assert body(mail, "html") == "<p>Hello Reader &lt;0&gt;, here is the news.</p>"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_long_signed_link_stands_whole_on_its_line() -> None:
    link = f"<https://news.example.org/u/{'a1B-' * 100}>"
    request = letter()
    request["personalizations"][0]["headers"]["List-Unsubscribe"] = link
    assert f"List-Unsubscribe: {link}\r\n".encode() in as_eml(message(request))


def test_lines_of_the_parts_stay_within_what_mail_servers_take() -> None:
    request = letter(content=[{"type": "text/html", "value": "<p>" + "é word " * 5_000 + "</p>"}])
    assert max(len(line) for line in as_eml(message(request)).split(b"\r\n")) <= 78


def test_attachments_come_along() -> None:
    files = [
        {"content": "aGVsbG8=", "filename": "hello.txt", "type": "text/plain"},
        {
            "content": "AAEC",
            "filename": "a.png",
            "type": "image/png",
            "disposition": "inline",
            "content_id": "a",
        },
    ]
    mail = read(letter(attachments=files))
    found = [(part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()]
    assert found == [("hello.txt", b"hello"), ("a.png", b"\x00\x01\x02")]
    assert body(mail, "html").startswith("<p>Hello")


def test_the_same_message_makes_the_same_bytes() -> None:
    assert as_eml(message(letter())) == as_eml(message(letter()))


def test_a_value_with_a_line_break_cannot_add_a_header() -> None:
    request = letter(subject="For -nl.name-")
    request["personalizations"][0]["substitutions"]["-nl.name-"] = "Ann\r\nBcc: all@example.org"
    mail = read(request)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "For Ann Bcc: all@example.org"


def test_a_scheduled_mail_is_dated_when_it_goes_out() -> None:
    assert read(letter(send_at=NOW + 3_600))["Date"].datetime.timestamp() == NOW + 3_600


def test_headers_that_are_the_senders_to_set_may_be_set_again() -> None:
    request = letter(
        headers={"Message-ID": "<mine@example.org>", "Date": "today", "mime-version": "2.0", "Sender": "a"}
    )
    assert read(request)["Message-ID"] == "<abc.7@sandbox.invalid>"


def test_a_tag_is_replaced_wherever_it_stands() -> None:
    assert substitute("-a- and -a-b-", {"-a-": "x", "-none-": "y"}) == "x and xb-"


names = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters=";,"), max_size=30)
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
)


@pytest.mark.slow
@given(names, st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1), texts)
def test_any_name_header_and_text_come_through(name: str, header: str, text: str) -> None:
    request = letter(headers={"X-Any": header}, content=[{"type": "text/plain", "value": f"-{text}-"}])
    request["personalizations"][0]["to"] = [{"email": "ann@example.org", "name": name}]
    mail = read(request)
    assert [address.addr_spec for address in mail["To"].addresses] == ["ann@example.org"]
    assert mail["To"].addresses[0].display_name.split() == name.split()
    assert mail["X-Any"] == header
    assert body(mail, "plain") == f"-{text}-"


def test_an_attachments_type_keeps_its_parameters() -> None:
    files = [
        {
            "content": "aGVsbG8=",
            "filename": "a.ics",
            "type": 'text/calendar; method=REQUEST; charset="utf-8"',
        },
        {"content": "aGVsbG8=", "filename": "b.csv", "type": "text/csv;charset=utf-8;"},
    ]
    first, second = list(read(letter(attachments=files)).iter_attachments())
    assert (first.get_content_type(), first.get_param("method")) == ("text/calendar", "REQUEST")
    assert (second.get_content_type(), second.get_content_charset()) == ("text/csv", "utf-8")
    assert first.get_payload(decode=True) == b"hello"


def test_a_name_that_was_put_between_quotation_marks_reads_without_them() -> None:
    request = letter(reply_to={"email": "desk@example.org", "name": '"The \\"desk\\", Lisbon"'})
    request["personalizations"][0]["to"][0]["name"] = '"Reader, Ann"'
    mail = read(request)
    assert mail["To"].addresses[0].display_name == "Reader, Ann"
    assert mail["Reply-To"].addresses[0].display_name == 'The "desk", Lisbon'


def test_sections_stand_where_substitutions_point_and_hold_substitutions_themselves() -> None:
    request = letter(
        content=[{"type": "text/plain", "value": "-greeting- and more"}],
        sections={"-hello-": "Hello -first-,"},
    )
    request["personalizations"][0]["substitutions"] = {"-greeting-": "-hello-", "-first-": "Ann"}
    assert message(request).text == "Hello Ann, and more"
