"""The policy pack: the rules over every Kubernetes resource of the program. It only assembles."""

from __future__ import annotations

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from exemptions import EXEMPTIONS
from rules import RULES, Rule, Stack, problems, release_pins_its_version

RELEASE = "kubernetes:helm.sh/v3:Release"


def _policy(rule: Rule, *, on_releases: bool = False) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if not args.resource_type.startswith("kubernetes:") or (args.resource_type == RELEASE) is not on_releases:
            return
        if any(exemption.covers(rule.__name__, args.props) for exemption in EXEMPTIONS):
            return
        for problem in problems(rule, args.props, _stack()):
            report(problem, None)

    return ResourceValidationPolicy(
        name=rule.__name__.replace("_", "-"),
        description=rule.__name__.replace("_", " "),
        enforcement_level=EnforcementLevel.MANDATORY,
        validate=validate,
    )


def _stack() -> Stack:
    """What the engine hands to the pack of the stack's configuration."""
    config = pulumi.Config("lakehouse")
    return Stack(config.get("imageRegistry") or None, tuple((config.get_object("images") or {}).values()))


def start() -> None:
    """Serve the pack to the engine that started this process."""
    PolicyPack(
        name="odoo-lakehouse",
        policies=[*(_policy(rule) for rule in RULES), _policy(release_pins_its_version, on_releases=True)],
    )
