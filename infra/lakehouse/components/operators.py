"""Operators in lake-system: cert-manager, CloudNativePG and its backup plug-in.

Their custom resources belong to the products that use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .. import versions
from ..budget import Pod
from ..release import install
from ..rows import SystemBudget
from ..settings import CertManager
from ..site import Site
from ..values import chart_values


@dataclass(frozen=True, kw_only=True)
class OperatorsArgs:
    site: Site
    sizing: SystemBudget
    cert_manager: CertManager


class Operators(pulumi.ComponentResource):
    """What has to run before any Certificate, Cluster or ObjectStore is created."""

    def __init__(self, name: str, args: OperatorsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Operators", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space = args.sizing.namespace
        certificates: pulumi.Resource
        if args.cert_manager is CertManager.INSTALL:
            certificates = install(
                "cert-manager",
                versions.CERT_MANAGER,
                namespace=space,
                values=cert_manager_values(args),
                site=args.site,
                opts=child,
            )
        else:
            # Reading the definition fails at once, and names it, where no cert-manager is installed.
            certificates = k8s.apiextensions.v1.CustomResourceDefinition.get(
                "cert-manager", "certificates.cert-manager.io", opts=child
            )
        cnpg = install(
            "cloudnative-pg",
            versions.CLOUDNATIVE_PG,
            namespace=space,
            values=operator_values(versions.CLOUDNATIVE_PG, args.sizing.cnpg),
            site=args.site,
            opts=child,
        )
        install(
            "plugin-barman-cloud",
            versions.BARMAN_CLOUD,
            namespace=space,
            values=operator_values(versions.BARMAN_CLOUD, args.sizing.barman),
            site=args.site,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[certificates, cnpg]),
        )
        self.register_outputs({})


def operator_values(chart: versions.Chart, size: Pod) -> dict[str, Any]:
    return chart_values(chart, {"resources": size.resources()})


def cert_manager_values(args: OperatorsArgs) -> Mapping[str, Any]:
    size = args.sizing
    return chart_values(
        versions.CERT_MANAGER,
        {
            "resources": size.cert_manager.resources(),
            "webhook": {"resources": size.cert_manager_webhook.resources()},
            "cainjector": {"resources": size.cert_manager_cainjector.resources()},
            "startupapicheck": {"resources": size.cert_manager_check.resources()},
            # Its lease is in its own namespace: nobody of this stack writes to kube-system.
            "global": {"leaderElection": {"namespace": size.namespace}},
        },
    )
