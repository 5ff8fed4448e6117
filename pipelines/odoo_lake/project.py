"""Where the project's folders are: contracts, the dbt project and the company's own settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from odoo_lake.errors import UserError

PROJECT_VARIABLE = "ODOO_LAKE_PROJECT"


@dataclass(frozen=True)
class Project:
    """The folder that holds `contracts/` and `dbt/`."""

    directory: Path

    @property
    def contracts(self) -> Path:
        return self.directory / "contracts" / "odoo"

    @property
    def dbt(self) -> Path:
        return self.directory / "dbt"

    @property
    def account_sections(self) -> Path:
        """The seed with a company's own choices of profit and loss sections."""
        return self.dbt / "seeds" / "account_section_overrides.csv"

    @property
    def settings_file(self) -> Path:
        return self.directory / "odoo-lake.yaml"


def find_project() -> Project:
    """The folder that ODOO_LAKE_PROJECT names, else the first at or above here, else the one this package lies in."""
    named = os.environ.get(PROJECT_VARIABLE)
    here, package = Path.cwd(), Path(__file__).resolve()
    candidates = [Path(named)] if named else [here, *here.parents, *package.parents]
    for candidate in candidates:
        if (candidate / "dbt" / "dbt_project.yml").is_file() and (candidate / "contracts" / "odoo").is_dir():
            return Project(candidate.resolve())
    raise UserError(
        f"{PROJECT_VARIABLE} is {named or 'not set'}, and no folder there has dbt/dbt_project.yml and contracts/odoo.",
        "Without them it is unknown what may be read and what is to be built.",
        f"Run the command inside the project, or set {PROJECT_VARIABLE} to its folder.",
    )
