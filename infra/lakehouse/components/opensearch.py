"""OpenSearch: the index of DataHub, one node that can be built anew from PostgreSQL.

Its security plug-in is off: no other namespace reaches it (network policy), and certificates and users of its own would
guard it from DataHub alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from .. import release
from ..rows import DataHubBudget
from ..site import Site
from ..values import chart_values
from ..versions import OPENSEARCH, OPENSEARCH_IMAGE

PORT = 9200


@dataclass(frozen=True, kw_only=True)
class OpenSearchArgs:
    site: Site
    sizing: DataHubBudget


class OpenSearch(pulumi.ComponentResource):
    """The node. `host` and `port` are for pods of its own namespace."""

    host: str
    port: int = PORT

    def __init__(self, name: str, args: OpenSearchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakehouse:index:OpenSearch", name, {}, opts)
        self.host = name
        release.install(
            name,
            OPENSEARCH,
            namespace=args.sizing.namespace,
            values=opensearch_values(args),
            site=args.site,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"host": self.host})


def opensearch_values(args: OpenSearchArgs) -> dict[str, Any]:
    size, heap = args.sizing.opensearch, args.sizing.opensearch_heap.jvm()
    computed: dict[str, Any] = {
        "image": {"tag": OPENSEARCH_IMAGE.tag},
        "opensearchJavaOpts": f"-Xms{heap} -Xmx{heap}",
        "resources": size.resources(),
        # It runs before the node, in the node's own share.
        "initResources": size.resources(),
        "persistence": {"size": str(size.volume), "storageClass": args.site.storage_class},
    }
    return chart_values(OPENSEARCH, computed)
