"""What may run in a namespace at once: the sum that must hold for its quota to let every roll-out finish.

A budget is one ResourceQuota. Nothing here knows about Pulumi; the result is plain data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from .quantities import Cpu, CpuField, Memory, MemoryField

_Kind = TypeVar("_Kind")


class Model(BaseModel):
    """Keys are camelCase in YAML and snake_case in Python; an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, alias_generator=to_camel, populate_by_name=True
    )


NO_CPU, NOTHING = Cpu(0), Memory(0)


@dataclass(frozen=True)
class Amount:
    """CPU, memory and storage that are needed or allowed together."""

    cpu: Cpu = NO_CPU
    memory: Memory = NOTHING
    volume: Memory = NOTHING
    scratch: Memory = NOTHING

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.cpu + other.cpu, self.memory + other.memory, self.volume + other.volume, self.scratch + other.scratch
        )

    def __sub__(self, other: Amount) -> Amount:
        return Amount(
            self.cpu - other.cpu, self.memory - other.memory, self.volume - other.volume, self.scratch - other.scratch
        )

    def __mul__(self, factor: int) -> Amount:
        return Amount(self.cpu * factor, self.memory * factor, self.volume * factor, self.scratch * factor)

    @property
    def storage(self) -> Memory:
        return self.volume + self.scratch

    def worst_of(self, other: Amount) -> Amount:
        """The greater of each: two situations that do not occur at the same time."""
        return Amount(
            max(self.cpu, other.cpu),
            max(self.memory, other.memory),
            max(self.volume, other.volume),
            max(self.scratch, other.scratch),
        )

    def excess_over(self, limit: Amount) -> list[str]:
        """The dimensions in which this is more than `limit`, each as `needed > limit`."""
        pairs = (
            ("cpu", self.cpu.millicores, limit.cpu.millicores, "m"),
            ("memory", self.memory.mib, limit.memory.mib, "Mi"),
            ("volume", self.volume.mib, limit.volume.mib, "Mi"),
            ("scratch", self.scratch.mib, limit.scratch.mib, "Mi"),
        )
        return [f"{name} {need}{unit} > {room}{unit}" for name, need, room, unit in pairs if need > room]

    def __str__(self) -> str:
        text = f"{self.cpu.millicores}m CPU, {self.memory.mib}Mi"
        return text + (f", storage {self.storage}" if self.storage.mib else "")


class Row(Model):
    """A row of the sizing table: what a product may use, its storage split into volumes and room on the node.

    `temporary` rows are there while something moves; they are printed apart.
    """

    cpu: CpuField
    memory: MemoryField
    volume: MemoryField = NOTHING
    scratch: MemoryField = NOTHING
    temporary: bool = False

    @property
    def amount(self) -> Amount:
        return Amount(self.cpu, self.memory, self.volume, self.scratch)


class Pod(Model):
    """One pod's requests; its memory limit equals its request. `scratch` is the size limit of its emptyDirs."""

    cpu: CpuField
    memory: MemoryField
    scratch: MemoryField = NOTHING

    @property
    def amount(self) -> Amount:
        return Amount(self.cpu, self.memory, scratch=self.scratch)

    def without(self, *containers: Pod) -> Pod:
        """What is left for the pod's main container beside these."""
        left = Amount(self.cpu, self.memory, scratch=self.scratch)
        left = left - sum((container.amount for container in containers), Amount())
        return Pod(cpu=left.cpu, memory=left.memory, scratch=left.scratch)

    def resources(self) -> dict[str, dict[str, str]]:
        """As a container's `resources`: no CPU limit, so that an idle core is not wasted."""
        requests = {"cpu": str(self.cpu), "memory": str(self.memory)}
        limits = {"memory": str(self.memory)}
        if self.scratch.mib:
            requests["ephemeral-storage"] = limits["ephemeral-storage"] = str(self.scratch)
        return {"requests": requests, "limits": limits}


# What a container without resources gets: hooks, init containers and sidecars of operators.
DEFAULT_SIZE = Pod(cpu=Cpu(50), memory=Memory(128), scratch=Memory(64))


class Workload(Pod):
    """Pods that run all the time. `surges` where the chart has no strategy key, so that a roll-out adds a pod."""

    replicas: Annotated[int, Field(ge=0)] = 1
    volume: MemoryField = NOTHING
    surges: bool = False

    @property
    def amount(self) -> Amount:
        return Amount(self.cpu, self.memory, self.volume, self.scratch) * self.replicas

    @property
    def surge(self) -> Amount:
        return Amount(self.cpu, self.memory, scratch=self.scratch) if self.surges and self.replicas else Amount()


class Job(Pod):
    """A hook or Job, one at a time; `beside_surge` when it runs while pods are being replaced."""

    beside_surge: bool = False


class Run(Model):
    """A pod that a product starts at run time, by container.

    `beside_upgrade`: it goes on during roll-outs and hooks; else it waits for them. `at_most` caps the number of
    pods that is derived from the headroom. `volume` is a claim that stays between runs.
    """

    containers: dict[str, Pod]
    volume: MemoryField = NOTHING
    beside_upgrade: bool = False
    at_most: Annotated[int, Field(ge=1)] | None = None

    @property
    def amount(self) -> Amount:
        return sum((container.amount for container in self.containers.values()), Amount())


class Budget(Model):
    """One ResourceQuota: the rows it promises and the pods that must fit. Subclasses name the pods as fields."""

    supporting: ClassVar[bool] = False

    namespace: str
    rows: dict[str, Row]
    priority_class: str | None = None

    @property
    def limit(self) -> Amount:
        return sum((row.amount for row in self.rows.values()), Amount())

    @property
    def temporary(self) -> Amount:
        """What of the limit goes away again."""
        return sum((row.amount for row in self.rows.values() if row.temporary), Amount())

    @property
    def workloads(self) -> dict[str, Workload]:
        return dict(self._of(Workload))

    @property
    def jobs(self) -> dict[str, Job]:
        return dict(self._of(Job))

    @property
    def run(self) -> tuple[str, Run] | None:
        """The kind of pod that is started at run time, if the product has one."""
        return next(self._of(Run), None)

    @property
    def steady(self) -> Amount:
        kept = Amount(volume=self.run[1].volume) if self.run else Amount()
        return sum((workload.amount for workload in self.workloads.values()), kept)

    @property
    def transition(self) -> Amount:
        """The worst that an upgrade adds: the largest surge with the Jobs that run beside it, or the largest Job."""
        surge, alone = Amount(), Amount()
        for workload in self.workloads.values():
            surge = surge.worst_of(workload.surge)
        for job in self.jobs.values():
            if job.beside_surge:
                surge += job.amount
            else:
                alone = alone.worst_of(job.amount)
        return surge.worst_of(alone)

    @property
    def concurrency(self) -> int:
        """How many run-time pods fit at once; 0 where the product starts none."""
        if self.run is None:
            return 0
        _, run = self.run
        room = self.limit - self.steady
        if run.beside_upgrade:
            room -= self.transition
        pairs = (
            (room.cpu.millicores, run.amount.cpu.millicores),
            (room.memory.mib, run.amount.memory.mib),
            (room.scratch.mib, run.amount.scratch.mib),
        )
        fits = max(0, min(have // need for have, need in pairs if need))
        return min(fits, run.at_most) if run.at_most is not None else fits

    @property
    def beside(self) -> Amount:
        """The worst that exists beside the steady pods."""
        if self.run is None:
            return self.transition
        _, run = self.run
        runs = run.amount * self.concurrency
        return self.transition + runs if run.beside_upgrade else self.transition.worst_of(runs)

    @property
    def needed(self) -> Amount:
        return self.steady + self.beside

    def problems(self, name: str) -> list[str]:
        """Why this budget cannot work, with the arithmetic; empty when it can."""
        excess = self.needed.excess_over(self.limit)
        if excess:
            return [
                f"{name}: steady pods ({self.steady}) + the worst beside them ({self.beside}) = {self.needed}, but the "
                f"row allows {self.limit} ({', '.join(excess)}). A roll-out in {self.namespace} would wait for ever on "
                f"its quota. Make the pods smaller, or the row larger, under lakehouse:overrides.{name}."
            ]
        if self.run is not None and self.concurrency < 1:
            kind, run = self.run
            left = self.limit - self.steady - (self.transition if run.beside_upgrade else Amount())
            return [
                f"{name}.{kind}: one pod needs {run.amount}, but {left} is left of the row ({self.limit}) beside the "
                f"steady pods ({self.steady}). Nothing could ever run. Make it smaller, or the row larger, under "
                f"lakehouse:overrides.{name}."
            ]
        return []

    def _of(self, kind: type[_Kind]) -> Iterator[tuple[str, _Kind]]:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, kind):
                yield name, value
