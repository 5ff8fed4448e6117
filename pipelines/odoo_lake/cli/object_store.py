"""`odoo-lake provision-buckets`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from odoo_lake.object_store.provision import Store, provision


def provision_buckets(
    access: Annotated[Path, typer.Option("--access", help="The document of buckets and identities.")],
    identities: Annotated[Path, typer.Option("--identities", help="Folder of <identity>/secret-key files.")],
) -> None:
    """Bring the object store's buckets, identities and policies to what a document says."""
    changes = provision(Store.from_environment(), access, identities)
    for change in changes:
        typer.echo(change)
    typer.echo(f"{len(changes)} changes" if changes else "nothing changed")
