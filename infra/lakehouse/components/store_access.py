"""Buckets, identities and policies, made in one of two ways from one list.

`job` runs a command inside the cluster; `provider` makes them resources of this stack and needs to reach the store.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlparse

import pulumi
import pulumi_kubernetes as k8s
import pulumi_minio as minio

from ..labels import top_level
from ..object_store_access import BUCKETS, Bucket, Identity, document, identities, policy, quota
from ..quantities import Memory
from ..rows import MinioBudget
from ..secrets import Credential, CredentialArgs, SecretRef
from ..settings import Provisioner, Settings, StoreName
from ..site import Site
from .apply_job import FILES, ApplyJob, ApplyJobArgs

ACCESS_KEY, SECRET_KEY = "access-key", "secret-key"


@dataclass(frozen=True, kw_only=True)
class IdentityKeysArgs:
    """`readers` names, per identity, the namespaces that get its keys; `products` are the quotas of this stack."""

    site: Site
    namespace: str
    products: Collection[str]
    readers: Mapping[str, Collection[str]]


class IdentityKeys(pulumi.ComponentResource):
    """A pair of keys for each identity, the same in every store of ours. `refs` are the secrets by identity."""

    pairs: dict[str, Credential]
    refs: dict[str, SecretRef]

    def __init__(self, name: str, args: IdentityKeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:IdentityKeys", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.pairs = {identity.name: _key_pair(identity, args, child) for identity in identities(args.products)}
        self.refs = {identity: pair.ref for identity, pair in self.pairs.items()}
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class StoreAccessArgs:
    """`serves`: the products use this store, so it must not be the copy of another. `read_only`: nobody writes to it
    any more."""

    site: Site
    settings: Settings
    sizing: MinioBudget
    store: StoreName
    endpoint: str
    root: Credential
    products: Collection[str]
    keys: IdentityKeys
    serves: bool = False
    read_only: bool = False

    @property
    def volume(self) -> Memory:
        return self.sizing.servers(self.store).amount.volume

    @property
    def identities(self) -> tuple[Identity, ...]:
        return identities(self.products)


class StoreAccess(pulumi.ComponentResource):
    """The buckets of a store and who may use them."""

    def __init__(self, name: str, args: StoreAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:StoreAccess", name, {}, opts)
        after = pulumi.ResourceOptions(parent=self, depends_on=[args.keys])
        if args.settings.object_store.provisioner is Provisioner.JOB:
            ApplyJob(name, job_args(args), after)
        else:
            _as_resources(name, args, after)
        self.register_outputs({"buckets": [bucket.name for bucket in BUCKETS]})


@dataclass(frozen=True, kw_only=True)
class ExternalKeysArgs:
    """`pairs` is the configuration's secret: key pairs by identity, or one named `default` for all."""

    site: Site
    pairs: Mapping[str, Mapping[str, str]]
    products: Collection[str]
    readers: Mapping[str, Collection[str]]


class ExternalKeys(pulumi.ComponentResource):
    """Keys of a store that is not ours, as the same secrets that our own store's identities have."""

    keys: dict[str, SecretRef]

    def __init__(self, name: str, args: ExternalKeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:ExternalKeys", name, {}, opts)
        self.keys = {}
        for identity in identities(args.products):
            pair = args.pairs.get(identity.name, args.pairs.get("default"))
            if pair is None:
                continue
            for namespace in sorted(args.readers.get(identity.name, ())):
                k8s.core.v1.Secret(
                    f"{identity.secret_name}@{namespace}",
                    metadata={
                        "name": identity.secret_name,
                        "namespace": namespace,
                        "labels": top_level("object-store", "credential", args.site.profile),
                    },
                    string_data=pulumi.Output.secret({ACCESS_KEY: pair["accessKey"], SECRET_KEY: pair["secretKey"]}),
                    opts=pulumi.ResourceOptions(parent=self),
                )
            self.keys[identity.name] = SecretRef(identity.secret_name, args.site.generation(identity.secret_name))
        self.register_outputs({})


def _key_pair(identity: Identity, args: IdentityKeysArgs, opts: pulumi.ResourceOptions) -> Credential:
    return Credential(
        identity.secret_name,
        CredentialArgs(
            site=args.site,
            product="minio",
            namespaces=sorted({args.namespace, *args.readers.get(identity.name, ())}),
            fixed={ACCESS_KEY: identity.access_key},
            generated=[SECRET_KEY],
        ),
        opts,
    )


def job_args(args: StoreAccessArgs) -> ApplyJobArgs:
    """The in-cluster provisioner."""
    return ApplyJobArgs(
        site=args.site,
        product="minio",
        component="provision",
        namespace=args.sizing.namespace,
        image=args.site.pipelines_image,
        command=[
            "odoo-lake",
            "provision-buckets",
            f"--access={FILES}/access.json",
            f"--identities={FILES}/identities",
            *(["--serves"] if args.serves else []),
        ],
        size=args.sizing.provision,
        files={
            "access.json": document(
                args.settings, args.volume, args.products, store=args.store, read_only=args.read_only
            )
        },
        secret_files={f"identities/{name}/{SECRET_KEY}": (ref, SECRET_KEY) for name, ref in args.keys.refs.items()},
        variables={"AWS_ENDPOINT_URL": args.endpoint, "AWS_REGION": args.settings.object_store.region},
        secret_variables={
            "AWS_ACCESS_KEY_ID": (args.root.ref, "user"),
            "AWS_SECRET_ACCESS_KEY": (args.root.ref, "password"),
        },
    )


def _as_resources(name: str, args: StoreAccessArgs, opts: pulumi.ResourceOptions) -> None:
    """Everything is kept when it leaves the stack: the Job takes over what is there."""
    store = args.settings.object_store
    url = urlparse(store.provider_endpoint or "")
    provider = minio.Provider(
        name,
        minio_server=url.netloc,
        minio_ssl=url.scheme == "https",
        minio_region=store.region,
        minio_user=args.root.fixed["user"],
        minio_password=args.root.value,
        opts=opts,
    )

    def options(identifier: str, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=opts.parent,
            provider=provider,
            depends_on=list(after),
            retain_on_delete=True,
            import_=identifier if store.adopt_existing else None,
        )

    for bucket in BUCKETS:
        made = minio.S3Bucket(
            bucket.name,
            bucket=bucket.name,
            acl="private",
            force_destroy=False,
            quota=quota(bucket, args.volume, args.settings.topology_of(args.store)).mib * 1024 * 1024,
            opts=options(bucket.name),
        )
        if bucket.versioned:
            minio.S3BucketVersioning(
                bucket.name,
                bucket=bucket.name,
                versioning_configuration={"status": "Enabled"},
                opts=options(bucket.name, made),
            )
        if rules := lifecycle_rules(bucket, args.settings.retention.noncurrent_version_days):
            minio.IlmPolicy(bucket.name, bucket=bucket.name, rules=rules, opts=options(bucket.name, made))
    for identity in args.identities:
        key = identity.access_key
        allowed = minio.IamPolicy(key, name=key, policy=json.dumps(policy(identity)), opts=options(key))
        user = minio.IamUser(key, name=key, secret=args.keys.pairs[identity.name].value, opts=options(key))
        minio.IamUserPolicyAttachment(key, user_name=key, policy_name=key, opts=options(f"{key}/{key}", user, allowed))


def lifecycle_rules(bucket: Bucket, noncurrent_version_days: int) -> list[minio.IlmPolicyRuleArgsDict]:
    """The same rules as the Job's."""
    rules: list[minio.IlmPolicyRuleArgsDict] = []
    if bucket.versioned:
        rules.append(
            {
                "id": "noncurrent-versions",
                "expiration": "DeleteMarker",
                "noncurrent_version_expiration_days": noncurrent_version_days,
            }
        )
    for prefix, days in bucket.expire_after_days:
        name = f"expire-{prefix.strip('/').replace('/', '-')}"
        rules.append({"id": name, "filter": prefix, "expiration": f"{days}d"})
    return rules
