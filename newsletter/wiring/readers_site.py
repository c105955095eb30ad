"""Whether the readers' site answers for unsubscribing, asked as a reader would."""

from newsletter.errors import SettingsError
from newsletter.urls import is_loopback


def problem(site: str, key: bytes) -> str:
    """Return why readers' links to ``site``, signed with ``key``, lead nowhere; nothing when they do."""
    import ssl

    from newsletter.contacts.links import Signer
    from newsletter.http import httpx

    # Plain HTTP looks at no certificate, and reading all that are trusted takes longer than the answer.
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if site.startswith("http://") else True
    url = f"{site}/u/{Signer(key, 0)(0).unsubscribe}"
    try:
        answer = httpx.get(url, timeout=10, verify=trusted, trust_env=not is_loopback(url))
    except httpx.HTTPError as error:
        return str(error) or type(error).__name__
    return "" if answer.status_code == httpx.codes.OK else f"HTTP {answer.status_code}"


def insist_it_answers(site: str, key: bytes) -> None:
    """Insist on an unsubscribe page: nobody is mailed who could not leave. Raises SettingsError."""
    reason = problem(site, key)
    if reason:
        raise SettingsError(
            f"[publication] site_url does not answer for unsubscribing: {site} ({reason}).",
            hint="Readers unsubscribe there; start the site, then send.",
        )
