"""What the office is told by its environment, typed. Read on the top floor only; below, values are handed in.

Every field is an environment variable with the prefix ``MOTCUA_`` (``MOTCUA_PUBLIC_URL``). Every field may
instead be given as a file with the suffix ``_FILE`` (``MOTCUA_SECRET_KEY_FILE=/run/secrets/secret_key``): the
way secrets reach a container. Giving both is refused, because nobody could say which of the two is meant.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "MOTCUA_"
SHORTEST_SECRET = 32
# Words people leave standing from a sample file. A password that is one of these is no password.
SAMPLE_SECRETS = frozenset(
    {"", "motcua", "postgres", "password", "secret", "changeme", "change-me", "minioadmin", "admin"}
)


class SettingsRefused(Exception):
    """The environment is incomplete or unsafe. `complaints` are sentences, one for each thing to mend."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


class FromFiles(PydanticBaseSettingsSource):
    """`MOTCUA_<FIELD>_FILE` names a file whose text, without the last line break, is the value."""

    def __init__(self, settings_class: type[BaseSettings], environment: Mapping[str, str]) -> None:
        super().__init__(settings_class)
        self.environment = environment

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        plain = PREFIX + field_name.upper()
        path = self.environment.get(f"{plain}_FILE")
        if not path:
            return None, field_name, False
        if self.environment.get(plain):
            raise SettingsRefused([f"{plain} and {plain}_FILE are both set; keep one of them."])
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except OSError as error:
            complaint = f"{plain}_FILE names {path}, which cannot be read: {error.strerror}."
            raise SettingsRefused([complaint]) from error

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """The whole configuration of one installation. Frozen; `check()` says in words what is unsafe."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    # The database. Two roles: the app cannot change the schema nor step around row-level security.
    database_url: str = Field(default="", repr=False)           # postgresql://motcua_app:…@host:port/motcua
    owner_database_url: str = Field(default="", repr=False)     # postgresql://motcua_owner:… ; for `migrate`
    database_pooler: bool = False                               # PgBouncer in transaction mode stands in front
    queue_database_url: str = Field(default="", repr=False)     # the worker's own line past the pooler, for LISTEN
    replica_database_url: str = Field(default="", repr=False)   # a streaming replica, for boards, reports and tracking
    replica_most_lag: float = Field(default=5.0, gt=0)          # seconds; a later one is not asked
    pool_least: int = Field(default=2, ge=0)                    # connections kept open by each process
    pool_most: int = Field(default=10, ge=1)

    # Objects: folder:///var/lib/motcua/objects  or  s3://host:port/bucket?secure=1&region=us-east-1
    store_url: str = Field(default="", repr=False)
    store_access_key: str = ""
    store_secret_key: SecretStr = SecretStr("")

    # The web
    secret_key: SecretStr = SecretStr("")                       # signs cookies, CSRF marks; 32 characters +
    public_url: str = "http://127.0.0.1:8000"                   # as people type it; QR codes carry it
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    metrics_host: str = "127.0.0.1"                             # private: never behind the public proxy
    metrics_port: int = Field(default=9100, ge=0, le=65535)     # 0 = no metrics
    worker_metrics_port: int = Field(default=9101, ge=0, le=65535)
    trusted_proxies: str = "127.0.0.1"                          # whose X-Forwarded-* is believed
    web_processes: int = Field(default=1, ge=1)

    # Outside systems; an empty address means "not connected", and the pages say so.
    smtp_url: str = Field(default="", repr=False)               # smtp://user:password@host:587 (STARTTLS), smtps://…:465
    mail_from: str = "khong-tra-loi@motcua.invalid"
    sms_url: str = ""
    sms_secret: SecretStr = SecretStr("")
    payment_url: str = ""
    payment_secret: SecretStr = SecretStr("")
    post_url: str = ""
    post_secret: SecretStr = SecretStr("")
    population_url: str = ""
    population_secret: SecretStr = SecretStr("")

    # Citizens' sign-in (VNeID over OpenID Connect)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_redirect_url: str = ""                                 # empty = public_url + /sign-in/back

    # Signing
    tsa_url: str = ""
    trust_roots: Path | None = None                             # PEM file with the roots we accept
    keys_folder: Path | None = None                             # keys and certificates of offices, officers
    signature_maker: Literal["template", "stock"] = "template"  # stock: pyHanko alone, many times slower (decision 0063)

    # The office
    workflows_folder: Path = Path("workflows")
    province: str = "H99"                                       # the code that dossier codes begin with
    language: Literal["vi", "en"] = "vi"

    # How it runs
    demo: bool = False
    second_factor: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values handed in win, then the environment, then the files it names. No .env file is looked for."""
        return init_settings, env_settings, FromFiles(settings_cls, os.environ)

    @property
    def oidc_redirect(self) -> str:
        """Where the identity provider sends the citizen back to."""
        return self.oidc_redirect_url or self.public_url.rstrip("/") + "/sign-in/back"

    @property
    def store_address(self) -> str:
        """`store_url` with the two keys written into it, as `storage.open_store` reads it. A secret: not for logs."""
        parts = urlsplit(self.store_url)
        if parts.scheme != "s3" or not self.store_access_key:
            return self.store_url
        keys = f"{quote(self.store_access_key, safe='')}:{quote(_plain(self.store_secret_key), safe='')}"
        return parts._replace(netloc=f"{keys}@{parts.netloc.rpartition('@')[2]}").geturl()

    def check(self) -> list[str]:
        """What must be mended before this may serve people, as whole sentences; empty when nothing.

        Missing necessities count everywhere. What is merely unsafe is allowed in the demo and nowhere else.
        """
        complaints = self._missing()
        if not self.demo:
            complaints += self._unsafe()
        return complaints

    def _missing(self) -> list[str]:
        complaints = [
            f"{PREFIX}{name.upper()} is not set: {meaning}."
            for name, meaning in (
                ("database_url", "the address of PostgreSQL for the role motcua_app"),
                ("store_url", "where files are kept, folder:///… or s3://…"),
                ("secret_key", f"at least {SHORTEST_SECRET} random characters (openssl rand -base64 48)"),
            )
            if not _plain(getattr(self, name))
        ]
        if self.database_pooler and not self.queue_database_url:
            complaints.append(
                f"{PREFIX}QUEUE_DATABASE_URL is not set: behind a pooler the worker needs a line of its own to PostgreSQL."
            )
        if self.replica_database_url and _user(self.replica_database_url) != _user(self.database_url):
            complaints.append(
                f"{PREFIX}REPLICA_DATABASE_URL must use the role of {PREFIX}DATABASE_URL: whose rows it sees depends on it."
            )
        if self.store_url and urlsplit(self.store_url).scheme not in ("folder", "s3"):
            complaints.append(f"{PREFIX}STORE_URL must begin with folder:/// or s3://.")
        if not self.workflows_folder.is_dir():
            complaints.append(f"{PREFIX}WORKFLOWS_FOLDER: there is no folder {self.workflows_folder}.")
        return complaints

    def _unsafe(self) -> list[str]:
        complaints = []
        if _plain(self.secret_key) and len(_plain(self.secret_key)) < SHORTEST_SECRET:
            complaints.append(f"{PREFIX}SECRET_KEY is shorter than {SHORTEST_SECRET} characters.")
        if not self.second_factor:
            complaints.append(f"{PREFIX}SECOND_FACTOR is off; officers may work without it only in the demo.")
        return complaints + self._sample_secrets() + self._open_addresses()

    def _sample_secrets(self) -> list[str]:
        complaints = []
        for name in ("database_url", "owner_database_url", "queue_database_url", "replica_database_url"):
            parts = urlsplit(getattr(self, name))
            if parts.hostname and (parts.password or "").lower() in SAMPLE_SECRETS:
                complaints.append(f"{PREFIX}{name.upper()} has no password or a sample one.")
        if self.database_url and _user(self.database_url) in ("postgres", _user(self.owner_database_url)):
            complaints.append(f"{PREFIX}DATABASE_URL must use a role of its own, not the owner.")
        in_url = SecretStr(urlsplit(self.store_url).password or "")
        store_secret = self.store_secret_key if self.store_access_key else in_url
        guarded = [("STORE_SECRET_KEY", self.store_url.startswith("s3:"), store_secret)]
        for name in ("sms", "payment", "post", "population"):
            connected = bool(getattr(self, f"{name}_url"))
            guarded.append((f"{name.upper()}_SECRET", connected, getattr(self, f"{name}_secret")))
        return complaints + [
            f"{PREFIX}{name} is empty or a sample one, but the system it opens is connected."
            for name, connected, secret in guarded
            if connected and _plain(secret).lower() in SAMPLE_SECRETS
        ]

    def _open_addresses(self) -> list[str]:
        return [
            f"{PREFIX}{name.upper()} must begin with https:// (it is {getattr(self, name)})."
            for name in ("public_url", "oidc_issuer")
            if getattr(self, name) and urlsplit(getattr(self, name)).scheme != "https"
        ]


def load(**given: Any) -> Settings:
    """The settings from the environment, `given` on top. Raises SettingsRefused on a nonsensical value."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsRefused(
            [f"{PREFIX}{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}." for one in error.errors()]
        ) from None


def load_checked(**given: Any) -> Settings:
    """As `load`, and refuses when `check()` complains: what every serving process begins with."""
    settings = load(**given)
    if complaints := settings.check():
        raise SettingsRefused(complaints)
    return settings


def _plain(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _user(url: str) -> str:
    return urlsplit(url).username or ""
