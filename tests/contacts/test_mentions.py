"""An address is found in a text however it is written, and no other one with it."""

import html
import json
import quopri
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.contacts.mentions import ERASED, pattern, without

ANN = "ann.o'hara+news@bücher.example"


@pytest.mark.parametrize(
    "written",
    [
        "ann.o'hara+news@bücher.example",
        "ANN.O'Hara+News@BÜCHER.Example",
        "ann.o'hara+news@xn--bcher-kva.example",
        "Ann.O'Hara+News@XN--Bcher-KVA.example",
        "ann.o'hara+news@bu\u0308cher.example",
        quote("ann.o'hara+news@bücher.example"),
        quote("ann.o'hara+news@bücher.example", safe="").lower(),
        quote(quote("ann.o'hara+news@bücher.example")),
        "".join(f"%{byte:02X}" for byte in "ann.o'hara+news@bücher.example".encode()),
        html.escape("ann.o'hara+news@bücher.example"),
        "ann.o&#39;hara&#43;news&#64;b&#252;cher.example",
        "ann.o&#x27;hara+news&commat;b&#xFC;cher.example",
        json.dumps("ann.o'hara+news@bücher.example").strip('"'),
        json.dumps("ann.o'hara+news@bücher.example").strip('"').replace("@", "\\u0040"),
        quopri.encodestring(b"ann.o'hara+news@xn--bcher-kva.example", quotetabs=True).decode(),
        "ann.o'hara+news=40xn--bcher-kva.example",
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "550 <{}>: unknown.",
        "user={}&x",
        "mailto:{},",
        "%3C{}%3E",
        "“{}”",
        "'{}'",
        "\\u003c{}\\u003e",
        "`{}`",
    ],
)
def test_an_address_is_found_however_it_is_written(written: str, around: str) -> None:
    assert without(around.format(written), pattern(ANN)) == around.format(ERASED)


@pytest.mark.parametrize(
    "other",
    [
        "joann@example.com",
        "jo.ann@example.com",
        "jo-ann@example.com",
        "jo+ann@example.com",
        "o'ann@example.com",
        "ann@example.com.au",
        "ann@example.community",
        "ann@example.com-mail.org",
        "ann+news@example.com",
        "ann@mail.example.com",
        "an%6E@example.org",
    ],
)
def test_another_address_that_holds_this_one_stays(other: str) -> None:
    assert without(f"550 <{other}> is unknown", pattern("ann@example.com")) == f"550 <{other}> is unknown"


def test_the_bounce_address_that_names_a_reader_is_found() -> None:
    answer = "550 bounces+123-ab-ann=example.com@mail.example.org refused"
    assert "ann" not in without(answer, pattern("ann@example.com"))


_LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+_-'äéß", min_size=1, max_size=20)


@pytest.mark.slow
@given(_LOCAL, st.sampled_from(["example.com", "bücher.example", "sub.domain.test"]), st.text(), st.text())
def test_no_mention_survives_whatever_is_around_it(local: str, domain: str, before: str, after: str) -> None:
    address = f"{local}@{domain}"
    text = (
        f"{before} {address} {after} <{address.upper()}>" if address.upper().lower() == address else address
    )
    assert f" {address} " not in without(text, pattern(address))
