"""A Dockerfile's steps carried out in a folder: what a builder does, where there is none.

The base image's Python is a clean virtual environment, and the image's folders lie below a root of their own.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Folders that the steps make; the base's own stay where they are.
_MADE = re.compile(r"(?<![\w./-])/(?=(?:opt|build|app)\b)")


@dataclass(frozen=True)
class Instruction:
    name: str
    argument: str


@dataclass(frozen=True)
class Stage:
    """Everything from one FROM to the next."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def of(self, name: str) -> list[str]:
        return [instruction.argument for instruction in self.instructions if instruction.name == name]

    @property
    def environment(self) -> dict[str, str]:
        pairs = (pair.partition("=") for argument in self.of("ENV") for pair in shlex.split(argument))
        return {name: value for name, _, value in pairs}


def read(path: Path) -> list[Stage]:
    """The stages of a Dockerfile, first to last."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    found: list[tuple[str, str, list[Instruction]]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, argument = line.partition(" ")
        if name == "FROM":
            base, _, alias = argument.partition(" AS ")
            found.append((base.strip(), alias.strip(), []))
        else:
            found[-1][2].append(Instruction(name, argument.strip()))
    return [Stage(base, alias, tuple(instructions)) for base, alias, instructions in found]


def is_sent(path: str, patterns: list[str]) -> bool:
    """Whether .dockerignore lets a file of the repository go to the builder: the last pattern that fits decides."""
    sent = True
    parents = [path, *(str(parent) for parent in Path(path).parents if str(parent) != ".")]
    for pattern in patterns:
        bare = pattern.removeprefix("!")
        plain = bare.removeprefix("**/")
        if any(fnmatch(p, bare) or (bare != plain and fnmatch(Path(p).name, plain)) for p in parents):
            sent = pattern.startswith("!")
    return sent


def ignore_patterns() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@dataclass
class Tree:
    """A stage carried out below `root`, with the programs of `base` as those of its base image."""

    root: Path
    base: Path
    environment: dict[str, str] = field(default_factory=dict)
    work: str = "/"

    def carry_out(self, stage: Stage) -> None:
        """Every step; raises AssertionError with what a step wrote when it fails."""
        actions: dict[str, Callable[[str], None]] = {
            "WORKDIR": self._move,
            "COPY": self._copy,
            "ENV": self._set,
            "RUN": self._run,
            # Steps run as whoever runs the tests; what comes out is used as the last user.
            "USER": lambda _: None,
        }
        for instruction in stage.instructions:
            actions[instruction.name](instruction.argument)

    def place(self, path: str) -> Path:
        """Where a path of the image lies."""
        return self.root / str(Path(self.work) / path).lstrip("/")

    def variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """Variables of the image with this tree's paths."""
        return {
            name: _MADE.sub(f"{self.root}/", value).replace("$PATH", f"{self.base}/bin:/usr/bin:/bin")
            for name, value in values.items()
        }

    def _move(self, path: str) -> None:
        self.work = path
        self.place(".").mkdir(parents=True, exist_ok=True)

    def _set(self, argument: str) -> None:
        pairs = (pair.partition("=") for pair in shlex.split(argument))
        self.environment |= self.variables({name: value for name, _, value in pairs})

    def _copy(self, argument: str) -> None:
        *sources, target = [part for part in argument.split() if not part.startswith("--")]
        patterns = ignore_patterns()
        for source in (path for pattern in sources for path in sorted(ROOT.glob(pattern))):
            files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
            for file in files:
                name = str(file.relative_to(ROOT))
                if not is_sent(name, patterns):
                    continue
                within = file.name if source.is_file() else str(file.relative_to(source))
                place = self.place(target) / within
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, place)

    def _run(self, command: str) -> None:
        environment = {
            "HOME": os.environ.get("HOME", "/"),
            "PATH": f"{self.base}/bin:/usr/bin:/bin",
            **{name: value for name, value in os.environ.items() if _belongs_to_this_machine(name)},
            **self.environment,
        }
        local = _MADE.sub(f"{self.root}/", command)
        done = subprocess.run(
            ["/bin/sh", "-ec", local],
            cwd=self.place("."),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"


def _belongs_to_this_machine(name: str) -> bool:
    """Where it gets packages from, and whom it trusts."""
    return name.lower().endswith("_proxy") or name.startswith(("PIP_", "UV_")) or name in {"SSL_CERT_FILE"}
