"""Pages that links lead to: what their servers answer, who is never asked, and how long it may take."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import BRIEF, Publication
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from online.pages_server import Pages, pages_server
from pace import stretched

from newsletter import Newsletter
from newsletter.checks import PageAnswer
from newsletter.online.guard import is_public
from newsletter.online.page import Network, ask_page
from newsletter.online.pages import ask_pages

NAMES = {
    "pages.example.net": ["127.0.0.1"],
    "second.example.net": ["127.0.0.1"],
    "inside.example.net": ["10.0.0.5"],
    "half-inside.example.net": ["127.0.0.1", "169.254.169.254"],
    "münchen.example": ["127.0.0.1"],
    "10.0.0.5": ["10.0.0.5"],
}


def _find(host: str, port: int) -> list[str]:
    name = host.encode().decode("idna")
    if name not in NAMES:
        raise OSError("no such name")
    return NAMES[name]


@pytest.fixture(scope="module")
def server() -> Iterator[Pages]:
    """A server of pages, for all tests."""
    with pages_server() as running:
        yield running


@pytest.fixture
def network() -> Network:
    """A network in which this machine's address is as good as a public one."""
    return Network("newsletter (a test)", _find, lambda address: address == "127.0.0.1" or is_public(address))


def _url(server: Pages, path: str, host: str = "pages.example.net") -> str:
    return f"http://{host}:{server.port}{path}"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/here", PageAnswer(200)),
        ("/gone", PageAnswer(404)),
        ("/down", PageAnswer(503)),
        ("/people-only", PageAnswer(403)),
        ("/for-now", PageAnswer(200)),
        ("/both", PageAnswer(200)),
        ("/get-only", PageAnswer(200)),
        ("/no-head", PageAnswer(200)),
        ("/endless", PageAnswer(200)),
        ("/a b/ü?q=ä b", PageAnswer(200)),
        ("/round", PageAnswer(0, problem="it sends on more than 5 times")),
    ],
)
def test_a_page_is_asked_for_without_being_read(
    server: Pages, network: Network, path: str, answer: PageAnswer
) -> None:
    assert ask_page(network, _url(server, path)) == answer


def test_a_page_that_moved_for_good_is_told_with_its_new_place(server: Pages, network: Network) -> None:
    assert ask_page(network, _url(server, "/moved")) == PageAnswer(200, moved_to=_url(server, "/here"))


def test_a_new_place_is_written_without_what_would_change_a_terminal(server: Pages, network: Network) -> None:
    answer = ask_page(network, _url(server, "/colours"))
    assert answer == PageAnswer(200, moved_to=_url(server, "/here?%1B[31m%C3%BC"))


def test_head_is_tried_first_and_get_only_where_that_is_not_answered_well(
    server: Pages, network: Network
) -> None:
    for path, methods in (("/once", ["HEAD"]), ("/gone?again", ["HEAD"]), ("/get-only?x", ["HEAD"])):
        ask_page(network, _url(server, path))
        assert server.methods(path) == methods
    before = server.methods("/get-only")
    ask_page(network, _url(server, "/get-only"))
    assert server.methods("/get-only")[len(before) :] == ["HEAD", "GET"]


def test_a_server_learns_who_asks_and_for_which_name(server: Pages, network: Network) -> None:
    ask_page(network, _url(server, "/who", "münchen.example"))
    asked = next(request for request in server.asked if request[1] == "/who")
    assert asked == ("HEAD", "/who", f"xn--mnchen-3ya.example:{server.port}", "newsletter (a test)")


@pytest.mark.parametrize(
    ("host", "path", "why"),
    [
        ("inside.example.net", "/here", "its server is 10.0.0.5"),
        ("half-inside.example.net", "/here", "its server is 169.254.169.254"),
        ("10.0.0.5", "/here", "its server is 10.0.0.5"),
        ("nowhere.example.net", "/here", "there is no server of that name"),
        ("pages.example.net", "/inside", "and its server is 10.0.0.5"),
        ("pages.example.net", "/file", "and that is no page"),
        ("pages.example.net", "/no-address", "it sends on to an address that cannot be read"),
        ("pages.example.net", "/odd-name", "and that address cannot be read"),
    ],
)
def test_nobody_in_a_networks_inside_is_asked_not_even_when_a_page_sends_on_there(
    server: Pages, network: Network, host: str, path: str, why: str
) -> None:
    asked = len(server.asked)
    inside = Network(
        network.agent, lambda name, port: [name] if name[0].isdigit() else _find(name, port), network.allows
    )
    answer = ask_page(inside, _url(server, path, host))
    assert why in answer.problem
    assert len(server.asked) == asked + (path != "/here")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((address, True) for address in ("1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:1.1.1.1")),
        *((address, False) for address in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "0.1.2.3")),
        *((address, False) for address in ("169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1")),
        *((address, False) for address in ("::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1")),
        *((address, False) for address in ("::ffff:10.0.0.5", "64:ff9b::a00:5", "2002:a00:5::1")),
    ],
)  # fmt: skip
def test_an_address_that_only_an_inside_knows_is_not_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_server_that_refuses_the_connection_is_named_as_such(server: Pages, network: Network) -> None:
    with pages_server() as gone:
        port = gone.port
    assert "refuses" in ask_page(network, f"http://pages.example.net:{port}/").problem


@pytest.mark.parametrize("path", ["/silent", "/drip"])
def test_a_server_that_never_comes_to_an_end_is_given_up(server: Pages, network: Network, path: str) -> None:
    began = time.monotonic()
    answer = ask_page(network, _url(server, path), 0.3)
    assert "did not answer" in answer.problem
    assert time.monotonic() - began < stretched(3)


def test_all_pages_together_take_no_longer_than_they_may_and_the_others_are_left_out(
    server: Pages, network: Network
) -> None:
    urls = [_url(server, "/here"), _url(server, "/silent"), _url(server, "/silent?2", "second.example.net")]
    began = time.monotonic()
    answers = ask_pages(network, urls, seconds=0.5)
    assert time.monotonic() - began < stretched(3)
    assert answers[urls[0]] == PageAnswer(200)


def test_servers_are_asked_at_the_same_time_but_each_for_one_page_at_a_time(network: Network) -> None:
    steps: list[tuple[str, int, int]] = []
    hosts = ("pages.example.net", "second.example.net")
    with pages_server() as fresh:
        urls = [_url(fresh, f"/together?{number}", host) for number in range(4) for host in hosts]
        answers = ask_pages(network, urls, progress=lambda *step: steps.append(step))
        assert set(answers) == set(urls)
        assert fresh.most == len(hosts)
    assert steps[0] == ("asking", 0, 8)
    assert steps[-1] == ("asking", 8, 8)


def test_what_was_answered_is_told_by_the_line_of_the_link(
    publication: Publication, server: Pages, network: Network
) -> None:
    links = {
        "/gone": "link-unreachable",
        "/moved": "link-moved",
        "/people-only": "link-unproven",
        "/here": "",
    }
    text = "".join(f"\n\nRead [about {path[1:]}]({_url(server, path)})." for path in links)
    publication.brief(
        "first", BRIEF.replace("(https://www.bipm.org/en/metre-convention)", "(mailto:a@b.org)") + text
    )
    publication.settings(extra='\n[checks]\nignore = ["link-plain-http"]\n')
    with Newsletter.open(publication.root / "newsletter.toml") as letter:
        letter._wiring.network = network
        assert letter.linked_pages("first") == tuple(_url(server, path) for path in links)
        said = {finding.line: finding.code for finding in letter.check("first", online=True)}
        assert letter.check("first") == ()
    first = BRIEF.count("\n") + 2
    assert said == {first + 2 * at + 1: code for at, code in enumerate(links.values()) if code}


def test_a_certificate_that_does_not_hold_is_told(network: Network, tmp_path: Path) -> None:
    with pages_server(_self_signed(tmp_path)) as secured:
        answer = ask_page(network, f"https://pages.example.net:{secured.port}/here")
    assert answer.problem.startswith("its certificate does not hold: self")


def _self_signed(folder: Path) -> ssl.SSLContext:
    """Return what a server needs for TLS under a certificate that only it vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pages.example.net")])
    began = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, began, began + timedelta(days=9))
    pem = serialization.Encoding.PEM
    (folder / "both.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


def test_the_command_says_first_which_servers_it_will_ask(publication: Publication) -> None:
    host = f"{'a' * 64}.example.net"  # longer than any name: no server is asked for it
    publication.brief("first", BRIEF.replace("www.bipm.org", host))
    ran = publication.run("check", "first", "--online")
    assert f"Asking for 1 page of 1 server, up to 45 s: {host}" in ran.stderr
    assert "warning link-unreachable: The page of the link “The metre convention”" in ran.stdout
    assert "there is no server of that name" in ran.stdout
    assert "Asking" not in publication.run("check", "first").stderr
