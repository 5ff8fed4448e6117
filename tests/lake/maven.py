"""The Java servers' programs, by name and version from Maven's registry, kept in the cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.object_store import CACHE

SERVERS = CACHE / "lake"
_GET = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"

TRINO = "476"
"""The newest server archive that Maven's registry has."""
TRINO_PLUGINS = frozenset(
    {
        "delta-lake",
        "exchange-filesystem",
        # Without it the PostgreSQL connector knows no type Geometry and stops the server.
        "geospatial",
        "hive",
        "http-event-listener",
        "iceberg",
        "password-authenticators",
        "postgresql",
        "resource-group-managers",
    }
)

METASTORE = "4.0.1"
HADOOP = "3.3.6"
_AWS = "1.12.367"
METASTORE_LIBRARIES = (
    f"org.apache.hadoop:hadoop-client-api:{HADOOP}",
    f"org.apache.hadoop:hadoop-client-runtime:{HADOOP}",
    f"org.apache.hadoop:hadoop-aws:{HADOOP}:alone",
    # Without it CREATE SCHEMA fails after 20 seconds.
    f"org.apache.hadoop:hadoop-hdfs:{HADOOP}:alone",
    f"com.amazonaws:aws-java-sdk-s3:{_AWS}",
    f"com.amazonaws:aws-java-sdk-sts:{_AWS}",
    f"com.amazonaws:aws-java-sdk-dynamodb:{_AWS}",
    "org.wildfly.openssl:wildfly-openssl:1.0.7.Final",
    "org.postgresql:postgresql:42.7.7",
    "commons-io:commons-io:2.11.0",
    "commons-collections:commons-collections:3.2.2",
    "javax.servlet:javax.servlet-api:3.1.0",
    "com.google.code.gson:gson:2.9.0",
)
# The metastore's own archive has other versions of these.
_UNWANTED_LIBRARIES = ("jackson-core-", "jackson-databind-", "jackson-annotations-", "commons-logging-")


def java(at_least: int, below: int = 1000) -> str:
    """A Java of these major versions; the test is skipped when this machine has none."""
    named = [os.environ[name] for name in ("JAVA_HOME",) if name in os.environ]
    candidates = [Path(folder) / "bin" / "java" for folder in named]
    candidates += sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    if found := shutil.which("java"):
        candidates.append(Path(found))
    for candidate in candidates:
        if candidate.is_file() and at_least <= _major_version(candidate) < below:
            return str(candidate)
    wanted = f"Java {at_least} or newer" if below == 1000 else f"Java {at_least} to {below - 1}"
    pytest.skip(f"the lake's servers can't run: {wanted} is not installed")


def trino_server() -> Path:
    """The folder of Trino without the plugins that nobody here needs."""
    home = SERVERS / f"trino-server-{TRINO}"
    if not home.is_dir():
        archive = _archive(f"io.trino:trino-server:{TRINO}:tar.gz")
        # Plugins share files by hard links: all of them are unpacked, then most are removed.
        with _Unpacked(archive, home) as folder:
            for plugin in (folder / "plugin").iterdir():
                if plugin.name not in TRINO_PLUGINS:
                    shutil.rmtree(plugin)
                else:
                    shutil.rmtree(plugin / "hdfs", ignore_errors=True)
    return home


def metastore_server() -> Path:
    """The folder of the Hive metastore with all libraries in `lib`."""
    home = SERVERS / f"hive-metastore-{METASTORE}"
    if not home.is_dir():
        archive = _archive(f"org.apache.hive:hive-standalone-metastore-server:{METASTORE}:tar.gz:bin")
        with _Unpacked(archive, home) as folder:
            for library in (folder / "lib").glob("postgresql-*.jar"):
                library.unlink()
            _copy_libraries(folder / "lib")
    return home


def trino_client() -> Path:
    """Trino's command line, a file that Java runs."""
    place = SERVERS / f"trino-cli-{TRINO}.jar"
    if not place.is_file():
        shutil.copyfile(_archive(f"io.trino:trino-cli:{TRINO}:jar:executable"), place.with_suffix(".part"))
        place.with_suffix(".part").rename(place)
    return place


class _Unpacked:
    """An archive's one folder beside its place, moved there when it is complete."""

    def __init__(self, archive: Path, home: Path) -> None:
        self.archive, self.home = archive, home
        self.beside = home.with_name(f"{home.name}.{os.getpid()}")

    def __enter__(self) -> Path:
        self.beside.mkdir(parents=True)
        with tarfile.open(self.archive) as contents:
            contents.extractall(self.beside, filter="data")
        [folder] = self.beside.iterdir()
        return folder

    def __exit__(self, failed: object, *_: object) -> None:
        if failed is None and not self.home.exists():
            [folder] = self.beside.iterdir()
            folder.rename(self.home)
        shutil.rmtree(self.beside, ignore_errors=True)


def _archive(artifact: str) -> Path:
    group, name, version, kind, *classifier = artifact.split(":")
    _maven(_GET, "-Dtransitive=false", f"-Dartifact={artifact}")
    folder = Path.home() / ".m2" / "repository" / group.replace(".", "/") / name / version
    return folder / f"{'-'.join([name, version, *classifier])}.{kind}"


def _copy_libraries(folder: Path) -> None:
    project = ElementTree.Element("project", xmlns="http://maven.apache.org/POM/4.0.0")
    facts = {"modelVersion": "4.0.0", "groupId": "odoo-lakehouse", "artifactId": "metastore", "version": "1"}
    for tag, text in {**facts, "packaging": "pom"}.items():
        ElementTree.SubElement(project, tag).text = text
    dependencies = ElementTree.SubElement(project, "dependencies")
    for library in METASTORE_LIBRARIES:
        group, name, version, *alone = library.split(":")
        dependency = ElementTree.SubElement(dependencies, "dependency")
        for tag, text in {"groupId": group, "artifactId": name, "version": version}.items():
            ElementTree.SubElement(dependency, tag).text = text
        if alone:
            exclusion = ElementTree.SubElement(ElementTree.SubElement(dependency, "exclusions"), "exclusion")
            for tag in ("groupId", "artifactId"):
                ElementTree.SubElement(exclusion, tag).text = "*"
    extra = folder.with_name("extra")
    extra.mkdir()
    pom = extra / "pom.xml"
    pom.write_bytes(ElementTree.tostring(project))
    _maven("-f", str(pom), _COPY, f"-DoutputDirectory={extra}")
    for library_file in extra.glob("*.jar"):
        if not library_file.name.startswith(_UNWANTED_LIBRARIES):
            library_file.replace(folder / library_file.name)
    shutil.rmtree(extra)


def _maven(*arguments: str) -> None:
    program = shutil.which("mvn")
    if program is None:
        pytest.skip("the lake's servers can't run: they are not in the cache and there is no Maven to get them with")
    done = subprocess.run([program, "-q", "-B", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = next((line for line in done.stdout.splitlines() if "ERROR" in line), f"exit code {done.returncode}")
        pytest.skip(f"the lake's servers can't run: Maven can't get them: {reason}")


def _major_version(program: Path) -> int:
    told = subprocess.run([str(program), "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0
