"""All settings of a publication, and what follows from them."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from newsletter.config.editors import editor_address
from newsletter.config.sections import (
    ApprovalSettings,
    CheckSettings,
    DatabaseSettings,
    DeliverySettings,
    LabelSettings,
    PreviewSettings,
    PublicationSettings,
    WarmUpSettings,
    delivery_of,
)
from newsletter.delivery.provider_kind import OwnSettings, ProviderKind
from newsletter.registry import kind_named


class Settings(BaseModel):
    """All settings, frozen. ``root`` is newsletter.toml's (``file``'s) folder, where relative paths start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    publication: PublicationSettings = Field(default_factory=PublicationSettings)
    labels: LabelSettings = Field(default_factory=LabelSettings)
    checks: CheckSettings = Field(default_factory=CheckSettings)
    preview: PreviewSettings = Field(default_factory=PreviewSettings)
    delivery: DeliverySettings = Field(default_factory=lambda: delivery_of({}))
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    warm_up: WarmUpSettings = Field(default_factory=WarmUpSettings)
    approval: ApprovalSettings = Field(default_factory=ApprovalSettings)
    root: Path = Path()
    file: Path | None = None
    provider_secrets: dict[str, SecretStr] = {}
    secret_key: SecretStr = SecretStr("")
    secret_keys_old: SecretStr = SecretStr("")
    approval_key: SecretStr = SecretStr("")

    @field_validator("delivery", mode="before")
    @classmethod
    def _with_every_provider(cls, values: object) -> object:
        return delivery_of(values) if isinstance(values, dict) else values

    @property
    def provider_kind(self) -> ProviderKind:
        """Return the description of the provider that is chosen."""
        return kind_named(self.delivery.provider)

    @property
    def provider_settings(self) -> OwnSettings:
        """Return the chosen provider's own settings."""
        return self.settings_of(self.provider_kind)

    def settings_of(self, kind: ProviderKind) -> OwnSettings:
        """Return a provider's own settings, whether it is the chosen one or not."""
        model = kind.settings
        given = {**self.delivery.model_dump(), **self.provider_secrets}
        return model.model_validate({key: given[key] for key in model.model_fields if key in given})

    @property
    def batch_size(self) -> int:
        """Return how many readers a request is for: as set, and as the provider takes."""
        return min(self.delivery.batch_size, self.provider_kind.properties.most_recipients)

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine."""
        return self.provider_settings.stays_here

    @property
    def provider_identity(self) -> str:
        """Name whose acceptance the ledger records; one provider's never counts for another."""
        return self.provider_settings.identity

    def editor_address(self, path: Path, line: int | None) -> str:
        """Return the address that opens a file at a line in the person's editor; "" if none is to."""
        return editor_address(self.preview.editor, path, line)

    @property
    def site_url(self) -> str:
        """Return the readers' site, or where it would be on this machine."""
        return self.publication.site_url or "http://localhost:8000"

    @property
    def database_url(self) -> str:
        """Return the database's URL with a relative SQLite path made absolute."""
        path = self.sqlite_path
        query = self.database.url.partition("?")[2]
        return f"sqlite:///{path}{'?' if query else ''}{query}" if path else self.database.url

    @property
    def sqlite_path(self) -> Path | None:
        """Return the SQLite file, or None when the database is another."""
        scheme, _, rest = self.database.url.partition("?")[0].partition("://")
        if scheme.split("+")[0] != "sqlite":
            return None
        return self.root / (rest.removeprefix("/") or "newsletter.db")

    @property
    def state_folder(self) -> Path:
        """Return the folder for what lies next to the database: key, lock, the local SendGrid's file."""
        return self.sqlite_path.parent if self.sqlite_path else self.root
