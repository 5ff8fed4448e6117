"""CPU, memory and storage: parsed once, printed for each reader. No decimal units: 1 GB of the sizing tables is 1Gi."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_CPU = re.compile(r"(?P<milli>\d+)m|(?P<cores>\d+(\.\d{1,3})?)")
_BINARY = re.compile(r"(?P<number>\d+)(?P<unit>Mi|Gi|Ti)")
_MIB = {"Mi": 1, "Gi": 1024, "Ti": 1024 * 1024}


@dataclass(frozen=True, order=True)
class Cpu:
    """Processor time in thousandths of a core."""

    millicores: int

    @classmethod
    def parse(cls, text: str) -> Cpu:
        """`500m`, `2` or `0.5`; raises ValueError for anything else."""
        match = _CPU.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an amount of CPU; write millicores such as 500m, or cores such as 2")
        return cls(int(match["milli"]) if match["milli"] else round(float(match["cores"]) * 1000))

    def __add__(self, other: Cpu) -> Cpu:
        return Cpu(self.millicores + other.millicores)

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.millicores - other.millicores)

    def __mul__(self, factor: int) -> Cpu:
        return Cpu(self.millicores * factor)

    def __str__(self) -> str:
        """In the API server's own form, so that a refresh finds no difference."""
        return str(self.millicores // 1000) if self.millicores % 1000 == 0 else f"{self.millicores}m"


@dataclass(frozen=True, order=True)
class Memory:
    """Bytes in units of MiB: memory, a volume's size, or room on a node's disk."""

    mib: int

    @classmethod
    def parse(cls, text: str) -> Memory:
        """`512Mi`, `4Gi` or `1Ti`; raises ValueError for anything else."""
        match = _BINARY.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a size; write a whole number with Mi, Gi or Ti, such as 512Mi or 4Gi")
        return cls(int(match["number"]) * _MIB[match["unit"]])

    @property
    def gib(self) -> float:
        return self.mib / 1024

    def share(self, percent: int) -> Memory:
        """A part of it, rounded down to a MiB."""
        return Memory(self.mib * percent // 100)

    def jvm(self) -> str:
        """As a Java heap option takes it, without the option's name."""
        return f"{self.mib}m"

    def megabytes(self) -> str:
        """As Trino's and PostgreSQL's configuration take it (both count in powers of two)."""
        return f"{self.mib}MB"

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.mib + other.mib)

    def __sub__(self, other: Memory) -> Memory:
        return Memory(self.mib - other.mib)

    def __mul__(self, factor: int) -> Memory:
        return Memory(self.mib * factor)

    def __str__(self) -> str:
        """In the API server's own form, so that a refresh finds no difference."""
        if self.mib == 0:
            return "0"
        unit, size = next((unit, size) for unit, size in reversed(_MIB.items()) if self.mib % size == 0)
        return f"{self.mib // size}{unit}"


def _cpu(value: Any) -> Any:
    return Cpu.parse(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _memory(value: Any) -> Any:
    return Memory.parse(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else value


CpuField = Annotated[
    Cpu, BeforeValidator(_cpu), WithJsonSchema({"type": "string", "pattern": r"^(\d+m|\d+(\.\d{1,3})?)$"})
]
MemoryField = Annotated[
    Memory, BeforeValidator(_memory), WithJsonSchema({"type": "string", "pattern": r"^\d+(Mi|Gi|Ti)$"})
]
