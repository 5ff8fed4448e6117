"""What the settings of alerts must agree on: secrets of the named receivers, and names that alerts carry."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .alert_routing import RECEIVER_SECRETS, receiver_secrets
from .monitoring_rules import AlertRule, load_rule_files
from .settings import Settings
from .sizing import Sizing


def alerts_reach_their_receivers(settings: Settings, _: Sizing) -> Iterator[str]:
    needed = set(receiver_secrets(settings.alerting))
    given = _receiver_values(settings)
    if given is None:
        yield (
            "lakehouse:alertReceivers is (hidden): not a map of receivers to one text each. Alertmanager could not "
            "sign in anywhere. Run: pulumi config set --secret --path lakehouse:alertReceivers.slack <address>"
        )
        return
    for name in sorted(needed - given.keys()):
        yield (
            f"lakehouse:alerting uses {name}, but lakehouse:alertReceivers.{name} is not set. Alertmanager's pod could "
            f"not start without its secret. Run: pulumi config set --secret --path lakehouse:alertReceivers.{name} "
            "<value>"
        )
    for name in sorted(given.keys() - needed):
        yield (
            f"lakehouse:alertReceivers.{name} is set, but lakehouse:alerting names no such receiver. It would do "
            f"nothing. Remove it, or set lakehouse:alerting.{name}; the receivers are {', '.join(RECEIVER_SECRETS)}."
        )


def _receiver_values(settings: Settings) -> dict[str, str] | None:
    if settings.alert_receivers is None:
        return {}
    try:
        given = json.loads(settings.alert_receivers.get_secret_value())
    except json.JSONDecodeError:
        return None
    texts = isinstance(given, dict) and all(isinstance(value, str) and value for value in given.values())
    return given if texts else None


def mutes_name_components(settings: Settings, _: Sizing) -> Iterator[str]:
    """A mute of what no alert carries mutes nothing."""
    if not settings.alerting.mutes:
        return
    rules = (rule for file in load_rule_files().values() for group in file.groups for rule in group.rules)
    known = sorted({rule.labels.component for rule in rules if isinstance(rule, AlertRule)})
    for mute in settings.alerting.mutes:
        for name in sorted(set(mute.components) - set(known)):
            yield (
                f"lakehouse:alerting.mutes names the component {name!r} for {mute.name}, which no alert carries. It "
                f"would mute nothing. The components are {', '.join(known)}."
            )
