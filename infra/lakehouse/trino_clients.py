"""The one list of the products and people that log in to Trino: their roles, and where each password is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .secrets import SecretRef
from .settings import PersonSettings
from .trino_access import METRICS_USER, User

AUTHORITY_SECRET = "trino-authority"  # noqa: S105 - the name of a Kubernetes secret
AUTHORITY_KEY = "ca.crt"


@dataclass(frozen=True, kw_only=True)
class Client:
    """A login. `quotas` are those whose namespaces hold its password; `role` is one of contracts/access.yaml.

    `impersonates` lets it ask on behalf of those who neither build nor administer.
    """

    name: str
    quotas: tuple[str, ...]
    role: str | None = None
    companies: tuple[int, ...] = ()
    impersonates: bool = False
    is_person: bool = False

    @property
    def secret_name(self) -> str:
        """People have names of their own, which must not be those of other secrets."""
        return f"trino-user-{self.name}" if self.is_person else f"trino-{self.name}"


BUILDS, DASHBOARDS, CATALOG, ADMINISTRATION = "dbt", "superset", "datahub", "admin"

CLIENTS: tuple[Client, ...] = (
    Client(name=BUILDS, role="etl", quotas=("dbt",)),
    Client(name=DASHBOARDS, role="bi", quotas=("superset",), impersonates=True),
    Client(name=CATALOG, role="analyst", quotas=("datahub",)),
    Client(name=ADMINISTRATION, role="admin", quotas=("trino",)),
    # Prometheus reads the secret in the namespace of what it scrapes; the access rules name this user.
    Client(name=METRICS_USER, quotas=("trino",)),
)


def clients(people: Mapping[str, PersonSettings]) -> tuple[Client, ...]:
    """Products and people; a person's password is read in Trino's own namespace, by who hands it on."""
    return CLIENTS + tuple(
        Client(name=name, role=person.role, companies=tuple(person.companies), quotas=("trino",), is_person=True)
        for name, person in people.items()
    )


def users(found: Sequence[Client]) -> tuple[User, ...]:
    """Those with a role."""
    return tuple(User(client.name, client.role, client.companies) for client in found if client.role is not None)


@dataclass(frozen=True, kw_only=True)
class TrinoAccess:
    """How clients reach Trino: by HTTPS, with the `username` and `password` of their secret.

    `authority` is the secret whose `ca.crt` signed the server's certificate, in the namespace of every client.
    """

    host: str
    port: int
    logins: Mapping[str, SecretRef]
    authority: SecretRef

    def url(self, user: str) -> str:
        """As `odoo-lake` reads it; the password has a variable of its own."""
        return f"https://{user}@{self.host}:{self.port}"
