"""The one list of web interfaces that people open by name, and the names that they have under `lakehouse:domain`."""

from __future__ import annotations

from dataclasses import dataclass

from .labels import selector
from .network import Pods
from .settings import Settings
from .trino_config import HTTPS_PORT


@dataclass(frozen=True, kw_only=True)
class Web:
    """A web interface. An Ingress names `service` and `port`; what it forwards arrives at `pods` on `pod_port`.

    `name` is also the key of its address in the outputs.
    """

    name: str
    service: str
    port: int
    pods: Pods
    pod_port: int
    has_login: bool = True
    speaks_https: bool = False

    @property
    def namespace(self) -> str:
        return self.pods.namespace


def _web(name: str, service: str, port: int, pods: Pods, *, pod_port: int | None = None) -> Web:
    return Web(name=name, service=service, port=port, pods=pods, pod_port=pod_port or port)


WEBS: tuple[Web, ...] = (
    _web("airbyte", "airbyte-airbyte-server-svc", 8001, Pods.of("lake-airbyte", {"airbyte": "server"})),
    Web(
        name="trino",
        service="trino",
        port=HTTPS_PORT,
        pods=Pods.of("lake-trino", selector("trino", "coordinator")),
        pod_port=HTTPS_PORT,
        speaks_https=True,
    ),
    _web("superset", "superset", 8088, Pods.of("lake-superset", {"app": "superset"})),
    _web(
        "datahub",
        "datahub-datahub-frontend",
        9002,
        Pods.of("lake-datahub", {"app.kubernetes.io/name": "datahub-frontend"}),
    ),
    _web("metabase", "metabase", 3000, Pods.of("lake-metabase", selector("metabase", "server"))),
    _web("grafana", "grafana", 80, Pods.of("lake-monitoring", {"app.kubernetes.io/name": "grafana"}), pod_port=3000),
    Web(
        name="dagster",
        service="dagster-dagster-webserver",
        port=3000,
        pods=Pods.of("lake-dagster", {"component": "dagster-webserver"}),
        pod_port=3000,
        has_login=False,
    ),
)


def named(settings: Settings) -> tuple[Web, ...]:
    """Those that get a name: none without a domain, and one without a login of its own only behind another's."""
    if settings.domain is None:
        return ()
    return tuple(web for web in WEBS if web.has_login or settings.ingress.authentication_annotations)


def host(web: Web, settings: Settings) -> str:
    return f"{web.name}.{settings.domain}"


def public_url(name: str, settings: Settings) -> str | None:
    """The address of a web interface in a browser; None where it has no name."""
    return next((f"https://{host(web, settings)}" for web in named(settings) if web.name == name), None)
