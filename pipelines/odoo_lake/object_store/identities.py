"""Users and policies. Names with our prefix are ours: those that the document does not list are removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from odoo_lake.object_store.access import Access, Identity

if TYPE_CHECKING:
    from minio import MinioAdmin

SecretKeyOf = Callable[[Identity], str]
Accepts = Callable[[str, str], bool]


def provision_identities(
    admin: MinioAdmin, access: Access, secret_key_of: SecretKeyOf, accepts: Accepts
) -> Iterator[str]:
    """Bring users and policies to what they should be; yields each change that was made.

    `accepts` says whether the store takes a pair of keys: a secret key cannot be read back.
    """
    policies = json.loads(admin.policy_list())
    users = json.loads(admin.user_list())
    for identity in access.identities:
        name = identity.access_key
        if _comparable(policies.get(name)) != _comparable(identity.policy):
            admin.policy_add(name, policy=identity.policy)
            yield f"policy {name}: set"
        secret_key = secret_key_of(identity)
        user = users.get(name)
        if user is None or user.get("status") != "enabled" or not accepts(name, secret_key):
            admin.user_add(name, secret_key)
            yield f"identity {name}: {'created' if user is None else 'given its secret key'}"
        if user is None or user.get("policyName") != name:
            admin.policy_set(name, user=name)
            yield f"identity {name}: policy attached"
        for group in (user or {}).get("memberOf") or []:
            admin.group_remove(group, members=name)
            yield f"identity {name}: taken out of the group {group}"
        yield from _without_further_keys(admin, name)
    ours = {identity.access_key for identity in access.identities}
    for name in sorted(users):
        if name.startswith(access.identity_prefix) and name not in ours:
            admin.user_remove(name)
            yield f"identity {name}: removed"
    for name in sorted(policies):
        if name.startswith(access.identity_prefix) and name not in ours:
            admin.policy_remove(name)
            yield f"policy {name}: removed"


def _without_further_keys(admin: MinioAdmin, name: str) -> Iterator[str]:
    """Service accounts have the user's rights and keys of their own, which no rotation reaches."""
    for account in json.loads(admin.list_service_account(name)).get("accounts") or []:
        admin.delete_service_account(account["accessKey"])
        yield f"identity {name}: further key {account['accessKey']} removed"


def _comparable(policy: Any) -> Any:
    """A policy without the order in which a server lists its parts."""
    if policy is None:
        return None
    return sorted(json.dumps(_sorted(statement), sort_keys=True) for statement in policy["Statement"])


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(_sorted(item) for item in value)
    return value
