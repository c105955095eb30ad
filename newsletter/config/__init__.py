"""Settings: newsletter.toml, then the environment over it. Nothing else reads either for settings."""

from newsletter.config.load import load_settings
from newsletter.config.sections import DeliverySettings
from newsletter.config.settings import Settings

__all__ = ["DeliverySettings", "Settings", "load_settings"]
