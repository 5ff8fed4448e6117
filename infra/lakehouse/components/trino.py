"""Trino: its release, certificate, passwords and disruption budgets.

It has no state: tables are the metastore's and the object store's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from .. import release
from ..labels import selector, top_level
from ..rows import TrinoBudget
from ..secrets import Credential, CredentialArgs, SecretRef, password
from ..settings import OidcSettings, PersonSettings, TableFormat
from ..site import Site
from ..trino_access import PROJECT, access_rules, groups, load_policy, published_tables
from ..trino_catalogs import LakeServices
from ..trino_clients import AUTHORITY_SECRET, Client, TrinoAccess, clients, users
from ..trino_config import HTTPS_PORT, SHARED_SECRET_VARIABLE, IdentityProvider
from ..trino_users import group_file, password_file
from ..trino_values import (
    AUTH_SECRET,
    INTERNAL_SECRET,
    OIDC_SECRET,
    OIDC_SECRET_KEY,
    TLS_SECRET,
    TrinoRelease,
    trino_values,
)
from ..values import chart_values
from ..versions import TRINO, TRINO_IMAGE
from .authority import certificate, server_spec, trust_spec

PARTS = ("coordinator", "worker")
SALT = "trino-salt"


@dataclass(frozen=True, kw_only=True)
class TrinoArgs:
    """`readers` names, per quota, its namespace; `store_keys` are of Trino's identity.

    `event_receiver` is told of finished queries, and believes who shows `event_token`.
    """

    site: Site
    sizing: TrinoBudget
    services: LakeServices
    table_format: TableFormat
    store_keys: SecretRef
    behind_proxy: bool
    people: Mapping[str, PersonSettings]
    readers: Mapping[str, str]
    event_receiver: str
    event_token: SecretRef
    oidc: OidcSettings | None = None
    oidc_client_secret: pulumi.Input[str] | None = None

    @property
    def provider(self) -> IdentityProvider | None:
        """Who vouches for people, beside their passwords."""
        if self.oidc is None:
            return None
        return IdentityProvider(
            issuer=self.oidc.issuer,
            client_id=self.oidc.client_id,
            user_claim=self.oidc.user_claim,
            scopes=self.oidc.scopes,
            people=list(self.people),
        )

    @property
    def clients(self) -> tuple[Client, ...]:
        return clients(self.people)


class Trino(pulumi.ComponentResource):
    """The coordinator and its workers. `access` is what their clients need."""

    access: TrinoAccess

    def __init__(self, name: str, args: TrinoArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Trino", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        space, site = args.sizing.namespace, args.site
        logins = _logins(args, child)
        internal = Credential(
            INTERNAL_SECRET,
            CredentialArgs(site=site, product=name, namespaces=[space], fixed={}, generated=[SHARED_SECRET_VARIABLE]),
            child,
        )
        tls = certificate(TLS_SECRET, space, server_spec(TLS_SECRET, _names(name, space)), site, child)
        for reader in sorted({args.readers[quota] for client in args.clients for quota in client.quotas} - {space}):
            certificate(AUTHORITY_SECRET, reader, trust_spec(AUTHORITY_SECRET), site, child)
        passwords = _passwords(name, args, logins, child)
        vouched = _client_secret(name, args, child)
        self.access = TrinoAccess(
            host=_names(name, space)[0],
            port=HTTPS_PORT,
            logins={user: login.ref for user, login in logins.items()},
            authority=SecretRef(AUTHORITY_SECRET),
        )
        release.install(
            name,
            TRINO,
            namespace=space,
            values=chart_values(TRINO, trino_values(trino_release(args, internal.ref), args.sizing)),
            site=site,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[internal, tls, passwords, *vouched]),
        )
        for part in PARTS:
            k8s.policy.v1.PodDisruptionBudget(
                f"{name}-{part}",
                metadata={"name": f"{name}-{part}", "namespace": space, "labels": top_level(name, part, site.profile)},
                spec={"max_unavailable": 1, "selector": {"match_labels": selector(name, part)}},
                opts=child,
            )
        self.register_outputs({"host": self.access.host})


def trino_release(args: TrinoArgs, internal: SecretRef) -> TrinoRelease:
    """What the chart's values follow from."""
    policy = load_policy(PROJECT)
    impersonators = [client.name for client in args.clients if client.impersonates]
    return TrinoRelease(
        image_tag=TRINO_IMAGE.tag,
        services=args.services,
        table_format=args.table_format,
        rules=access_rules(policy, published_tables(PROJECT, policy), users(args.clients), impersonators),
        internal=internal,
        store_keys=args.store_keys,
        behind_proxy=args.behind_proxy,
        provider=args.provider,
        provider_secret=SecretRef(OIDC_SECRET, args.site.generation(OIDC_SECRET)) if args.provider else None,
        event_receiver=args.event_receiver,
        event_token=args.event_token,
    )


def _names(name: str, namespace: str) -> list[str]:
    """Every name of the service, the one that clients use first, and what an operator in the pod says."""
    service = [f"{name}.{namespace}.svc.cluster.local", f"{name}.{namespace}.svc", f"{name}.{namespace}", name]
    return [*service, "localhost"]


def _logins(args: TrinoArgs, opts: pulumi.ResourceOptions) -> dict[str, Credential]:
    return {
        client.name: Credential(
            client.secret_name,
            CredentialArgs(
                site=args.site,
                product="trino",
                namespaces=sorted({args.readers[quota] for quota in client.quotas if quota in args.readers}),
                fixed={"username": client.name},
                generated=["password"],
            ),
            opts,
        )
        for client in args.clients
    }


def _client_secret(name: str, args: TrinoArgs, opts: pulumi.ResourceOptions) -> list[k8s.core.v1.Secret]:
    if args.oidc is None or args.oidc_client_secret is None:
        return []
    return [
        k8s.core.v1.Secret(
            OIDC_SECRET,
            metadata={
                "name": OIDC_SECRET,
                "namespace": args.sizing.namespace,
                "labels": top_level(name, "credential", args.site.profile),
            },
            string_data={OIDC_SECRET_KEY: args.oidc_client_secret},
            opts=opts,
        )
    ]


def _passwords(
    name: str, args: TrinoArgs, logins: Mapping[str, Credential], opts: pulumi.ResourceOptions
) -> k8s.core.v1.Secret:
    """Hashes only. Trino reads the files again by itself, so that a changed password needs no restart."""
    members = groups(users(args.clients), load_policy(PROJECT))

    def hashed(values: Sequence[str]) -> str:
        salt, *passwords = values
        return password_file(
            (user, word, hashlib.sha256(f"{salt}{user}".encode()).digest()[:16])
            for user, word in zip(logins, passwords, strict=True)
        )

    secrets = [password(SALT, args.site, opts), *(login.value for login in logins.values())]
    return k8s.core.v1.Secret(
        AUTH_SECRET,
        metadata={
            "name": AUTH_SECRET,
            "namespace": args.sizing.namespace,
            "labels": top_level(name, "credential", args.site.profile),
        },
        string_data={"password.db": pulumi.Output.all(*secrets).apply(hashed), "group.db": group_file(members)},
        opts=opts,
    )
