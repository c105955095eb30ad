"""Tags, custom fields and dates of another platform come along; its bookkeeping does not."""

from typing import TYPE_CHECKING

import orjson
import pytest
from conftest import Publication
from platforms.files import EXPORTS

if TYPE_CHECKING:
    from conftest import Ran


def brought(publication: Publication, name: str) -> "Ran":
    export = EXPORTS[name]
    (publication.root / export.name).write_bytes(export.data)
    ran = publication.run("subscribers", "import", export.name, "--list", "l", "--json")
    assert ran.exit_code == 0, ran.stderr
    return ran


def reader(publication: Publication, email: str) -> dict[str, object]:
    found = orjson.loads(publication.run("subscribers", "show", email, "--json").stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("name", "email", "attributes"),
    [
        (
            "mailchimp zip",
            "mc-on@example.com",
            {"first_name": "Ann", "last_name": "On", "city": "Oslo", "tags": "VIP, Blog"},
        ),
        ("ghost", "gh-yes@example.com", {"labels": "vip,early"}),
        ("beehiiv", "be-on@example.com", {"first_name": "On", "last_name": "A", "town": "Oslo"}),
        ("kit", "k-act@example.com", {"first_name": "Act", "tags": "vip, blog"}),
        ("listmonk", "lm-on@example.com", {"city": "Oslo", "age": "41"}),
        ("buttondown", "bd-reg@example.com", {"tags": "a,b", "city": "Oslo"}),
        ("substack dashboard", "sd-on@example.com", {}),
    ],
)
def test_fields_and_tags_come_along_and_bookkeeping_does_not(
    publication: Publication, name: str, email: str, attributes: dict[str, str]
) -> None:
    brought(publication, name)
    assert reader(publication, email)["attributes"] == attributes


def test_when_they_joined_confirmed_and_left_is_kept_as_consent_with_its_column(
    publication: Publication,
) -> None:
    brought(publication, "mailchimp zip")
    on, left = (reader(publication, email) for email in ("mc-on@example.com", "mc-left@example.com"))
    assert on["lists"] == {"l": {"status": "confirmed", "since": "2018-02-12T11:00:00Z"}}
    assert on["since"] == "2018-02-12T10:54:27Z"
    steps = on["consent"]["l"]  # type: ignore[index]
    assert [(step["at"], step["kind"], step["source"], step["evidence"]) for step in steps] == [
        ("2018-02-12T10:54:27Z", "joined", "mailchimp", "OPTIN_TIME"),
        ("2018-02-12T11:00:00Z", "confirmed", "mailchimp", "CONFIRM_TIME"),
    ]
    assert left["lists"] == {"l": {"status": "unsubscribed", "since": "2018-07-23T12:19:27Z"}}
    kinds = [step["kind"] for step in left["consent"]["l"]]  # type: ignore[index]
    assert sorted(kinds) == ["confirmed", "joined", "unsubscribed"]


def test_no_network_address_is_kept(publication: Publication) -> None:
    brought(publication, "mailchimp zip")
    for path in publication.root.glob("newsletter.db*"):
        assert b"203.0.113" not in path.read_bytes()


def test_the_report_says_whose_file_it_is_and_what_was_read_and_left_out(publication: Publication) -> None:
    ran = brought(publication, "beehiiv")
    assert "The columns are those of beehiiv." in ran.stderr
    assert "Who may be mailed is read from “status”, “unsubscribed_at”." in ran.stderr
    assert "“stripe_customer_id”" in ran.stderr
    assert "disagree in 1 row" in ran.stderr
    assert ran.json["platform"] == "beehiiv"
    assert ran.json["joined_as"] == {"confirmed": 1, "pending": 1, "unsubscribed": 2}
