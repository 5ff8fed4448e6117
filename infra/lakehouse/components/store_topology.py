"""The topology that a store was created with: fixed, for drives of one can't be read by the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_random as random

from ..settings import StoreName, Topology

KEY = "topology"


@dataclass(frozen=True, kw_only=True)
class StoreTopologyArgs:
    """`wanted` by store, each store's name and the key of its setting, and the file that says how a store is moved."""

    wanted: Mapping[StoreName, Topology]
    names: Mapping[StoreName, str]
    keys: Mapping[StoreName, str]
    procedure: str


class StoreTopology(pulumi.ComponentResource):
    """Remembers each store's topology in the state. `agreed` fails where another one is wanted, in a preview too."""

    agreed: pulumi.Output[list[pulumi.Resource]]

    def __init__(self, name: str, args: StoreTopologyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:StoreTopology", name, {}, opts)
        # Its inputs outlive every change of the settings, so that they say what was chosen at first.
        fixed = pulumi.ResourceOptions(parent=self, ignore_changes=["keepers"])
        records = {
            store: random.RandomId(
                f"{args.names[store]}-topology", byte_length=4, keepers={KEY: topology.value}, opts=fixed
            )
            for store, topology in args.wanted.items()
        }
        kept = pulumi.Output.all(**{store.value: record.keepers for store, record in records.items()})
        self.agreed = kept.apply(lambda found: _agreed(args, found))
        self.register_outputs({})


def _agreed(args: StoreTopologyArgs, kept: Mapping[str, Mapping[str, str] | None]) -> list[pulumi.Resource]:
    """Nothing more to wait for; raises RunError where a store was created otherwise."""
    mistakes = [
        f"{args.keys[store]} is {wanted} (unset, it follows the profile), but store {args.names[store]} was created as "
        f"{created}. Its drives could not be read. Set {args.keys[store]}: {created}, with sizes that fit "
        f"(lakehouse:overrides.minio), or move the store: {args.procedure}."
        for store, wanted in args.wanted.items()
        if (created := (kept[store.value] or {}).get(KEY, wanted.value)) != wanted.value
    ]
    if mistakes:
        raise pulumi.RunError(f"{len(mistakes)} mistake(s) in the configuration:\n" + "\n".join(mistakes))
    return []
