"""The commands of runbooks: read from their fences, and taken apart as a shell would."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
RUNBOOKS = REPOSITORY / "ops" / "runbooks"
_FENCE = re.compile(r"^ *```bash\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_READING_VERBS = frozenset({"get", "describe", "logs", "top", "version", "wait"})
_CHANGING_VERBS = frozenset(
    {"rollout", "create", "delete", "patch", "annotate", "scale", "cordon", "uncordon", "drain", "apply"}
)
# The operator's own pod changes nothing of the platform.
_OPENS_CONSOLE = ["create", "job", "console", "--from=cronjob/console"]
_TYPES = frozenset({"deployment", "statefulset", "pod", "service", "cronjob", "job"})


@dataclass(frozen=True)
class Command:
    """One line of a fence; `inner` is what runs inside a pod, without variables that it sets."""

    file: str
    section: str
    text: str
    is_marked: bool
    """DANGER stands before it."""

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    @property
    def inner(self) -> list[str]:
        """The words that run in the pod, or the command itself where there is no kubectl exec."""
        words = self.words
        if words[0] != "kubectl":
            return words
        inside = words[words.index("--") + 1 :] if "exec" in words and "--" in words else []
        while inside[:1] == ["env"] or (inside and "=" in inside[0]):
            inside = inside[1:]
        return inside

    @property
    def sql(self) -> tuple[str, str] | None:
        """Database and statement of a psql command."""
        inner = self.inner
        if not inner or inner[0] != "psql":
            return None
        database = "odoo" if inner[1] == "$ODOO_URL" else inner[inner.index("-d") + 1]
        return database, inner[inner.index("-c") + 1]

    @property
    def trino(self) -> str | None:
        """The statement that Trino's client is given in the coordinator's pod."""
        inner = self.inner
        return inner[-1] if inner[:2] == ["sh", "-c"] and "; trino " in inner[2] else None

    @property
    def query(self) -> str | None:
        """The expression of a promtool command."""
        inner = self.inner
        return inner[4] if inner[:3] == ["promtool", "query", "instant"] else None

    @property
    def changes_something(self) -> bool:
        words, inner = self.words, self.inner
        text = " ".join(inner)
        if inner:
            reads = inner[0] in {"promtool", "amtool"} or inner[:4] == ["mc", "ilm", "rule", "ls"]
            reads = reads or (inner[0] == "odoo-lake" and inner[1] in {"status", "reconcile", "contract", "query"})
            statement = (self.sql or ("", ""))[1] or self.trino or ""
            return not (
                reads or (statement.startswith("select") and "pg_terminate" not in text and "pg_drop" not in text)
            )
        if words[-4:] == _OPENS_CONSOLE:
            return False
        return words[0] == "kubectl" and not (set(words) & _READING_VERBS and not set(words[:5]) & {"delete", "patch"})


def commands_of(file: Path) -> Iterator[Command]:
    """The commands of one page, with the section that each stands in."""
    text = file.read_text()
    for match in _FENCE.finditer(text):
        before = text[: match.start()]
        sections = re.findall(r"^## (.*)$", before, re.MULTILINE)
        paragraph = before.rstrip().rsplit("\n\n", 1)[-1]
        for line in match[1].replace("\\\n", " ").splitlines():
            if line.strip() and not line.strip().startswith("#"):
                name = str(file.relative_to(RUNBOOKS))
                yield Command(name, sections[-1] if sections else "", line.strip(), "DANGER" in paragraph)


def wrong_names(command: Command, objects: dict[str, list[str]]) -> list[str]:
    """Namespaces, verbs and objects of a kubectl command that do not exist."""
    words = command.words
    if words[0] != "kubectl":
        return []
    outer = words[: words.index("--")] if "--" in words else words
    wrong = []
    namespace = outer[outer.index("-n") + 1] if "-n" in outer else None
    if namespace not in {None, "$NAMESPACE", *objects}:
        wrong.append(f"namespace {namespace}")
    if not set(outer) & (_READING_VERBS | _CHANGING_VERBS | {"exec"}):
        wrong.append(f"verb in {command.text}")
    known = {name for names in objects.values() for name in names} if namespace == "$NAMESPACE" else set()
    known |= set(objects.get(namespace or "", []))
    for word in outer:
        kind, _, name = word.partition("/")
        # A Job that is made by hand has its CronJob's name.
        exists = word in known or (kind == "job" and f"cronjob/{name}" in known)
        if kind in _TYPES and name and not name.startswith("$") and not exists:
            wrong.append(word)
    sources = [word.removeprefix("--from=") for word in outer if word.startswith("--from=")]
    return wrong + [source for source in sources if source not in known]
