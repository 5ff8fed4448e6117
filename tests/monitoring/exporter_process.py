"""A real query-exporter on loopback with the deployed configuration."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

from lakehouse.exporters import EXPORTERS as EXPORTED
from lakehouse.monitoring_rules import MONITORING

EXPORTERS = MONITORING / "exporters"
VARIABLES = {exporter.name: exporter.variable for exporter in EXPORTED}


@dataclass(frozen=True)
class Scrape:
    """What one read of /metrics gave."""

    text: str

    def values(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """The samples of a metric by the values of `labels`."""
        families = text_string_to_metric_families(self.text)
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return {tuple(sample.labels[label] for label in labels): sample.value for sample in samples}

    def value(self, name: str) -> float:
        [(_, value)] = self.values(name).items()
        return value

    def metric_names(self) -> set[str]:
        return {sample.name for family in text_string_to_metric_families(self.text) for sample in family.samples}


def configuration(name: str) -> dict[str, dict[str, dict[str, object]]]:
    """What an exporter's file says: its metrics and its queries."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!env", lambda loader, node: node.value)
    loaded: dict[str, dict[str, dict[str, object]]] = yaml.load((EXPORTERS / f"{name}.yaml").read_text(), Loader)  # noqa: S506
    return loaded


@contextmanager
def query_exporter(urls: Mapping[str, str], log: Path) -> Iterator[Scrape]:
    """Start it on the databases of `urls`, and give what it says once every query has been tried."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("query-exporter")), "--host", "127.0.0.1", "--port", str(port)]
    for name in urls:
        command += ["--config", str(EXPORTERS / f"{name}.yaml")]
    environment = {**os.environ, **{VARIABLES[name]: url for name, url in urls.items()}}
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield _scrape(f"http://127.0.0.1:{port}/metrics", process, log)
        finally:
            process.kill()
            process.wait()


def _scrape(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 90) -> Scrape:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"query-exporter ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                scrape = Scrape(answer.read().decode())
        except OSError:
            time.sleep(0.2)
            continue
        tried = scrape.values("queries_total", "query", "status")
        unreachable = scrape.values("database_errors_total", "database") and not tried
        if unreachable or len({query for query, _ in tried}) >= len(scrape.values("query_interval", "query")):
            return scrape
        time.sleep(0.2)
    raise TimeoutError(f"query-exporter has not tried every query after {seconds} s: {log.read_text()[-2000:]}")
