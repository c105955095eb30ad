"""Who may read the preview: a person on this machine, and pages of its own."""

import pytest
from starlette.datastructures import Headers

from newsletter.preview.guard import refusal

HERE = {"host": "127.0.0.1:8010"}
OURS = {**HERE, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}


@pytest.mark.parametrize(
    "headers",
    [
        HERE,  # a browser that says nothing of who asks, or curl
        {"host": "localhost"},
        {"host": "localhost:9000"},  # through a tunnel
        {"host": "[::1]:8010"},
        {**HERE, "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
        {**HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
        OURS,
        {**OURS, "origin": "http://127.0.0.1:8010"},
    ],
)
def test_a_person_and_a_page_of_ours_may_read(headers: dict[str, str]) -> None:
    assert refusal("GET", Headers(headers)) == ""


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": ""},
        {"host": "evil.example"},
        {"host": "evil.example:8010"},  # a name that was pointed at this machine
        {"host": "127.0.0.1.evil.example:8010"},
        {"host": "localhost.evil.example"},
        {"host": "evil.example@127.0.0.1:x["},
        {"host": "[::1"},
        {**OURS, "origin": "https://evil.example"},
        {**OURS, "origin": "null"},  # a sandboxed frame, a file
        {**OURS, "origin": "http://localhost:8010"},  # the same machine by another name is another origin
        {**OURS, "origin": "http://127.0.0.1:8000"},
        {**HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {**HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"},
        {**HERE, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {**HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {**HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "object"},
    ],
)
def test_another_name_of_this_machine_and_another_site_may_not(headers: dict[str, str]) -> None:
    assert refusal("GET", Headers(headers)) != ""


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8010", "http://localhost:8010", "null", None])
def test_what_changes_something_has_to_come_from_a_page_of_ours(origin: str | None) -> None:
    headers = {**HERE, **({"origin": origin} if origin else {})}
    assert (refusal("POST", Headers(headers)) == "") == (origin == "http://127.0.0.1:8010")
