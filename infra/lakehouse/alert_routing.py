"""Alertmanager's configuration: monitoring/alertmanager/routes.yaml with the receivers of a stack put in.

A secret never comes in: Alertmanager reads it from the file that its mounted Secret makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from .monitoring_rules import MONITORING
from .notations import Clock, Mail, Name, TimeZone, Weekdays, written_as

SECRETS = "/etc/alertmanager/secrets"
PAGES = ("page", "page-in-hours")
WORKING_HOURS = "working-hours"

Channel = Annotated[str, written_as(r"#\S+", "not a channel; write it with the #, such as #data-alerts")]


class Environment(StrEnum):
    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


def _starts_before_it_ends(start: str, end: str) -> None:
    if start >= end:
        raise ValueError(
            f"hours from {start} to {end} end before they start; Alertmanager knows a day's own hours only"
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


@dataclass(frozen=True)
class ReceiverSecret:
    """What a channel keeps secret: the Kubernetes secret that Alertmanager mounts, and its one key."""

    name: str
    key: str

    @property
    def file(self) -> str:
        return f"{SECRETS}/{self.name}/{self.key}"


# By the name under which the stack's configuration holds the value: lakehouse:alertReceivers.<name>.
RECEIVER_SECRETS = {
    "slack": ReceiverSecret("alertmanager-slack", "url"),
    "email": ReceiverSecret("alertmanager-smtp", "password"),
    "pagerduty": ReceiverSecret("alertmanager-pagerduty", "routing-key"),
    "opsgenie": ReceiverSecret("alertmanager-opsgenie", "api-key"),
    "webhook": ReceiverSecret("alertmanager-webhook", "token"),
    "deadMan": ReceiverSecret("alertmanager-dead-man", "url"),
}


class Slack(_Strict):
    """Channels; the address of the incoming webhook is secret."""

    channel: Channel
    incident_channel: Channel


class Email(_Strict):
    """Mail; the password is secret."""

    to: Mail
    sender: Mail
    server: Annotated[str, written_as(r"[A-Za-z0-9.-]+:\d{1,5}", "not a mail server; write it as smtp.example.com:587")]
    user: str


class Mute(_Strict):
    """Weekly hours in which some alerts are not told, for planned work."""

    name: Name
    components: tuple[str, ...]
    weekdays: tuple[Weekdays, ...]
    start: Clock
    end: Clock

    @model_validator(mode="after")
    def _has_hours(self) -> Mute:
        _starts_before_it_ends(self.start, self.end)
        return self


class Alerting(_Strict):
    """What a stack says about its receivers. A channel that is not named is not used."""

    environment: Environment = Environment.DEV
    # Where the folder ops/runbooks of this repository can be read; its path in the repository needs no server.
    runbooks: Annotated[str, written_as(r".*[^/]", "it ends with a /; leave that out")] = "ops/runbooks"
    slack: Slack | None = None
    email: Email | None = None
    pagerduty: bool = False
    opsgenie: bool = False
    webhook: (
        Annotated[
            str,
            written_as(
                r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/\S*)?",
                "not an address; write it as https://host/path",
            ),
        ]
        | None
    ) = None
    """Address of a service of your own."""
    dead_man: bool = False
    """Watchdog goes to a service outside, which raises the alarm when it stops to arrive."""
    time_zone: TimeZone = "UTC"
    working_days: Weekdays = "monday:friday"
    working_hours: tuple[Clock, Clock] = ("08:00", "18:00")
    mutes: tuple[Mute, ...] = ()

    @model_validator(mode="after")
    def _hours_are_told_apart(self) -> Alerting:
        _starts_before_it_ends(*self.working_hours)
        names = [WORKING_HOURS, *(mute.name for mute in self.mutes)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two kinds of hours are named {name}; Alertmanager would not start. Rename the mute")
        return self

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
                "platform. Set it to true, and lakehouse:alertReceivers.deadMan to the address of a service outside."
            )
        return self


def alertmanager_configuration(alerting: Alerting) -> dict[str, Any]:
    """The whole configuration; receivers without a channel take alerts and tell nobody."""
    routes: dict[str, Any] = yaml.safe_load((MONITORING / "alertmanager" / "routes.yaml").read_text())
    zone = alerting.time_zone
    hours = {"start_time": alerting.working_hours[0], "end_time": alerting.working_hours[1]}
    intervals = [_interval(WORKING_HOURS, (alerting.working_days,), hours, zone)]
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


def receiver_secrets(alerting: Alerting) -> dict[str, ReceiverSecret]:
    """What the named channels need, by its name in the configuration."""
    used = {
        "slack": alerting.slack,
        "email": alerting.email,
        "pagerduty": alerting.pagerduty,
        "opsgenie": alerting.opsgenie,
        "webhook": alerting.webhook,
        "deadMan": alerting.dead_man,
    }
    return {name: RECEIVER_SECRETS[name] for name, setting in used.items() if setting}


def _globals(alerting: Alerting) -> dict[str, Any]:
    found: dict[str, Any] = {"resolve_timeout": "5m"}
    if alerting.slack:
        found["slack_api_url_file"] = RECEIVER_SECRETS["slack"].file
    if alerting.opsgenie:
        found["opsgenie_api_key_file"] = RECEIVER_SECRETS["opsgenie"].file
    if email := alerting.email:
        found |= {"smtp_smarthost": email.server, "smtp_from": email.sender, "smtp_auth_username": email.user}
        found["smtp_auth_password_file"] = RECEIVER_SECRETS["email"].file
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
    address = {"url_file": RECEIVER_SECRETS["deadMan"].file, "send_resolved": False}
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
        found["pagerduty_configs"] = [{"routing_key_file": RECEIVER_SECRETS["pagerduty"].file}]
    if alerting.opsgenie:
        found["opsgenie_configs"] = [{"priority": '{{ if eq .CommonLabels.priority "P0" }}P1{{ else }}P2{{ end }}'}]
    if alerting.webhook:
        token = {"authorization": {"credentials_file": RECEIVER_SECRETS["webhook"].file}}
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
