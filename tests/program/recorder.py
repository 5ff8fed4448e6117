"""Run the real Pulumi program under Pulumi's mock runtime and keep every resource that it registers."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pulumi
import yaml
from google.protobuf import json_format  # type: ignore[import-untyped]
from pulumi.runtime import mocks, rpc

from lakehouse import versions
from lakehouse.alert_routing import Alerting, receiver_secrets

ROOT = Path(__file__).resolve().parents[2]
# The stacks that users edit, and samples of them: what is asserted of a value holds for the sample.
STACKS = ROOT / "infra" / "stacks"
SAMPLES = Path(__file__).parent / "stacks"
# The configuration that no committed stack file may hold.
SECRET_CONFIG = {"lakehouse:odooPassword": "canary-odoo-password"}
# What the receivers of a stack's alerts need beside it.
ALERT_RECEIVERS = {"prod": {name: f"canary-{name}" for name in ("slack", "pagerduty", "deadMan")}}
SECRET_KEYS = [
    "lakehouse:odooPassword",
    "lakehouse:objectStoreCredentials",
    "lakehouse:alertReceivers",
    "lakehouse:oidcClientSecret",
]


_archives = TemporaryDirectory(prefix="odoo-lake-charts-")


def is_named_by(chart: versions.Chart, reference: str) -> bool:
    """Whether a release's `chart` is this one: its name, its address, or its archive in a folder."""
    return reference in {chart.name, chart.repository} or reference.endswith(f"/{chart.archive}")


@cache
def chart_folder() -> str:
    """A folder with an empty file for every chart's archive: the engine opens them, the program does not."""
    for chart in vars(versions).values():
        if isinstance(chart, versions.Chart):
            (Path(_archives.name) / chart.archive).touch()
    return _archives.name


@dataclass(frozen=True)
class Recorded:
    """One registered resource: `inputs` are plain data with camelCase keys, secrets marked as such."""

    urn: str
    inputs: Mapping[str, Any]
    parent: str
    dependencies: tuple[str, ...]
    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]

    @property
    def typ(self) -> str:
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        return self.urn.split("::")[3]

    @property
    def kind(self) -> str:
        return self.typ.rpartition(":")[2]

    @property
    def manifest(self) -> dict[str, Any]:
        """As the API server would get it, secrets in clear."""
        plain = revealed(self.inputs)
        assert isinstance(plain, dict)
        return plain

    @property
    def metadata(self) -> dict[str, Any]:
        found = self.manifest.get("metadata", {})
        assert isinstance(found, dict)
        return found


class _Mocks(mocks.Mocks):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ == "random:index/randomPassword:RandomPassword":
            outputs["result"] = f"canary-{args.name}"
        return args.name, outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(f"no mock for {args.token}")


class _Monitor(mocks.MockMonitor):
    """Keeps what the mock runtime forgets: parents, dependencies and options of every registration."""

    def __init__(self) -> None:
        super().__init__(_Mocks())
        self.recorded: dict[str, Recorded] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the remote procedure
        register: Callable[[Any], Any] = super().RegisterResource
        response = register(request)
        assert response.urn not in self.recorded, f"{response.urn} is registered twice"
        self.recorded[response.urn] = Recorded(
            urn=response.urn,
            inputs=_inputs(request.object),
            parent=request.parent,
            dependencies=tuple(request.dependencies),
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            ignore_changes=tuple(request.ignoreChanges),
        )
        return response


def _inputs(properties: Any) -> dict[str, Any]:
    """A resource's inputs. The nulls of Helm values are kept: they remove a chart's default."""
    inputs: dict[str, Any] = rpc.deserialize_properties(properties, keep_unknowns=True)
    if "values" in properties:
        inputs["values"] = json_format.MessageToDict(properties)["values"]
    return inputs


@dataclass(frozen=True)
class Program:
    """What one run of the program registered and exported."""

    resources: tuple[Recorded, ...]
    outputs: Mapping[str, Any]

    def of(self, kind: str) -> list[Recorded]:
        """Every resource of a Kubernetes kind or component type."""
        return [resource for resource in self.resources if resource.kind == kind]

    def named(self, kind: str, name: str, namespace: str | None = None) -> Recorded:
        """The one object of this kind and metadata.name."""
        found = [
            r
            for r in self.of(kind)
            if r.inputs.get("metadata", {}).get("name") == name
            and (namespace is None or r.inputs["metadata"].get("namespace") == namespace)
        ]
        assert len(found) == 1, f"{len(found)} objects {kind} {name}"
        return found[0]

    @property
    def objects(self) -> list[Recorded]:
        """Typed Kubernetes objects: not releases, not components."""
        return [r for r in self.resources if r.typ.startswith("kubernetes:") and not r.typ.endswith(":Release")]

    @property
    def releases(self) -> list[Recorded]:
        return [r for r in self.resources if r.typ == "kubernetes:helm.sh/v3:Release"]


def stack_config(stack: str, **changes: Any) -> dict[str, Any]:
    """A sample stack's configuration with what the user has to add, and `changes` by camelCase key."""
    config = {**_stack_file(SAMPLES, stack), **SECRET_CONFIG}
    if stack in ALERT_RECEIVERS:
        config["lakehouse:alertReceivers"] = ALERT_RECEIVERS[stack]
    for key, value in changes.items():
        if value is None:
            config.pop(f"lakehouse:{key}", None)
        else:
            config[f"lakehouse:{key}"] = value
    return config


def committed_stacks() -> list[str]:
    """The names of the stacks in infra/stacks."""
    return sorted(path.stem.partition(".")[2] for path in STACKS.glob("Pulumi.*.yaml"))


def committed_config(stack: str) -> dict[str, Any]:
    """A stack as its users have it, with something in the place of what they keep encrypted or elsewhere."""
    config = {**_stack_file(STACKS, stack), **SECRET_CONFIG}
    for key in SECRET_KEYS[1:]:
        config.pop(key, None)
    alerting = Alerting.model_validate(config.get("lakehouse:alerting", {}))
    if receivers := receiver_secrets(alerting):
        config["lakehouse:alertReceivers"] = {name: f"canary-{name}" for name in receivers}
    if config.get("lakehouse:objectStore", {}).get("mode") == "external":
        pair = {"accessKey": "canary-access", "secretKey": "canary-secret"}
        config["lakehouse:objectStoreCredentials"] = {"default": pair}
    return config


def _stack_file(folder: Path, stack: str) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((folder / f"Pulumi.{stack}.yaml").read_text())["config"]
    return config


def encoded(config: Mapping[str, Any]) -> dict[str, str]:
    """As the engine hands configuration to a program: text, objects as JSON."""
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}


def run_program(config: Mapping[str, Any], *, stack: str = "test", preview: bool = False) -> Program:
    """Run infra/__main__.py to its end and record it."""
    monitor = _Monitor()
    exported: dict[str, Any] = {}
    mocks.set_mocks(monitor.mocks, project="lakehouse", stack=stack, preview=preview, monitor=monitor)
    pulumi.runtime.set_all_config(encoded(config), SECRET_KEYS)

    def run() -> None:
        with _exports_into(exported):
            runpy.run_path(str(ROOT / "infra" / "__main__.py"), run_name="__main__")

    # Waits for every output, so that nothing is asserted before it is registered.
    decorate: Callable[[Callable[[], None]], Callable[[], None]] = getattr(pulumi.runtime, "test")  # noqa: B009 - untyped
    decorate(run)()
    stack_type = "pulumi:pulumi:Stack"
    return Program(tuple(r for r in monitor.recorded.values() if r.typ != stack_type), exported)


@contextmanager
def _exports_into(target: dict[str, Any]) -> Iterator[None]:
    with patch.object(pulumi, "export", target.__setitem__):
        yield


def revealed(value: Any) -> Any:
    """The value with every secret in clear and whole numbers as integers (the wire knows floats only)."""
    if isinstance(value, Mapping):
        if rpc._special_sig_key in value:
            return revealed(value.get("value"))
        return {key: revealed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [revealed(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
