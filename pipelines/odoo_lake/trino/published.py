"""What Trino's readers see, for a reconciliation at any time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from odoo_lake.build.publish import Publication
from odoo_lake.lake.duck import open_duckdb
from odoo_lake.lake.location import Lake
from odoo_lake.reconcile.run import LakeRows
from odoo_lake.trino.connection import TrinoAddress
from odoo_lake.trino.figures import from_trino
from odoo_lake.trino.publish import read_publication


@dataclass(frozen=True)
class PublishedViews:
    """The views of silver and gold; figures of Odoo's side come from the lake's bronze."""

    lake: Lake
    address: TrinoAddress

    def publication(self) -> Publication | None:
        with self.address.connect() as session:
            return read_publication(session)

    @contextmanager
    def open(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, LakeRows]]:
        with open_duckdb() as duck, self.address.connect() as session:
            self.lake.grant_access(duck)
            yield duck, from_trino(session, published=True)
