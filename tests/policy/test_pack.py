"""The pack as the engine runs it: a process with the stack's configuration, asked about each resource over gRPC."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf import json_format, struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from tests.policy.test_rules import GOOD
from tests.program.recorder import ROOT

RULE = "image-comes-from-a-living-registry"
MIRROR = "mirror.example.internal"
OWN = {"images": {"pipelines": "registry.example.internal/lake/pipelines:1"}}


@contextmanager
def pack(config: dict[str, Any]) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The running pack; `config` is the stack's, by camelCase key."""
    texts = {f"lakehouse:{k}": v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}
    process = subprocess.Popen(
        [sys.executable, "-u", str(ROOT / "infra" / "policies")],
        env={**os.environ, "PULUMI_CONFIG": json.dumps(texts)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        # Not SIGTERM: what an earlier test made this process ignore, the new one ignores as well.
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def broken_rules(stub: analyzer_pb2_grpc.AnalyzerStub, image: str) -> set[str]:
    """The policies that object to a workload with this image."""
    manifest = copy.deepcopy(GOOD)
    manifest["spec"]["template"]["spec"]["containers"][0]["image"] = image
    properties = json_format.ParseDict(manifest, struct_pb2.Struct())
    request = analyzer_pb2.AnalyzeRequest(
        type="kubernetes:apps/v1:StatefulSet", properties=properties, urn="urn:pulumi:s::p::t::db", name="db"
    )
    return {found.policyName for found in stub.Analyze(request, timeout=60).diagnostics}


@pytest.mark.parametrize(
    ("config", "image", "refused"),
    [
        (OWN, "quay.io/example/db:1", False),
        (OWN, "registry.example.internal/lake/pipelines:1", False),
        (OWN, "mirror.example.internal/example/db:1", True),
        ({**OWN, "imageRegistry": MIRROR}, "mirror.example.internal/example/db:1", False),
        (
            {**OWN, "imageRegistry": f"{MIRROR}:5000/copies"},
            "mirror.example.internal:5000/copies/db:1",
            False,
        ),
        ({**OWN, "imageRegistry": MIRROR}, "mirror.example.internal/bitnami/redis:7", True),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_stack_says_where_its_images_may_come_from(config: dict[str, Any], image: str, refused: bool) -> None:
    with pack(config) as stub:
        assert broken_rules(stub, image) == ({RULE} if refused else set())
