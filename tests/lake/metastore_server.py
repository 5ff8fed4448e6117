"""A real Hive metastore on a real PostgreSQL, with the site file that is deployed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lakehouse import metastore_config
from lakehouse.components.metastore import COPY_DRIVER, DRIVERS, FILES, LOGGING, MAKE_SCHEMA, SERVE, plain_variables
from lakehouse.java_files import site_file
from lakehouse.metastore_config import MetastoreSettings, metastore_site
from lakehouse.quantities import Memory
from lakehouse.versions import HIVE_IMAGE, TRINO_IMAGE
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.lake.containers import MYSELF, Container, decision
from tests.lake.maven import java, metastore_server
from tests.lake.processes import Process, Server, accepts_connections, forwarded
from tests.object_store import ObjectStore
from tests.ports import free_port

_PASSWORD = "metastore-password"
_HEAP = Memory(256)
_OPENED = [
    f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in ("lang", "util", "net", "util.concurrent")
]


class Metastore:
    """A running metastore; `uri` is where Trino finds it."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.uri = f"thrift://127.0.0.1:{port}"


@contextmanager
def hive_metastore(
    directory: Path, postgres: EmbeddedPostgres, store: ObjectStore, warehouse: str, database: str = "metastore"
) -> Iterator[Metastore]:
    """Start a metastore whose schema is made anew; `warehouse` is an s3:// folder."""
    started = _container if decision().images else _process
    postgres.recreate_database(database)
    with forwarded(postgres.data_directory / ".s.PGSQL.5432") as database_port:
        port = free_port()
        settings = MetastoreSettings(
            jdbc_url=f"jdbc:postgresql://127.0.0.1:{database_port}/{database}",
            database_user="postgres",
            s3_endpoint=store.endpoint,
            s3_region="us-east-1",
            warehouse=warehouse,
            port=port,
            bind_host="127.0.0.1",
        )
        configuration = directory / "conf"
        configuration.mkdir(parents=True)
        (configuration / "hive-site.xml").write_text(site_file(metastore_site(settings)))
        (configuration / "hive-log4j2.properties").write_text(LOGGING)
        environment = {
            metastore_config.DATABASE_PASSWORD_VARIABLE: _PASSWORD,
            metastore_config.ACCESS_KEY_VARIABLE: store.access_key,
            metastore_config.SECRET_KEY_VARIABLE: store.secret_key,
        }
        server = started(directory, configuration, environment, port)
        with server.running():
            yield Metastore(server, port)


def _container(directory: Path, configuration: Path, environment: Mapping[str, str], port: int) -> Server:
    """As its pods do: the driver out of Trino's image, then the schema, then the server."""
    drivers = directory / "drivers"
    drivers.mkdir()
    Container(
        TRINO_IMAGE,
        COPY_DRIVER,
        folders={drivers: DRIVERS},
        log=directory / "driver.log",
        environment={},
        user=MYSELF,
    ).run_to_its_end()
    folders = {configuration: FILES, drivers: DRIVERS}
    variables = {**plain_variables(_HEAP), **environment}
    Container(
        HIVE_IMAGE, MAKE_SCHEMA, folders=folders, log=directory / "schema.log", environment=variables
    ).run_to_its_end()
    return Container(
        HIVE_IMAGE,
        SERVE,
        folders=folders,
        log=directory / "metastore.log",
        environment=variables,
        is_ready=lambda: accepts_connections(port),
    )


def _process(directory: Path, configuration: Path, environment: Mapping[str, str], port: int) -> Server:
    program, home = java(11, 24), metastore_server()
    variables = {**environment, "METASTORE_HOME": str(home), "HADOOP_HOME": str(home)}
    arguments = [
        *(program, f"-Xmx{_HEAP.mib}m", f"-Dmetastore.home={home}"),
        f"-Dlog4j.configurationFile={configuration}/hive-log4j2.properties",
        *_OPENED,
        *("-cp", f"{configuration}:{home}/lib/*"),
    ]
    tool = "org.apache.hadoop.hive.metastore.tools.schematool.MetastoreSchemaTool"
    made = subprocess.run(
        [*arguments, tool, *MAKE_SCHEMA[1:]],
        cwd=directory, env={**variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(f"the metastore's schema was not made:\n{made.stdout[-2000:]}\n{made.stderr[-4000:]}")
    return Process(
        [*arguments, "org.apache.hadoop.hive.metastore.HiveMetaStore"],
        directory=directory,
        log=directory / "metastore.log",
        environment=variables,
        is_ready=lambda: accepts_connections(port),
    )
