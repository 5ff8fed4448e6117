"""Where a stack runs: what every component needs to know, and nothing about sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .profile import Profile
from .settings import Settings
from .versions import Image


@dataclass(frozen=True, kw_only=True)
class Site:
    profile: Profile
    storage_class: str
    protect_data: bool
    # Registry that holds copies of all images, for clusters without the Internet.
    image_registry: str | None = None
    # Folder of chart archives, used instead of the charts' repositories.
    chart_directory: Path | None = None
    # Images that the user builds from this repository, as the stack names them.
    pipelines_image: str
    superset_image: str | None = None
    # How often each secret was asked to be made anew; a secret not named is at 1.
    secret_generation: Mapping[str, int] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set, repr=False, compare=False)

    @classmethod
    def of(cls, settings: Settings) -> Site:
        return cls(
            profile=settings.profile,
            storage_class=settings.storage_class,
            protect_data=settings.protect_data,
            image_registry=settings.image_registry,
            chart_directory=Path(settings.chart_directory) if settings.chart_directory else None,
            pipelines_image=settings.images.pipelines or "",
            superset_image=settings.images.superset,
            secret_generation=settings.secret_generation,
        )

    def image(self, image: Image) -> str:
        """The reference that a pod of this stack names."""
        return image.reference(self.image_registry)

    def generation(self, secret: str) -> int:
        self._asked.add(secret)
        return self.secret_generation.get(secret, 1)

    def generations_of_nothing(self) -> list[str]:
        """The secrets to be made anew that no component has: known when all of them are declared."""
        return sorted(self.secret_generation.keys() - self._asked)
