"""The postbox's description of itself, and how it is opened."""

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.delivery.properties import Properties
from newsletter.delivery.provider import Provider
from newsletter.delivery.provider_kind import ProviderKind, Surroundings
from postbox.settings import PostboxSettings


@contextmanager
def open_postbox(own: PostboxSettings, around: Surroundings) -> Iterator[Provider]:
    """Open the postbox."""
    from postbox.client import Postbox

    own.insist_complete()
    token = own.postbox_token.get_secret_value()
    provider = Postbox(own.postbox_url, token, around.timeout_seconds, POSTBOX.properties)
    try:
        yield provider
    finally:
        provider.close()


POSTBOX = ProviderKind(
    name="postbox",
    properties=Properties("Postbox", most_recipients=7),
    settings=PostboxSettings,
    open_provider=open_postbox,
    secrets={"postbox_token": "POSTBOX_TOKEN"},
)
