"""Settings: what the operator says through ``HABEAS_*`` variables, checked before anything opens.

Rules kept here:
- Only this module reads the environment. Everyone else is handed plain values.
- Demo mode needs no variable at all and stays on this machine: its issuer is a loopback address.
  Production must name its issuer, its three stores, its root key and its mail.
- A secret may come from a file: ``HABEAS_SMTP_URL_FILE=/run/secrets/smtp``.
- Every problem is reported at once, by variable and never by value: a URL may hold a password.
- A name nobody knows is a problem too: a misspelt ``HABEAS_DATABASE_URL`` must not mean "SQLite".

Use::

    settings = load()           # OperatorMustAct names every problem
    settings.issuer             # 'https://vault.example'
"""

import os
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from vault.errors import OperatorMustAct

PREFIX = "HABEAS_"
DEMO_ROOT_KEY = "demo-root.key"
"""The root key a demo makes for itself. Production knows it by this name and refuses it."""

_FOR_TESTS = "HABEAS_TEST_"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_STORES = ("database_url", "keys_url", "lock_url")
_SECRETS = (*_STORES, "smtp_url")
_NAMED_IN_PRODUCTION = ("issuer", *_STORES, "root_key", "smtp_url")


class SecretFiles(PydanticBaseSettingsSource):
    """Reads ``HABEAS_<SECRET>_FILE``; ``load`` has already reported a file that cannot be read."""

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 - the name says enough
        field_name: str,
    ) -> tuple[str | None, str, bool]:
        """The file's text without its last line end, or nothing when no file is named."""
        named = os.environ.get(variable(field_name, file=True), "")
        if field_name not in _SECRETS or not os.access(named, os.R_OK):
            return None, field_name, False
        return Path(named).read_text(encoding="utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, object]:
        """Every secret that a file gives."""
        found = {name: self.get_field_value(FieldInfo(), name)[0] for name in _SECRETS}
        return {name: text for name, text in found.items() if text}


class Settings(BaseSettings):
    """Everything the operator decides, checked and complete; frozen.

    ``mode`` comes first: the checks of the others depend on it.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    mode: Literal["demo", "production"] = "demo"
    issuer: str = "http://localhost:8000"
    """Scheme, host and port only: the ``iss`` of tokens and the base of every address we print."""
    data_dir: Path = Path("data")
    database_url: str = Field(default="", repr=False)
    keys_url: str = Field(default="", repr=False)
    lock_url: str = Field(default="", repr=False)
    root_key: Path = Path()
    """The file that holds the root key, readable by nobody else."""
    time_zone: str = "UTC"
    """IANA name; for people who chose no zone of their own."""
    country: str = "DE"
    """ISO 3166 alpha-2: how a telephone number without a country is read, whose holidays count."""
    worker: Literal["on", "off"] = "on"
    """Whether this process also does the worker's chores; ``habeas worker`` does them alone."""
    webhook_networks: str = ""
    """Networks inside the operator's own that companies' web hooks may be in, with commas between:
    ``10.20.0.0/16,fd00:20::/32``. Every other private address is refused."""
    smtp_url: str = Field(default="", repr=False)
    """``smtps://name:password@host:465``; empty (demo only) prints sign-in codes to the console."""
    mail_from: str = ""
    """The sender of letters; ``vault@`` and the issuer's host unless named."""
    operator_name: str = ""
    """Who runs this vault, and where to reach them: shown on the help page."""
    operator_contact: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no file is needed, so none is read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours names its files
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then the files it names for secrets."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @field_validator("issuer")
    @classmethod
    def _is_an_origin(cls, issuer: str, info: ValidationInfo) -> str:
        parts = urlsplit(issuer)
        if not parts.hostname or parts.scheme not in {"http", "https"}:
            raise ValueError("is not an address such as https://vault.example")
        if f"{parts.scheme}://{parts.netloc}" != issuer or parts.username:
            raise ValueError("must be scheme, host and port only, without a slash at the end")
        in_demo = info.data.get("mode") == "demo"
        if in_demo and parts.hostname not in _LOOPBACK:
            raise ValueError(
                "must be a loopback address in demo mode, such as http://localhost:8000"
            )
        if not in_demo and parts.scheme != "https":
            raise ValueError("must begin with https:// in production")
        return issuer

    @field_validator(*_STORES)
    @classmethod
    def _is_a_store(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return url

    @field_validator("root_key")
    @classmethod
    def _is_no_demo_key(cls, path: Path, info: ValidationInfo) -> Path:
        if info.data.get("mode") == "production" and path.name == DEMO_ROOT_KEY:
            raise ValueError(
                "is a demo's; name another path, and `habeas migrate` makes a key there"
            )
        return path

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError) as unknown:
            raise ValueError("is not a time zone such as Europe/Berlin") from unknown

    @field_validator("country")
    @classmethod
    def _is_a_country(cls, code: str) -> str:
        if code not in SUPPORTED_REGIONS:
            raise ValueError("is not a country code such as DE")
        return code

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        try:
            _networks(text)
        except ValueError:
            raise ValueError("must be networks such as 10.20.0.0/16, with commas between") from None
        return text

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("must begin with smtps:// or smtp:// and name a host")
        return url

    @model_validator(mode="after")
    def _stores_differ(self) -> Self:
        named = [url for name in _STORES if (url := cast("str", getattr(self, name)))]
        if len(set(named)) < len(named):
            raise ValueError(
                "HABEAS_DATABASE_URL, HABEAS_KEYS_URL and HABEAS_LOCK_URL must name three stores: "
                "keys are never in the main backup, the lock is never restored"
            )
        return self

    def store_url(self, store: Literal["main", "keys", "lock"]) -> str:
        """Where a store is: as named, else an SQLite file in the data folder."""
        named = {"main": self.database_url, "keys": self.keys_url, "lock": self.lock_url}[store]
        return named or f"sqlite:///{self.data_dir.absolute()}/{store}.db"

    @property
    def networks(self) -> list[IPv4Network | IPv6Network]:
        """The private networks that web hooks may be in."""
        return _networks(self.webhook_networks)

    @property
    def uses_folder(self) -> bool:
        """Whether anything is kept in the data folder, because it was not named elsewhere."""
        return not (self.database_url and self.keys_url and self.lock_url and self.root_key.name)

    @property
    def sender(self) -> str:
        """From whom letters come."""
        return self.mail_from or f"vault@{urlsplit(self.issuer).hostname}"

    @property
    def root_key_file(self) -> Path:
        """The root key's file: as named, else the demo's own in the data folder."""
        named = self.root_key != Path()
        return self.root_key if named else self.data_dir.absolute() / DEMO_ROOT_KEY


def load() -> Settings:
    """The settings of this process.

    Raises ``OperatorMustAct`` with one line for each problem; nothing was opened or changed.
    """
    problems = [*_unknown(), *_unreadable(), *_unnamed()]
    try:
        settings = Settings()
    except ValidationError as refused:
        problems += map(_in_words, refused.errors(include_input=False, include_url=False))
    if problems:
        raise OperatorMustAct("\n".join(problems))
    return settings


def variable(name: str, *, file: bool = False) -> str:
    """``database_url`` as the operator writes it: ``HABEAS_DATABASE_URL``."""
    return f"{PREFIX}{name.upper()}{'_FILE' if file else ''}"


def _networks(text: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(part.strip()) for part in text.split(",") if part.strip()]


def _unknown() -> Iterator[str]:
    known = {variable(name) for name in Settings.model_fields}
    known |= {variable(name, file=True) for name in _SECRETS}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and not name.startswith(_FOR_TESTS) and name not in known:
            yield f"{name}: no setting has this name"


def _unreadable() -> Iterator[str]:
    for name in _SECRETS:
        path = os.environ.get(variable(name, file=True))
        if path and not os.access(path, os.R_OK):
            yield f"{variable(name, file=True)}: names a file that cannot be read"
        if path and os.environ.get(variable(name)):
            yield f"{variable(name)}: is given twice, also as {variable(name, file=True)}"


def _unnamed() -> Iterator[str]:
    if os.environ.get(variable("mode")) != "production":
        return
    for name in _NAMED_IN_PRODUCTION:
        if not os.environ.get(variable(name)) and not os.environ.get(variable(name, file=True)):
            yield f"{variable(name)}: must be set in production"


def _in_words(error: object) -> str:
    """One line of a refusal; pydantic's own words where the rule is its own."""
    details = cast("dict[str, object]", error)
    where = "_".join(str(part) for part in cast("tuple[object, ...]", details["loc"]))
    words = str(details["msg"]).removeprefix("Value error, ")
    return f"{variable(where)}: {words}" if where else words
