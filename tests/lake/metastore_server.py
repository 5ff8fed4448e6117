"""A real Hive metastore on a real PostgreSQL, with the site file that is deployed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakehouse import metastore_config
from lakehouse.java_files import site_file
from lakehouse.metastore_config import MetastoreSettings, metastore_site
from odoo_lake.source.embedded import EmbeddedPostgres
from tests.lake.maven import java, metastore_server
from tests.lake.processes import Server, accepts_connections, forwarded
from tests.object_store import ObjectStore
from tests.ports import free_port

_PASSWORD = "metastore-password"
_OPENED = [
    f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in ("lang", "util", "net", "util.concurrent")
]
_LOG4J = """\
status = WARN
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %5p [%t] %c{2}: %m%n
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
"""


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
    program, home = java(11, 24), metastore_server()
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
        (configuration / "metastore-site.xml").write_text(site_file(metastore_site(settings)))
        (configuration / "metastore-log4j2.properties").write_text(_LOG4J)
        environment = {
            metastore_config.DATABASE_PASSWORD_VARIABLE: _PASSWORD,
            metastore_config.ACCESS_KEY_VARIABLE: store.access_key,
            metastore_config.SECRET_KEY_VARIABLE: store.secret_key,
            "METASTORE_HOME": str(home),
            "HADOOP_HOME": str(home),
        }
        arguments = [
            *(program, "-Xmx256m", f"-Dmetastore.home={home}"),
            f"-Dlog4j.configurationFile={configuration}/metastore-log4j2.properties",
            *_OPENED,
            *("-cp", f"{configuration}:{home}/lib/*"),
        ]
        tool = "org.apache.hadoop.hive.metastore.tools.schematool.MetastoreSchemaTool"
        made = subprocess.run(
            [*arguments, tool, "-dbType", "postgres", "-initSchema"],
            cwd=directory, env={**environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"the metastore's schema was not made:\n{made.stdout[-2000:]}\n{made.stderr[-4000:]}")
        server = Server(
            [*arguments, "org.apache.hadoop.hive.metastore.HiveMetaStore"],
            directory=directory,
            log=directory / "metastore.log",
            environment=environment,
            is_ready=lambda: accepts_connections(port),
        )
        with server.running():
            yield Metastore(server, port)
