"""A real Trino with the configuration that is deployed: hosts, ports, folders and sizes replaced, nothing else."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakehouse import trino_catalogs, trino_config
from lakehouse.java_files import properties_file
from lakehouse.settings import TableFormat
from lakehouse.trino_catalogs import LakeServices
from lakehouse.trino_config import EventReceiver, IdentityProvider, TrinoNode
from lakehouse.trino_users import group_file, password_file
from lakehouse.versions import TRINO_IMAGE
from odoo_lake.trino.connection import TrinoAddress
from tests.lake.certificates import Certificates, make_certificates
from tests.lake.containers import Container, decision
from tests.lake.maven import java, trino_server
from tests.lake.processes import Process, Server
from tests.object_store import ObjectStore
from tests.ports import free_port

# Half the processor time of a short run; a server that stays up wants the better code.
_COMPILE_QUICKLY = "-XX:TieredStopAtLevel=1"

SMALL_HEAP_MIB = 2048


@dataclass(frozen=True)
class Trino:
    """A running coordinator that does the work too."""

    server: Server
    http_port: int
    https_port: int
    certificates: Certificates
    configuration: Path
    passwords: Mapping[str, str] = field(repr=False)

    def address(self, user: str) -> TrinoAddress:
        """How a client finds it, as one of its users."""
        return TrinoAddress(
            host="127.0.0.1",
            port=self.https_port,
            user=user,
            password=self.passwords[user],
            certificate_authority=str(self.certificates.authority),
        )


@dataclass(frozen=True)
class TrinoFiles:
    """What tests choose; everything else is the product's."""

    rules: Mapping[str, Any]
    members: Mapping[str, Sequence[str]]
    """Group to users; each user gets a password."""
    table_format: TableFormat = TableFormat.DELTA
    event_receiver: EventReceiver | None = None
    event_token: str = field(default="", repr=False)
    heap_mib: int = SMALL_HEAP_MIB
    """Half of it for queries."""
    provider: IdentityProvider | None = None
    provider_secret: str = field(default="", repr=False)


@contextmanager
def running_trino(directory: Path, files: TrinoFiles, metastore_uri: str, store: ObjectStore) -> Iterator[Trino]:
    """Write the configuration, start the server, and stop it on the way out."""
    in_container = decision().images
    etc = directory / "etc"
    # An image's own folders are where the product has them.
    places = {} if in_container else {"config_directory": str(etc), "data_directory": str(directory / "data")}
    http_port, https_port = free_port(), free_port()
    node = TrinoNode(
        heap_mib=files.heap_mib,
        query_memory_mib=files.heap_mib // 2,
        query_memory_per_node_mib=files.heap_mib // 2,
        spill_mib=files.heap_mib,
        http_port=http_port,
        https_port=https_port,
        discovery_uri=f"http://127.0.0.1:{http_port}",
        runs_queries=True,
        **places,
    )
    services = LakeServices(s3_endpoint=store.endpoint, s3_region="us-east-1", metastore_uri=metastore_uri)
    users = sorted({user for group in files.members.values() for user in group})
    passwords = {user: secrets.token_urlsafe(24) for user in users}
    texts = {
        "config.properties": properties_file(
            trino_config.coordinator_properties(node, files.provider, behind_proxy=True)
        ),
        "catalog/bronze.properties": properties_file(trino_catalogs.bronze_catalog(services)),
        "catalog/lake.properties": properties_file(trino_catalogs.lake_catalog(services, files.table_format)),
        "password-authenticator.properties": properties_file(trino_config.authenticator_properties(node)),
        "group-provider.properties": properties_file(trino_config.group_provider_properties(node)),
        "access-control.properties": properties_file(trino_config.access_control_properties(node)),
        "exchange-manager.properties": properties_file(trino_config.exchange_manager_properties(services)),
        "resource-groups.properties": properties_file(trino_config.resource_group_properties(node)),
        "auth/password/password.db": password_file((user, passwords[user], secrets.token_bytes(16)) for user in users),
        "auth/group/group.db": group_file(files.members),
        "access-control/rules.json": json.dumps(files.rules),
        "resource-groups/resource-groups.json": trino_config.resource_groups_file(),
        "log.properties": "io.trino=WARN\n",
    }
    if files.event_receiver:
        listener = trino_config.event_listener_properties(files.event_receiver)
        texts["event-listener.properties"] = properties_file(listener)
    for name, text in texts.items():
        (etc / name).parent.mkdir(parents=True, exist_ok=True)
        (etc / name).write_text(text)
    certificates = make_certificates(directory, etc / trino_config.KEYSTORE)
    environment = {
        trino_config.SHARED_SECRET_VARIABLE: secrets.token_urlsafe(32),
        trino_catalogs.ACCESS_KEY_VARIABLE: store.access_key,
        trino_catalogs.SECRET_KEY_VARIABLE: store.secret_key,
        trino_config.EVENT_TOKEN_VARIABLE: files.event_token,
        trino_config.OIDC_SECRET_VARIABLE: files.provider_secret,
    }
    options = [*trino_config.jvm_options(node), *((_COMPILE_QUICKLY,) if files.heap_mib == SMALL_HEAP_MIB else ())]
    properties = {
        **trino_config.node_properties(node, "test"),
        "node.id": "test-coordinator",
        # Loopback only: what the cluster's network policies see to.
        "node.bind-ip": "127.0.0.1",
        "node.internal-address": "127.0.0.1",
    }
    server: Server
    if in_container:
        (etc / "jvm.config").write_text("".join(f"{option}\n" for option in options))
        (etc / "node.properties").write_text(properties_file(properties))
        authority = [Path(files.event_receiver.authority)] if files.event_receiver else []
        server = Container(
            TRINO_IMAGE,
            folders={etc: trino_config.CONFIG_DIRECTORY, **{path: str(path) for path in authority}},
            log=directory / "trino.log",
            environment=environment,
            is_ready=lambda: _is_started(http_port),
            seconds=240,
        )
    else:
        server = Process(
            _command(options, properties, etc),
            directory=directory,
            log=directory / "trino.log",
            environment=environment,
            is_ready=lambda: _is_started(http_port),
            seconds=240,
        )
    with server.running():
        yield Trino(server, http_port, https_port, certificates, etc, passwords)


def _command(options: Sequence[str], properties: Mapping[str, str], etc: Path) -> list[str]:
    """What the image's launcher does, for a server unpacked elsewhere."""
    program, home = java(24), trino_server()
    all_properties = {**properties, "plugin.dir": str(home / "plugin"), "catalog.config-dir": str(etc / "catalog")}
    return [
        *(program, *options),
        *(f"-D{key}={value}" for key, value in all_properties.items()),
        *(f"-Dlog.levels-file={etc}/log.properties", f"-Dconfig={etc}/config.properties"),
        *("-cp", f"{home}/lib/*", "io.trino.server.TrinoServer"),
    ]


def _is_started(http_port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/v1/info", timeout=2) as answer:
            return json.loads(answer.read())["starting"] is False
    except OSError:
        return False
