"""Every setting, read once from the environment, and nowhere else. docs/settings.md lists them all (a test says so)."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

from forloeb.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
ZONE = ZoneInfo("Europe/Copenhagen")
STAFF_ROLES = ("reader", "reviewer", "caseworker", "admin")
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/|$)")
LOOPBACK = "127.0.0.1"
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Settings:
    """What an installation can set. Field comments name the environment variable.

    Times are in Europe/Copenhagen; `today` is a naive local datetime or None for the real clock.
    """

    database_url: str  # FORLOEB_DATABASE_URL
    tracker_url: str  # FORLOEB_TRACKER_URL: Rasa's own store, a file beside ours unless PostgreSQL
    var: Path  # FORLOEB_VAR: databases, logs and generated keys
    today: datetime | None  # FORLOEB_TODAY: 2025-09-04 or 2025-09-04T10:00
    today_since: float | None  # FORLOEB_TODAY_SINCE: unix seconds at which FORLOEB_TODAY held; set by `forloeb run`
    login_key: str = field(repr=False)  # FORLOEB_LOGIN_KEY
    login_alg: str  # FORLOEB_LOGIN_ALG: HS256 or RS256
    internal_key: str = field(repr=False)  # FORLOEB_INTERNAL_KEY: gateway to assistant
    api_token: str | None = field(repr=False)  # FORLOEB_API_TOKEN: Rasa's own HTTP API, off when unset
    public_url: str  # FORLOEB_PUBLIC_URL
    origins: tuple[str, ...]  # FORLOEB_ORIGINS: comma separated, besides public_url
    redis_url: str | None  # FORLOEB_REDIS_URL
    demo: bool  # FORLOEB_DEMO
    installation: Path  # FORLOEB_INSTALLATION: YAML with names, contacts, opening hours of this installation
    gateway_port: int  # FORLOEB_GATEWAY_PORT
    review_port: int  # FORLOEB_REVIEW_PORT
    assistant_port: int  # FORLOEB_ASSISTANT_PORT
    actions_port: int  # FORLOEB_ACTIONS_PORT
    deliveries_port: int  # FORLOEB_DELIVERIES_PORT: health and metrics of the deliveries; 0: none
    review_url: str  # FORLOEB_REVIEW_URL: the staff app's address as staff see it
    oidc_issuer: str | None  # FORLOEB_OIDC_ISSUER: who vouches for staff; unset: passwords alone
    oidc_client: str  # FORLOEB_OIDC_CLIENT: our id there
    oidc_secret: str | None = field(repr=False)  # FORLOEB_OIDC_SECRET
    oidc_role_claim: str  # FORLOEB_OIDC_ROLE_CLAIM: the claim of the ID token that holds groups or roles
    oidc_roles: tuple[tuple[str, str], ...]  # FORLOEB_OIDC_ROLES: what a value of it means: value=role,value=role
    oidc_organisation_claim: str | None  # FORLOEB_OIDC_ORGANISATION_CLAIM: the claim that says where staff belong
    oidc_organisations: tuple[tuple[str, str], ...]  # FORLOEB_OIDC_ORGANISATIONS: value=a-kasse or municipality or all
    bind: str  # FORLOEB_BIND: the address that gateway and review listen on
    internal_bind: str  # FORLOEB_INTERNAL_BIND: the same for assistant, actions and deliveries
    assistant_urls: tuple[str, ...]  # FORLOEB_ASSISTANT_URLS: comma separated; where the gateway finds assistants
    actions_url: str  # FORLOEB_ACTIONS_URL: where the assistant finds actions
    proxies: tuple[Network, ...]  # FORLOEB_PROXIES: comma separated networks whose X-Forwarded-* are believed
    receiver_url: str | None  # FORLOEB_RECEIVER_URL: where afbud and bookings are delivered; unset: the staff queue
    receiver_key: str | None = field(repr=False)  # FORLOEB_RECEIVER_KEY: signs what the receiver gets
    holder_key: str | None = field(
        repr=False
    )  # FORLOEB_HOLDER_KEY: signs what a holder sends us; unset: that API is off
    alarm_minutes: int  # FORLOEB_ALARM_MINUTES: alarm for a missing acknowledgement, this long before the meeting
    hold_minutes: int  # FORLOEB_HOLD_MINUTES: how long a proposed time is held on the web
    hold_minutes_sms: int  # FORLOEB_HOLD_MINUTES_SMS: the same by SMS
    twilio_account: str | None  # TWILIO_ACCOUNT_SID
    twilio_token: str | None = field(repr=False)  # TWILIO_AUTH_TOKEN: signs both ways; unset: no SMS
    twilio_from: str | None  # TWILIO_FROM: our number, or a messaging service (MG…)
    twilio_base: str  # TWILIO_API_BASE
    messenger_secret: str | None = field(repr=False)  # MESSENGER_APP_SECRET: signs what Meta sends; unset: no Messenger
    messenger_verify: str | None = field(repr=False)  # MESSENGER_VERIFY_TOKEN: said once, when the webhook is set up
    messenger_token: str | None = field(repr=False)  # MESSENGER_PAGE_TOKEN: our right to send
    messenger_base: str  # MESSENGER_API_BASE: with the version

    @property
    def sms(self) -> bool:
        """Whether SMS is set up."""
        return bool(self.twilio_account and self.twilio_token and self.twilio_from)

    @property
    def messenger(self) -> bool:
        """Whether Messenger is set up."""
        return bool(self.messenger_secret and self.messenger_verify and self.messenger_token)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: name -> text; the process's environment when None.

    Raises:
        SettingsError: a value cannot be used; the message names it.
    """
    env = os.environ if environ is None else environ
    var = Path(env.get("FORLOEB_VAR") or ROOT / "var")
    database_url = env.get("FORLOEB_DATABASE_URL") or f"sqlite:///{var / 'forloeb.db'}"
    default_tracker = f"sqlite:///{var / 'tracker.db'}" if database_url.startswith("sqlite") else database_url
    gateway_port = _integer(env, "FORLOEB_GATEWAY_PORT", 8000)
    review_port = _integer(env, "FORLOEB_REVIEW_PORT", 8080)
    assistant_port = _integer(env, "FORLOEB_ASSISTANT_PORT", 5005)
    actions_port = _integer(env, "FORLOEB_ACTIONS_PORT", 5055)
    algorithm = env.get("FORLOEB_LOGIN_ALG") or "HS256"
    if algorithm not in ("HS256", "RS256"):
        raise SettingsError("FORLOEB_LOGIN_ALG", "must be HS256 or RS256")
    since = env.get("FORLOEB_TODAY_SINCE")
    return Settings(
        database_url=database_url,
        tracker_url=env.get("FORLOEB_TRACKER_URL") or default_tracker,
        var=var,
        today=_today(env.get("FORLOEB_TODAY")),
        today_since=float(since) if since else None,
        login_key=env.get("FORLOEB_LOGIN_KEY") or _kept_key(var, "login.key"),
        login_alg=algorithm,
        internal_key=env.get("FORLOEB_INTERNAL_KEY") or _kept_key(var, "internal.key"),
        api_token=env.get("FORLOEB_API_TOKEN") or None,
        public_url=(env.get("FORLOEB_PUBLIC_URL") or f"http://127.0.0.1:{gateway_port}").rstrip("/"),
        origins=tuple(o.strip().rstrip("/") for o in env.get("FORLOEB_ORIGINS", "").split(",") if o.strip()),
        redis_url=env.get("FORLOEB_REDIS_URL") or None,
        demo=env.get("FORLOEB_DEMO", "1") != "0",
        installation=Path(env.get("FORLOEB_INSTALLATION") or ROOT / "installation.yml"),
        gateway_port=gateway_port,
        review_port=review_port,
        review_url=(env.get("FORLOEB_REVIEW_URL") or f"http://127.0.0.1:{review_port}").rstrip("/"),
        oidc_issuer=_provider(env),
        oidc_client=env.get("FORLOEB_OIDC_CLIENT") or "",
        oidc_secret=env.get("FORLOEB_OIDC_SECRET") or None,
        oidc_role_claim=env.get("FORLOEB_OIDC_ROLE_CLAIM") or "roles",
        oidc_roles=_roles(env.get("FORLOEB_OIDC_ROLES") or ",".join(f"{role}={role}" for role in STAFF_ROLES)),
        oidc_organisation_claim=env.get("FORLOEB_OIDC_ORGANISATION_CLAIM") or None,
        oidc_organisations=_organisations(env),
        assistant_port=assistant_port,
        actions_port=actions_port,
        deliveries_port=_integer(env, "FORLOEB_DELIVERIES_PORT", 5060),
        bind=env.get("FORLOEB_BIND") or LOOPBACK,
        internal_bind=env.get("FORLOEB_INTERNAL_BIND") or LOOPBACK,
        assistant_urls=_addresses(env, "FORLOEB_ASSISTANT_URLS", f"http://{LOOPBACK}:{assistant_port}"),
        actions_url=_addresses(env, "FORLOEB_ACTIONS_URL", f"http://{LOOPBACK}:{actions_port}")[0],
        proxies=_networks(env, "FORLOEB_PROXIES", "127.0.0.0/8,::1"),
        receiver_url=env.get("FORLOEB_RECEIVER_URL") or None,
        receiver_key=env.get("FORLOEB_RECEIVER_KEY") or None,
        holder_key=env.get("FORLOEB_HOLDER_KEY") or None,
        alarm_minutes=_integer(env, "FORLOEB_ALARM_MINUTES", 60),
        hold_minutes=_integer(env, "FORLOEB_HOLD_MINUTES", 5),
        hold_minutes_sms=_integer(env, "FORLOEB_HOLD_MINUTES_SMS", 60),
        twilio_account=env.get("TWILIO_ACCOUNT_SID") or None,
        twilio_token=env.get("TWILIO_AUTH_TOKEN") or None,
        twilio_from=env.get("TWILIO_FROM") or None,
        twilio_base=(env.get("TWILIO_API_BASE") or "https://api.twilio.com").rstrip("/"),
        messenger_secret=env.get("MESSENGER_APP_SECRET") or None,
        messenger_verify=env.get("MESSENGER_VERIFY_TOKEN") or None,
        messenger_token=env.get("MESSENGER_PAGE_TOKEN") or None,
        messenger_base=(env.get("MESSENGER_API_BASE") or "https://graph.facebook.com/v23.0").rstrip("/"),
    )


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isdecimal():
        raise SettingsError(name, "must be a whole number")
    return int(text)


def _provider(env: Mapping[str, str]) -> str | None:
    issuer = env.get("FORLOEB_OIDC_ISSUER") or None
    if issuer and not (issuer.startswith("https://") or _LOOPBACK.match(issuer)):
        raise SettingsError("FORLOEB_OIDC_ISSUER", "must be an https address")
    if issuer and not env.get("FORLOEB_OIDC_CLIENT"):
        raise SettingsError("FORLOEB_OIDC_CLIENT", "is needed with FORLOEB_OIDC_ISSUER")
    return issuer


def _roles(text: str) -> tuple[tuple[str, str], ...]:
    pairs = tuple(
        (value.strip(), role.strip()) for value, _, role in (each.rpartition("=") for each in text.split(","))
    )
    if any(not value or role not in STAFF_ROLES for value, role in pairs):
        raise SettingsError("FORLOEB_OIDC_ROLES", f"must look like value=role; a role is {', '.join(STAFF_ROLES)}")
    return pairs


def _organisations(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    text = env.get("FORLOEB_OIDC_ORGANISATIONS") or ""
    if not text:
        return ()
    if not env.get("FORLOEB_OIDC_ORGANISATION_CLAIM"):
        raise SettingsError("FORLOEB_OIDC_ORGANISATION_CLAIM", "is needed with FORLOEB_OIDC_ORGANISATIONS")
    pairs = tuple((v.strip(), n.strip()) for v, _, n in (each.rpartition("=") for each in text.split(",")))
    if not all(value and name for value, name in pairs):
        raise SettingsError("FORLOEB_OIDC_ORGANISATIONS", "must look like value=FAK,value=Rudersdal,value=all")
    return pairs


def _addresses(env: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    found = tuple(a.strip().rstrip("/") for a in (env.get(name) or default).split(",") if a.strip())
    if not found or not all(a.startswith(("http://", "https://")) for a in found):
        raise SettingsError(name, "must be addresses that begin with http:// or https://")
    return found


def _networks(env: Mapping[str, str], name: str, default: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(n.strip()) for n in (env.get(name) or default).split(",") if n.strip())
    except ValueError as error:
        raise SettingsError(name, "must be addresses or networks, such as 10.0.0.0/8") from error


def _today(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError("FORLOEB_TODAY", "must look like 2025-09-04 or 2025-09-04T10:00") from error


def _kept_key(var: Path, name: str) -> str:
    """A random key made once and kept under var/, so that a restart does not end every session."""
    path = var / name
    if path.exists():
        return path.read_text()
    var.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(32)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key
