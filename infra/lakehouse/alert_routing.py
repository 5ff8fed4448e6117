"""Alertmanager's configuration: monitoring/alertmanager/routes.yaml with the receivers of a stack put in.

A secret never comes in: Alertmanager reads it from the file that its mounted Secret makes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from .monitoring_rules import MONITORING

SECRETS = "/etc/alertmanager/secrets"
PAGES = ("page", "page-in-hours")


class Environment(StrEnum):
    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Slack(_Strict):
    """Channels; the address of the incoming webhook is in the secret `alertmanager-slack`, key `url`."""

    channel: str = Field(pattern=r"^#")
    incident_channel: str = Field(pattern=r"^#")


class Email(_Strict):
    """Mail; the password is in the secret `alertmanager-smtp`, key `password`."""

    to: str
    sender: str
    server: str = Field(pattern=r"^[^:]+:\d+$")
    user: str


class Mute(_Strict):
    """Weekly hours in which some alerts are not told, for planned work."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    components: tuple[str, ...]
    weekdays: tuple[str, ...]
    start: str = Field(pattern=r"^\d\d:\d\d$")
    end: str = Field(pattern=r"^\d\d:\d\d$")


class Alerting(_Strict):
    """What a stack says about its receivers. A channel that is not named is not used."""

    environment: Environment
    slack: Slack | None = None
    email: Email | None = None
    pagerduty: bool = False
    """Secret `alertmanager-pagerduty`, key `routing-key`."""
    opsgenie: bool = False
    """Secret `alertmanager-opsgenie`, key `api-key`."""
    webhook: str | None = None
    """Address of a service of your own; its token is in the secret `alertmanager-webhook`, key `token`."""
    dead_man: bool = False
    """The address outside that Watchdog goes to is in the secret `alertmanager-dead-man`, key `url`."""
    time_zone: str = "UTC"
    working_days: str = "monday:friday"
    working_hours: tuple[str, str] = ("08:00", "18:00")
    mutes: tuple[Mute, ...] = ()

    @model_validator(mode="after")
    def _production_is_heard(self) -> Alerting:
        if self.environment is not Environment.PROD:
            return self
        if not (self.pagerduty or self.opsgenie or self.webhook):
            raise ValueError(
                "lakehouse:alerting names no pager in prod: a P0 would wake nobody. "
                "Set pagerduty or opsgenie to true, or webhook to an address."
            )
        if not self.dead_man:
            raise ValueError(
                "lakehouse:alerting.deadMan is false in prod: a monitoring that died would look like a healthy "
                "platform. Set it to true, and the secret alertmanager-dead-man."
            )
        return self


def alertmanager_configuration(alerting: Alerting) -> dict[str, Any]:
    """The whole configuration; receivers without a channel take alerts and tell nobody."""
    routes: dict[str, Any] = yaml.safe_load((MONITORING / "alertmanager" / "routes.yaml").read_text())
    zone = alerting.time_zone
    hours = {"start_time": alerting.working_hours[0], "end_time": alerting.working_hours[1]}
    intervals = [_interval("working-hours", (alerting.working_days,), hours, zone)]
    muted = []
    for mute in alerting.mutes:
        intervals.append(_interval(mute.name, mute.weekdays, {"start_time": mute.start, "end_time": mute.end}, zone))
        matchers = [f'component =~ "{"|".join(mute.components)}"', 'priority != "P0"']
        # It ends the search, so that a muted alert does not fall through to another receiver.
        muted.append({"matchers": matchers, "receiver": "chat", "mute_time_intervals": [mute.name]})
    watchdog, *others = routes["route"]["routes"]
    routes["route"]["routes"] = [watchdog, *muted, *others]
    return {
        "global": _globals(alerting),
        **routes,
        "time_intervals": intervals,
        "receivers": [{"name": name, **channels} for name, channels in _receivers(alerting).items()],
    }


def secret_names(alerting: Alerting) -> tuple[str, ...]:
    """The Secrets that Alertmanager mounts under SECRETS."""
    used = {
        "alertmanager-slack": alerting.slack,
        "alertmanager-smtp": alerting.email,
        "alertmanager-pagerduty": alerting.pagerduty,
        "alertmanager-opsgenie": alerting.opsgenie,
        "alertmanager-webhook": alerting.webhook,
        "alertmanager-dead-man": alerting.dead_man,
    }
    return tuple(name for name, setting in used.items() if setting)


def _globals(alerting: Alerting) -> dict[str, Any]:
    found: dict[str, Any] = {"resolve_timeout": "5m"}
    if alerting.slack:
        found["slack_api_url_file"] = f"{SECRETS}/alertmanager-slack/url"
    if alerting.opsgenie:
        found["opsgenie_api_key_file"] = f"{SECRETS}/alertmanager-opsgenie/api-key"
    if email := alerting.email:
        found |= {"smtp_smarthost": email.server, "smtp_from": email.sender, "smtp_auth_username": email.user}
        found["smtp_auth_password_file"] = f"{SECRETS}/alertmanager-smtp/password"
    return found


def _receivers(alerting: Alerting) -> dict[str, dict[str, Any]]:
    # Outside of production nobody is paged: what would page goes to the chat.
    pages = alerting.environment is Environment.PROD
    chat = _chat(alerting, "channel")
    incident = _chat(alerting, "incident_channel")
    page = {**incident, **_pagers(alerting)} if pages else chat
    in_hours = _pagers(alerting) if pages else {}
    mail = {"email_configs": [{"to": alerting.email.to, "send_resolved": True}]} if alerting.email else chat
    # Alertmanager reads url_file since 0.26.
    address = {"url_file": f"{SECRETS}/alertmanager-dead-man/url", "send_resolved": False}
    return {
        "page": page,
        "page-in-hours": in_hours,
        "chat": chat,
        "ticket": mail,
        "dead-man": {"webhook_configs": [address]} if alerting.dead_man else {},
    }


def _pagers(alerting: Alerting) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if alerting.pagerduty:
        found["pagerduty_configs"] = [{"routing_key_file": f"{SECRETS}/alertmanager-pagerduty/routing-key"}]
    if alerting.opsgenie:
        found["opsgenie_configs"] = [{"priority": '{{ if eq .CommonLabels.priority "P0" }}P1{{ else }}P2{{ end }}'}]
    if alerting.webhook:
        token = {"authorization": {"credentials_file": f"{SECRETS}/alertmanager-webhook/token"}}
        found["webhook_configs"] = [{"url": alerting.webhook, "http_config": token}]
    return found


def _chat(alerting: Alerting, channel: str) -> dict[str, Any]:
    if alerting.slack is None:
        return {}
    text = "{{ range .Alerts }}{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}"
    title = "[{{ .CommonLabels.priority }}] {{ .CommonAnnotations.summary }}"
    return {
        "slack_configs": [
            {"channel": getattr(alerting.slack, channel), "title": title, "text": text, "send_resolved": True}
        ]
    }


def _interval(name: str, weekdays: tuple[str, ...], times: dict[str, str], zone: str) -> dict[str, Any]:
    return {"name": name, "time_intervals": [{"weekdays": list(weekdays), "times": [times], "location": zone}]}
