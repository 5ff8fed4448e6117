"""Priority classes: what the scheduler places first, and how the quota tells run pods from services."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..labels import top_level
from ..site import Site

RUN_CLASS = "lake-run"


@dataclass(frozen=True, kw_only=True)
class PrioritiesArgs:
    site: Site


class Priorities(pulumi.ComponentResource):
    """One class: pods that a scheduler starts and that may wait for room."""

    def __init__(self, name: str, args: PrioritiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Priorities", name, {}, opts)
        k8s.scheduling.v1.PriorityClass(
            RUN_CLASS,
            metadata={"name": RUN_CLASS, "labels": top_level("lakehouse", "priority", args.site.profile)},
            value=-10,
            preemption_policy="Never",
            global_default=False,
            description="Run pods of the lakehouse: they wait for room and never push a service aside.",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
