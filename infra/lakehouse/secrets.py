"""Generated passwords and the Kubernetes secrets that hold them; charts and pods get names, never values.

A password is made anew only when its generation rises (`lakehouse:secretGeneration.<name>`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random
from pydantic import SecretStr

from .labels import GENERATION, top_level
from .site import Site

PASSWORD_LENGTH = 32
# Shown by the object store to who writes down its requests.
OBJECT_LOG_TOKEN = "object-log-token"  # noqa: S105 - the name of a Kubernetes secret


@dataclass(frozen=True)
class SecretRef:
    """A secret by name. `generation` goes into the pod template, so that consumers roll when the secret changes."""

    name: str
    generation: int = 1

    def env(self, variable: str, key: str) -> k8s.core.v1.EnvVarArgsDict:
        """An environment variable that reads one key."""
        return {"name": variable, "value_from": {"secret_key_ref": {"name": self.name, "key": key}}}


def secret_text(value: SecretStr | None) -> str:
    """The text of a configured secret that `checks` has made sure is set; it goes into an Output.secret at once."""
    if value is None:
        raise ValueError("a secret is not set")
    return value.get_secret_value()


def pod_annotations(*secrets: SecretRef) -> dict[str, str]:
    """Annotations of a pod template that uses these secrets."""
    return {f"{GENERATION}.{secret.name}": str(secret.generation) for secret in secrets}


def password(name: str, site: Site, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A random password that survives every change but a higher generation. Letters and digits only: it is put
    into connection strings."""
    made = random.RandomPassword(
        name,
        length=PASSWORD_LENGTH,
        special=False,
        keepers={"generation": str(site.generation(name))},
        # A changed rule for new passwords must not replace one that a database knows.
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(ignore_changes=["length", "special"], additional_secret_outputs=["result"])
        ),
    )
    return pulumi.Output.secret(made.result)


@dataclass(frozen=True, kw_only=True)
class CredentialArgs:
    """One secret, in every namespace that reads it. `fixed` are entries that are not secret, such as a user name.

    `generated` names the keys that hold the generated password.
    """

    site: Site
    product: str
    namespaces: Sequence[str]
    fixed: Mapping[str, str]
    generated: Sequence[str]
    type: str = "Opaque"
    labels: Mapping[str, str] = field(default_factory=dict)
    # Entries that are secret and belong to another credential.
    borrowed: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    # A key that encrypts stored data: without it the data is lost, so it is protected as the data is.
    encrypts_data: bool = False


class Credential(pulumi.ComponentResource):
    """A generated password as a secret of the same name in several namespaces."""

    ref: SecretRef
    value: pulumi.Output[str]
    fixed: Mapping[str, str]

    def __init__(self, name: str, args: CredentialArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:Credential", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.value = password(name, args.site, child)
        for namespace in args.namespaces:
            k8s.core.v1.Secret(
                f"{name}@{namespace}",
                metadata={
                    "name": name,
                    "namespace": namespace,
                    "labels": {**top_level(args.product, "credential", args.site.profile), **args.labels},
                },
                type=args.type,
                string_data={**args.fixed, **args.borrowed, **dict.fromkeys(args.generated, self.value)},
                opts=pulumi.ResourceOptions(parent=self, protect=args.encrypts_data and args.site.protect_data),
            )
        self.fixed = args.fixed
        self.ref = SecretRef(name, args.site.generation(name))
        self.register_outputs({"name": name})
