"""An opt-out that an import cannot read never counts as consent: it is a question, and nothing is stored."""

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Publication, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter import readership
from newsletter.errors import AudienceError, UsageError
from newsletter.platforms.layout import Declaration

if TYPE_CHECKING:
    from collections.abc import Callable

    from readership.conftest import Store

pytestmark = pytest.mark.slow


def file(publication: Publication, text: str, name: str = "file.csv") -> str:
    (publication.root / name).write_text(text)
    return name


def standing(publication: Publication, list_name: str = "l") -> dict[str, tuple[str, str]]:
    """Return each reader's status and suppression."""
    out = publication.run("subscribers", "export", "--list", list_name).stdout.removeprefix("\ufeff")
    return {row["email"]: (row["status"], row["suppressed"]) for row in rows(out)}


@pytest.mark.parametrize(
    "text",
    [
        "email,unsubscribed\na@example.com,yes\n",
        "email,opt_in\na@example.com,no\n",
        "EMAIL,FNAME,UNSUB\na@example.com,A,1\n",
        "Email,Accepts Email Marketing\na@example.com,FALSE\n",
        "Email,SUBSCRIBED\na@example.com,0\n",
        "email,unsubscribed_at\na@example.com,2024-05-01\n",
        "email,Email subscriber status\na@example.com,Opted-out\n",
        "email,Newsletter?\na@example.com,nein\n",
        "email,HasOptedOutOfEmail\na@example.com,TRUE\n",
        "E-Mail;Abgemeldet am\na@example.com;1.5.2024\n",
    ],
)
def test_who_plainly_said_no_comes_in_as_unsubscribed(publication: Publication, text: str) -> None:
    ran = publication.run("subscribers", "import", file(publication, text), "--list", "l")
    assert ran.exit_code == 0, ran.stderr
    assert standing(publication) == {"a@example.com": ("unsubscribed", "")}
    assert "Who may be mailed is read from" in ran.stderr


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("email,consent\na@example.com,via the shop\n", "“via the shop” in 1 row"),
        ("email,status\na@example.com,A\nb@example.com,A\nc@example.com,U\n", "“A” in 2 rows, “U” in 1 row"),
        ("email,opt_in\na@example.com,yes\nb@example.com,\n", "(empty)"),
        ("email,bounces\na@example.com,3\n", "“3”"),
        ("email,unsubscribe_reason\na@example.com,too many\n", "“too many”"),
        ("email,Not subscribed\na@example.com,yes\n", "“yes”"),
        ("email,Segment\na@example.com,Unsubscribed\nb@example.com,VIP\n", "“Unsubscribed” in 1 row"),
        ("email,inactive\na@example.com,true\n", "“true”"),
    ],
)
def test_what_is_not_plain_stops_the_import_before_anything_is_written(
    publication: Publication, text: str, asked: str
) -> None:
    ran = publication.run("subscribers", "import", file(publication, text), "--list", "l")
    assert ran.exit_code == 1
    assert asked in ran.stderr
    assert publication.run("lists", "--json").stdout.strip() == "[]"


def pasted(stderr: str) -> list[str]:
    """Return the words of the command that an error prints to be pasted."""
    found = re.search(r"^ +(newsletter subscribers import (?:.*\\\n)*.*)$", stderr, re.MULTILINE)
    assert found is not None, stderr
    return shlex.split(found.group(1).replace("\\\n", " "))[1:]


def test_all_questions_come_at_once_with_the_command_that_answers_them_and_mails_none_of_them(
    publication: Publication,
) -> None:
    text = 'email,City,Consent notes,Status\na@example.com,Oslo,I agree,A\nb@example.com,,It\'s "ok",active\n'
    name = file(publication, text, "it's a list.csv")
    asked = publication.run("subscribers", "import", name, "--list", "l", "--column", "City=town")
    assert asked.exit_code == 1
    assert "“Consent notes”" in asked.stderr
    assert "“Status”" in asked.stderr
    words = pasted(asked.stderr)
    assert words[:5] == ["subscribers", "import", name, "--list", "l"]
    ran = publication.run(*words)
    assert ran.exit_code == 0, ran.stderr
    assert set(standing(publication).values()) == {("unsubscribed", "")}
    assert "town" in ran.stderr


def test_an_answer_says_what_a_value_makes_of_a_reader_and_is_remembered_for_that_list(
    publication: Publication,
) -> None:
    text = "email,Code\na@example.com,bounced\nb@example.com,VIP\n"
    name = file(publication, text)
    first = publication.run("subscribers", "import", name, "--list", "l", "--value", "Code:bounced=bounce")
    assert first.exit_code == 0, first.stderr
    assert standing(publication) == {
        "a@example.com": ("unsubscribed", "bounce"),
        "b@example.com": ("confirmed", ""),
    }
    again = file(publication, "email,code\nc@example.com,Bounced\n", "again.csv")
    assert publication.run("subscribers", "import", again, "--list", "l").exit_code == 0
    assert standing(publication)["c@example.com"] == ("unsubscribed", "bounce")
    other = publication.run("subscribers", "import", again, "--list", "elsewhere")
    assert other.exit_code == 1


def test_one_answer_serves_all_other_values(publication: Publication) -> None:
    text = "email,consent\n" + "".join(f"r{n}@example.com,form {n}\n" for n in range(40))
    name = file(publication, text)
    asked = publication.run("subscribers", "import", name, "--list", "l")
    assert "28 other values" in asked.stderr
    words = [*pasted(asked.stderr)]
    assert "consent:*=unsubscribed" in words
    ran = publication.run(
        "subscribers", "import", name, "--list", "l", "--value", "consent:*=confirmed", "--value",
        "consent:form 7=nothing",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.stderr
    assert set(standing(publication).values()) == {("confirmed", "")}


def test_a_column_that_says_nothing_of_the_kind_is_ignored_or_kept_as_a_field_and_that_is_remembered(
    publication: Publication,
) -> None:
    text = "email,spam_score,removed_from\na@example.com,3.5,Oslo\n"
    name = file(publication, text)
    ran = publication.run(
        "subscribers", "import", name, "--list", "l",
        "--ignore-column", "spam_score", "--column", "removed_from=moved_from",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.stderr
    again = publication.run("subscribers", "import", name, "--list", "l", "--json")
    assert again.exit_code == 0, again.stderr
    assert again.json["attributes"] == {"removed_from": "moved_from"}
    assert standing(publication) == {"a@example.com": ("confirmed", "")}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--value", "Status=confirmed", "COLUMN:VALUE=ANSWER"),
        ("--value", "Status:A=maybe", "no answer"),
        ("--value", "Nosuch:A=confirmed", "no column"),
        ("--as", "gone", "no answer"),
        ("--from", "hotmail", "no platform"),
    ],
)
def test_an_answer_that_cannot_be_is_wrong_usage(
    publication: Publication, option: str, value: str, said: str
) -> None:
    name = file(publication, "email,Status\na@example.com,A\n")
    ran = publication.run("subscribers", "import", name, "--list", "l", option, value)
    assert ran.exit_code == 2
    assert said in ran.stderr


def test_where_columns_disagree_the_stricter_counts_and_is_reported(publication: Publication) -> None:
    text = "email,status,unsubscribed_at\na@example.com,active,2024-05-01\nb@example.com,active,\n"
    ran = publication.run("subscribers", "import", file(publication, text), "--list", "l")
    assert "“status”, “unsubscribed_at” disagree in 1 row; the stricter counts (line 2)" in ran.stderr
    assert standing(publication) == {
        "a@example.com": ("unsubscribed", ""),
        "b@example.com": ("confirmed", ""),
    }


def test_a_known_reader_who_left_or_bounced_by_a_later_file_is_stopped_and_counted_so(
    store: "Store",
) -> None:
    store.bring("email\na@example.com\nb@example.com\nc@example.com\nd@example.com\n")
    report = store.bring(
        "email,status\na@example.com,cancelled\nb@example.com,bounced\nc@example.com,complained\n"
    )
    assert (report.stopped.count, report.stopped.lines, report.known, report.joined) == (3, [2, 3, 4], 0, 0)
    assert report.merged.suppressions == {"bounce": 1, "complaint": 1}
    found = store.on_list()
    assert {email: (subscriber.status, subscriber.suppressed) for email, subscriber in found.items()} == {
        "a@example.com": ("unsubscribed", None),
        "b@example.com": ("unsubscribed", "bounce"),
        "c@example.com": ("unsubscribed", "complaint"),
        "d@example.com": ("confirmed", None),
    }


def test_a_bounce_holds_on_every_list_and_an_opt_out_on_its_own(store: "Store") -> None:
    for name in ("first", "second"):
        store.bring("email\na@example.com\nb@example.com\n", into=name)
    store.bring("email,status\na@example.com,bounced\nb@example.com,unsubscribed\n", into="second")
    found = store.on_list("first")
    assert found["a@example.com"].suppressed == "bounce"
    assert (found["b@example.com"].status, found["b@example.com"].suppressed) == ("confirmed", None)


def test_the_stricter_of_two_reasons_stands_and_a_milder_one_changes_nothing(store: "Store") -> None:
    store.bring("email,status\na@example.com,blocked\nb@example.com,complained\n")
    store.bring("email,status\na@example.com,complained\nb@example.com,blocked\n")
    assert {subscriber.suppressed for subscriber in store.on_list().values()} == {"complaint"}


def test_an_import_never_brings_back_who_left_or_is_suppressed(store: "Store") -> None:
    store.bring("email,status\na@example.com,unsubscribed\nb@example.com,bounced\n")
    report = store.bring("email,status\na@example.com,active\nb@example.com,active\n")
    assert (report.left.count, report.suppressed.count, report.joined) == (1, 1, 0)
    assert {subscriber.status for subscriber in store.on_list().values()} == {"unsubscribed"}


@pytest.mark.parametrize(
    "name", ["cleaned.csv", "unsubscribes 2024.csv", "do not mail.csv", "Bounced (1).csv"]
)
def test_a_file_whose_name_alone_speaks_of_leaving_is_a_question(publication: Publication, name: str) -> None:
    file(publication, "email\na@example.com\n", name)
    asked = publication.run("subscribers", "import", name, "--list", "l")
    assert asked.exit_code == 1
    assert "--as" in asked.stderr
    assert (
        publication.run("subscribers", "import", name, "--list", "l", "--as", "unsubscribed").exit_code == 0
    )
    assert standing(publication) == {"a@example.com": ("unsubscribed", "")}


def test_a_file_of_which_every_row_is_refused_makes_no_list_and_keeps_the_rows(
    publication: Publication,
) -> None:
    ran = publication.run("subscribers", "import", file(publication, "email\nbad\nworse\n"), "--list", "l")
    assert ran.exit_code == 1
    assert "file.refused.csv" in ran.stderr
    assert len((publication.root / "file.refused.csv").read_text("utf-8-sig").splitlines()) == 3
    assert publication.run("lists", "--json").stdout.strip() == "[]"


def test_a_list_of_an_issues_recipients_is_not_taken_for_readers(publication: Publication) -> None:
    text = "email,state,reason,reported,at,message_id\na@example.com,excluded,unsubscribed,,,\n"
    ran = publication.run("subscribers", "import", file(publication, text), "--list", "l")
    assert ran.exit_code == 1
    assert "subscribers export" in ran.stderr


def test_our_own_list_of_suppressions_comes_in_as_suppressed(publication: Publication) -> None:
    publication.run("suppressions", "add", "a@example.com", "--reason", "bounce")
    publication.run("suppressions", "add", "b@example.com", "--reason", "complaint")
    name = file(publication, publication.run("suppressions").stdout)
    publication.run("suppressions", "remove", "a@example.com")
    ran = publication.run("subscribers", "import", name, "--list", "l")
    assert ran.exit_code == 0, ran.stderr
    assert standing(publication)["a@example.com"] == ("unsubscribed", "bounce")


def test_dates_come_along_into_a_new_list_and_into_another_they_are_kept_as_consent(store: "Store") -> None:
    text = "email,first_name,created_at,status,tags,referrer\na@example.com,A,2022-01-01T00:00:00Z,active,,\n"
    store.bring(text)
    store.bring("email\nz@example.com\n", into="other")
    store.bring(text, into="other")
    new, other = store.on_list()["a@example.com"], store.on_list("other")["a@example.com"]
    assert new.created_at == 1_640_995_200_000_000
    assert other.created_at > 1_700_000_000_000_000
    assert other.created_at != new.created_at
    assert [step[:3] for step in other.consents] == [(1_640_995_200_000_000, "joined", "kit")]


def test_importing_the_same_file_twice_adds_no_consent(store: "Store") -> None:
    text = "email,opt_in_date,status\na@example.com,2022-01-01,\nb@example.com,2024-01-02,cancelled\n"
    store.bring(text)
    before = store.dump()
    store.bring(text)
    assert store.dump() == before
    kinds = {email: {step[1] for step in reader.consents} for email, reader in store.on_list().items()}
    assert kinds == {"a@example.com": {"confirmed"}, "b@example.com": {"confirmed", "unsubscribed"}}


def test_network_addresses_are_not_kept(store: "Store") -> None:
    text = "email,opt_in,optin_ip,consent_ip\na@example.com,yes,203.0.113.7,203.0.113.8\n"
    store.bring(text)
    assert "203.0.113" not in repr(store.dump())


HEADERS = [
    "unsubscribed",
    "opt_in",
    "Status",
    "Accepts marketing",
    "bounced",
    "GDPR",
    "Consent",
    "email status",
]
NEGATIVE = [
    "no",
    "NO",
    "false",
    "0",
    "unsubscribed",
    "Cancelled",
    "opted out",
    "U",
    "left us",
    "bounced",
    "?",
    "nope",
]


@pytest.mark.slow
@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    header=st.sampled_from(HEADERS),
    cells=st.lists(
        st.one_of(st.sampled_from(NEGATIVE), st.text("abc 01", max_size=6)), min_size=1, max_size=5
    ),
)
def test_under_a_speaking_column_nobody_is_confirmed_by_a_word_that_is_not_plainly_yes(
    make_store: "Callable[[], Store]", header: str, cells: list[str]
) -> None:
    store = make_store()
    lines = "".join(f"r{number}@example.com,{cell}\n" for number, cell in enumerate(cells))
    try:
        store.bring(f"email,{header}\n{lines}")
    except AudienceError:
        assert not store.dump()["list"]
        return
    negative = {"unsubscribed", "bounced"}
    for email, reader in store.on_list().items():
        cell = cells[int(email[1 : email.index("@")])].strip().casefold()
        plainly = cell in {"", "1"} if header not in negative else cell in {"", "no", "0", "false"}
        assert reader.status != "confirmed" or plainly or cell in {"1", "t", "true"}


def test_from_other_reads_a_platforms_file_as_any_file(store: "Store") -> None:
    path = Path(store.folder / "kit.csv")
    path.write_text("email,first_name,created_at,status,tags,referrer\na@example.com,A,,inactive,,\n")
    options = readership.ImportOptions(declared=Declaration(platform="other"))
    with pytest.raises(AudienceError, match="not plain"):
        readership.import_subscribers(store.engine, "l", path, now=store.clock, options=options)
    path.write_text("email,name\na@example.com,A\n")
    ghost, unknown = (
        readership.ImportOptions(declared=Declaration(platform=name)) for name in ("ghost", "x")
    )
    with pytest.raises(AudienceError, match="no export of Ghost"):
        readership.import_subscribers(store.engine, "l", path, now=store.clock, options=ghost)
    with pytest.raises(UsageError):
        readership.import_subscribers(store.engine, "l", path, now=store.clock, options=unknown)
