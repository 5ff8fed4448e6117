"""One run over a store: read, compare, change what differs, and say what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from odoo_lake.object_store.access import Access, read_access, read_secret_key
from odoo_lake.object_store.buckets import provision_bucket
from odoo_lake.object_store.identities import provision_identities
from odoo_lake.object_store.server import Store, explained


def provision(store: Store, access_file: Path, identities_directory: Path) -> list[str]:
    """Bring the store to what the document says; the changes that were made, none when it was right.

    Raises UserError when the store does not answer or refuses the administrator.
    """
    access = read_access(access_file)
    secrets = {identity.name: read_secret_key(identities_directory, identity) for identity in access.identities}
    with explained(store.endpoint, "Buckets and identities are as far as this run got."):
        return list(_changes(store, access, secrets))


def _changes(store: Store, access: Access, secrets: dict[str, str]) -> Iterator[str]:
    s3, admin = store.s3(), store.admin()
    # One call that only a known pair of keys may make; a HEAD has no body to say why it failed.
    s3.list_buckets()
    for bucket in access.buckets:
        yield from provision_bucket(s3, admin, bucket)
    yield from provision_identities(admin, access, lambda identity: secrets[identity.name], store.accepts)
