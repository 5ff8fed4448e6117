"""The runbooks' kubectl commands, run by a real kubectl on the platform that they speak of.

What changes something is asked of the API server and not done, but for the drain of a node: whether its pods may go
depends on the steps before it. No process writes logs here, and nothing is restarted again and again: of `logs` and
`rollout restart` only the target is looked up.
"""

from __future__ import annotations

import functools
import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster.control_plane import describe
from tests.cluster.deployment import Deployment
from tests.cluster.test_operations import of_daemon_set
from tests.cluster.test_quotas import KEEP
from tests.monitoring.runbook_commands import RUNBOOKS, commands_of
from tests.program.conftest import shape

pytestmark = pytest.mark.cluster
ASKED_ONLY = frozenset({"scale", "delete", "patch", "create"})
DRAIN = ("cordon", "drain", "uncordon")
LOOKED_UP = frozenset({"logs", "rollout restart"})
DONE = frozenset({"get", "describe", "wait", "exec", "rollout status"})
FIRST = "jsonpath={.items[0].metadata.namespace} {.items[0].metadata.name}"
PRIMARY = ["-A", "-l", "cnpg.io/instanceRole=primary", "-o", "jsonpath={.items[0].spec.nodeName}"]
CONSOLE = ["create", "job", "console", "--from=cronjob/console"]
# What an operator fills in is the name of something of this kind.
PLACEHOLDERS = {
    "$POD": "pods",
    "$JOB_NAME": "jobs",
    "$DEPLOYMENT": "deployments",
    "$NAME": "certificates.cert-manager.io",
    "$NODE": "nodes",
    "$VOLUME": "persistentvolumes",
    # After those that are in a namespace: it is theirs.
    "$NAMESPACE": "pods",
}


def kubectl_commands() -> list[tuple[str, ...]]:
    """The words behind each `kubectl`, once; what runs in a pod is cut off, as is what its output is piped into."""
    found: dict[tuple[str, ...], None] = {}
    for page in sorted(RUNBOOKS.rglob("*.md")):
        for command in commands_of(page):
            for part in parts(command.text):
                if part[0] == "kubectl":
                    found[tuple(part[1 : part.index("--")] if "--" in part else part[1:])] = None
    return list(found)


def parts(text: str) -> Iterator[list[str]]:
    """The commands of a pipe, with their words as the shell hands them over."""
    words = shlex.split(text)
    while "|" in words:
        yield words[: words.index("|")]
        words = words[words.index("|") + 1 :]
    yield words


def verb(words: tuple[str, ...]) -> str:
    position = 2 if words[0] == "-n" else 0
    return " ".join(words[position : position + 2]) if words[position] == "rollout" else words[position]


def namespace(words: tuple[str, ...]) -> str | None:
    return words[1] if words[0] == "-n" else None


COMMANDS = kubectl_commands()


def test_every_command_is_asked_done_or_looked_up() -> None:
    assert len(COMMANDS) > 150
    assert {verb(words) for words in COMMANDS} == ASKED_ONLY | LOOKED_UP | DONE | {*DRAIN}


def test_every_command_of_a_page_works_on_the_platform(deployment: Deployment) -> None:
    here = [words for words in COMMANDS if profile_of(namespace(words)) == deployment.profile]
    mine = [words for words in here if verb(words) not in DRAIN]
    assert mine
    with opened_console(deployment, mine):
        wrong = [said for words in mine if (said := refusal(deployment, words))]
    assert not wrong, "\n".join(wrong)


def test_the_pages_drain_the_node_whose_pods_are_hardest_to_move(deployment: Deployment) -> None:
    """PostgreSQL's primary: its budget lets it go only after the operator has moved the role off the cordoned node."""
    run = deployment.cluster.kubectl
    [cordon, drain, uncordon] = [words for name in DRAIN for words in COMMANDS if verb(words) == name]
    node = run("get", "pods", *PRIMARY)
    for words in (cordon, drain, uncordon):
        run(*(word.replace("$NODE", node).replace("=15m", "=5m") for word in words))
        if words is drain:
            assert not running_on(deployment, node)
    deployment.wait_until_settled()


def running_on(deployment: Deployment, node: str) -> list[str]:
    pods = [pod for pod in deployment.pods if pod["spec"].get("nodeName") == node and not of_daemon_set(pod)]
    return [describe(pod) for pod in pods if pod["status"]["phase"] == "Running"]


@functools.cache
def profile_of(place: str | None) -> str:
    """The profile whose platform a command is for: production where it has the namespace, or none is named."""
    production = {item.metadata["name"] for item in shape("prod").objects if item.kind == "Namespace"}
    return "production" if place in {None, "$NAMESPACE", *production} else "lightweight"


@contextmanager
def opened_console(deployment: Deployment, commands: list[tuple[str, ...]]) -> Iterator[None]:
    """The pod that other commands run in, where a page of this profile opens one; a simulated one ends unless kept."""
    run, opening = deployment.cluster.kubectl, [words[:2] for words in commands if list(words[2:]) == CONSOLE]
    for place in opening:
        job = json.loads(run(*place, *CONSOLE, "--dry-run=client", "-o", "json"))
        job["spec"]["template"]["metadata"].setdefault("annotations", {})[KEEP] = ""
        run(*place, "create", "-f", "-", stdin=json.dumps(job))
    try:
        for place in opening:
            run(*place, "wait", "--for=jsonpath={.status.ready}=1", "job/console", "--timeout=60s")
        yield
    finally:
        for place in opening:
            run(*place, "delete", "job", "console")


def refusal(deployment: Deployment, words: tuple[str, ...]) -> str | None:
    try:
        deployment.cluster.kubectl(*asked(filled(words, deployment)), stdin="")
    except RuntimeError as error:
        return str(error)
    return None


def filled(words: tuple[str, ...], deployment: Deployment) -> list[str]:
    """With something real for what an operator fills in."""
    wanted = next((name for name in PLACEHOLDERS if any(name in word for word in words)), None)
    values = {"$RUN_ID": "0"}
    if wanted:
        found = deployment.cluster.kubectl("get", PLACEHOLDERS[wanted], "-A", "-o", FIRST).split()
        values |= {wanted: found[-1], "$NAMESPACE": found[0]}
    return [instance(re.sub(r"\$[A-Z_]+", lambda match: values[match[0]], word)) for word in words]


def instance(word: str) -> str:
    """The operator counts PostgreSQL's instances from one, the stateful set of its double from nought."""
    return re.sub(r"^postgres-(\d)$", lambda match: f"postgres-{int(match[1]) - 1}", word)


def asked(words: list[str]) -> list[str]:
    """What is run for a command."""
    what = verb(tuple(words))
    if what in ASKED_ONLY:
        again = words[-1:] == ["--from=cronjob/console"]
        return [*(word + "-again" if again and word == "console" else word for word in words), "--dry-run=server"]
    if what == "exec":
        return [*words, "--", "echo"]
    if what in LOOKED_UP:
        return looked_up(words, len(what.split()))
    return words


def looked_up(words: list[str], verbs: int) -> list[str]:
    """`get` for the target: a kind with a name, a pod's name alone, or pods by a label."""
    target, selector, rest = [], [], iter(words[2 + verbs :])
    for word in rest:
        if word == "-l":
            selector += [word, next(rest)]
        elif word == "-c":
            next(rest)
        elif word.startswith("--selector"):
            selector.append(word)
        elif not word.startswith("-"):
            target.append(word if selector or "/" in word or verbs > 1 else f"pod/{word}")
    return [*words[:2], "get", *(target or ["pods"]), *selector]
