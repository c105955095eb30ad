"""Where the readers' site takes what providers report, and the keys that prove it."""

from newsletter.config import Settings
from newsletter.delivery.provider_kind import ProviderKind
from newsletter.delivery.webhook import Endpoint, Reports
from newsletter.registry import kinds
from newsletter.sandbox import kind as sandbox


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    """Return the chosen provider's endpoint, and those of any other whose keys are set.

    So what the one before it still reports, for days after its last mail, is not lost. Raises SettingsError
    for a key that is none.
    """
    chosen = settings.provider_kind.reports
    keys: dict[Reports, list[str]] = {chosen: []} if chosen else {}
    for kind in kinds():
        own = _keys(settings, kind)
        if kind.reports and own:
            keys.setdefault(kind.reports, []).extend(own)
    return tuple(
        Endpoint(reports, reports.webhook(tuple(dict.fromkeys(own))) if own else None)
        for reports, own in keys.items()
    )


def _keys(settings: Settings, kind: ProviderKind) -> tuple[str, ...]:
    """Return what proves a provider's reports.

    The local SendGrid's own key counts where mail stays here and the chosen provider reports in the same way.
    """
    keys = settings.settings_of(kind).report_keys
    has_own = kind.name == sandbox.NAME and kind.reports == settings.provider_kind.reports
    if not has_own or not settings.stays_here:
        return keys
    from newsletter.sandbox.behaviour.keys import public_key

    return (*keys, public_key(sandbox.sandbox_file(settings.state_folder)))
