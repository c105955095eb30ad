"""The account behind a key, asked over real TLS: a proxy answers in the place of a host that is none."""

import datetime
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pace import FOREVER
from provider_samples import ENVELOPE, TAGS, columns, reader
from strict_sendgrid import StrictSendGrid

from newsletter.delivery.outcomes import Accepted, NotAccepted
from newsletter.errors import DeliveryError
from newsletter.providers.sendgrid.client import SendGridProvider, Server

HOST = "sendgrid.invalid"
Tls = ssl.SSLContext
Through = Callable[[StrictSendGrid], SendGridProvider]


def refused(words: str) -> AbstractContextManager[pytest.ExceptionInfo[DeliveryError]]:
    return pytest.raises(DeliveryError, match=words)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key for HOST, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    year = datetime.timedelta(days=365)
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - year)
        .not_valid_after(today + year)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def tls(certificate: Path) -> Tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Iterator[Through]:
    """Make a provider for HOST that reaches it through a server on this machine."""
    made: list[SendGridProvider] = []

    def make(server: StrictSendGrid) -> SendGridProvider:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        provider = SendGridProvider(
            Server(api_key="SG.key", host=f"https://{HOST}", timeout_seconds=FOREVER, threads=2),
            identity="test",
        )
        made.append(provider)
        return provider

    yield make
    for provider in made:
        provider.close()


@pytest.mark.usefixtures("trusted")
class TestWithATrustedCertificate:
    def test_a_key_that_may_send_passes(self, tls: Tls, through: Through) -> None:
        with StrictSendGrid(tls=tls) as server:
            through(server).check_account()
        assert server.headers[-1]["authorization"] == "Bearer SG.key"

    def test_a_key_without_mail_send_is_told_what_it_lacks(self, tls: Tls, through: Through) -> None:
        with StrictSendGrid(tls=tls, scopes=["stats.read"]) as server, refused("lacks the scope mail.send"):
            through(server).check_account()

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_wrong_key_is_said_to_be_wrong(self, tls: Tls, through: Through, status: int) -> None:
        with StrictSendGrid(tls=tls, status=status) as server, refused("does not know the API key") as caught:
            through(server).check_account()
        assert "SENDGRID_API_KEY" in caught.value.hint
        assert "SG.key" not in str(caught.value)

    @pytest.mark.parametrize("status", [500, 302, 429])
    def test_no_clear_answer_is_not_taken_for_a_yes(self, tls: Tls, through: Through, status: int) -> None:
        with StrictSendGrid(tls=tls, status=status) as server, refused(str(status)):
            through(server).check_account()

    def test_requests_go_over_tls_on_one_connection(self, tls: Tls, through: Through) -> None:
        with StrictSendGrid(tls=tls) as server:
            provider = through(server)
            for n in range(3):
                request = provider.prepare(ENVELOPE, TAGS)(columns([reader(n)]), batch="1", attempt=f"a{n}")
                large = b" " * 1_000_000 + request  # of many records
                assert isinstance(provider.post(large, pytest.fail), Accepted)
        assert (server.posts, server.connections) == (3, 1)
        assert server.problems == []


def test_a_certificate_nobody_vouches_for_gets_neither_key_nor_mail(tls: Tls, through: Through) -> None:
    with StrictSendGrid(tls=tls) as server:
        provider = through(server)
        request = provider.prepare(ENVELOPE, TAGS)(columns([reader(1)]), batch="1", attempt="a")
        outcome = provider.post(request, pytest.fail)
    assert isinstance(outcome, NotAccepted)
    assert "certificate" in outcome.reason
    assert (server.posts, server.headers) == (0, [])
