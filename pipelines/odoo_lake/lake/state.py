"""The published state of today, and the separate ones of past days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

CATALOGUE = "lake.duckdb"


@dataclass(frozen=True)
class LakeState:
    """Today's state, or that of a past day; they share bronze and nothing else."""

    past_day: date | None = None

    @property
    def label(self) -> str:
        return f"the state of {self.past_day.isoformat()}" if self.past_day else "the current state"

    @property
    def run_command(self) -> str:
        return f"odoo-lake run --as-of {self.past_day.isoformat()}" if self.past_day else "odoo-lake run"

    @property
    def catalogue_path(self) -> str:
        """The catalogue file, below the place where catalogues are."""
        return f"as_of/{self.past_day.isoformat()}/{CATALOGUE}" if self.past_day else CATALOGUE

    @property
    def data_prefix(self) -> str:
        """What precedes the paths of silver and gold files."""
        return f"_as_of/{self.past_day.isoformat()}/" if self.past_day else ""

    @property
    def work_folder(self) -> str:
        return f"as_of-{self.past_day.isoformat()}" if self.past_day else "build"
