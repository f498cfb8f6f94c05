"""Settings: the only reader of the environment.

Each group's fields are named by `<GROUP>_<FIELD>`: `DATABASE_URL` is `settings.database.url`.
The groups are in config_infrastructure and config_features; everybody imports them from here.
`docs/settings.md` is generated from their docstrings.
"""

from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from services.kernel.config_features import (
    AuthSettings,
    LinkedinSettings,
    MailboxSettings,
    MailSettings,
    RetentionSettings,
    SmsSettings,
)
from services.kernel.config_group import Group, Key
from services.kernel.config_infrastructure import (
    BrokerSettings,
    CryptoSettings,
    DatabaseSettings,
    EdgeSettings,
    EgressSettings,
    InergizeSettings,
    LogSettings,
    MeshSettings,
    RedisSettings,
    S3Settings,
    ServerSettings,
    TimeseriesSettings,
)

__all__ = [
    "AuthSettings",
    "BrokerSettings",
    "CryptoSettings",
    "DatabaseSettings",
    "EdgeSettings",
    "EgressSettings",
    "Group",
    "InergizeSettings",
    "Key",
    "LinkedinSettings",
    "LogSettings",
    "MailSettings",
    "MailboxSettings",
    "MeshSettings",
    "RedisSettings",
    "RetentionSettings",
    "S3Settings",
    "ServerSettings",
    "Settings",
    "SmsSettings",
    "TimeseriesSettings",
    "settings",
]


class _Variables(EnvSettingsSource):
    """The environment. A group's bare name is somebody else's variable, never a setting.

    Every login shell sets MAIL to the path of its user's mailbox.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """See the base class."""
        value, key, is_complex = super().get_field_value(field, field_name)
        is_group = isinstance(field.default, Group)
        return None if is_group else value, key, is_complex

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """The value of its JSON; what is none stays as it is, and is refused by its full name."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class Settings(BaseSettings):
    """Everything that can be set from outside. A variable that is empty counts as not set."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What code gives, then the environment; nothing is read from files."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, _Variables(settings_cls)

    registration: Literal["open", "invitation", "closed"] = "open"
    """Who may register: anyone, holders of an invitation, or nobody."""
    inergize: InergizeSettings = InergizeSettings()
    database: DatabaseSettings = DatabaseSettings()
    timeseries: TimeseriesSettings = TimeseriesSettings()
    redis: RedisSettings = RedisSettings()
    broker: BrokerSettings = BrokerSettings()
    s3: S3Settings = S3Settings()
    mail: MailSettings = MailSettings()
    mailbox: MailboxSettings = MailboxSettings()
    linkedin: LinkedinSettings = LinkedinSettings()
    retention: RetentionSettings = RetentionSettings()
    mesh: MeshSettings = MeshSettings()
    crypto: CryptoSettings = CryptoSettings()
    server: ServerSettings = ServerSettings()
    edge: EdgeSettings = EdgeSettings()
    auth: AuthSettings = AuthSettings()
    sms: SmsSettings = SmsSettings()
    egress: EgressSettings = EgressSettings()
    log: LogSettings = LogSettings()

    @model_validator(mode="after")
    def _no_trusted_networks_in_production(self) -> Self:
        if self.inergize.env == "production" and self.egress.trusted_networks:
            raise ValueError("production refuses EGRESS_TRUSTED_NETWORKS")
        return self


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Raises pydantic.ValidationError naming the field."""
    return Settings()
