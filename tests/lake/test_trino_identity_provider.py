"""People who log in to Trino by the company's identity provider: who is let in, and as whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import trino.dbapi
from cryptography.hazmat.primitives.asymmetric import rsa
from trino.auth import JWTAuthentication

from lakehouse.trino_access import User, access_rules, groups, load_policy
from lakehouse.trino_config import IdentityProvider
from tests.lake.conftest import PROJECT
from tests.lake.identity_provider import Provider, identity_provider
from tests.lake.trino_server import Trino, TrinoFiles, running_trino
from tests.object_store import ObjectStore

pytestmark = pytest.mark.lake

CLIENT = "trino-of-the-lake"
USERS = (User("dbt", "etl"), User("eva.smith", "finance"), User("hana", "hr"))
# Nothing that is asked here is in a table.
NOWHERE = "127.0.0.1:9"


@dataclass(frozen=True)
class Login:
    """A Trino that trusts a provider."""

    trino: Trino
    provider: Provider

    def ask(self, token: str, user: str, statement: str = "select current_user, current_groups()") -> list[Any]:
        """What the bearer of a token is answered."""
        address = self.trino.address("dbt")
        http = requests.Session()
        http.trust_env = False
        http.verify = address.certificate_authority
        connection = trino.dbapi.connect(  # type: ignore[no-untyped-call]
            host=address.host, port=address.port, http_scheme="https", http_session=http,
            user=user, auth=JWTAuthentication(token),
        )  # fmt: skip
        rows: list[Any] = connection.cursor().execute(statement).fetchall()
        return rows


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    policy = load_policy(PROJECT)
    with identity_provider() as provider:
        trusted = IdentityProvider(
            issuer=provider.issuer,
            client_id=CLIENT,
            user_claim="preferred_username",
            scopes=["openid", "profile"],
            people=["eva.smith", "hana"],
        )
        files = TrinoFiles(
            access_rules(policy, (), USERS), groups(USERS, policy), provider=trusted, provider_secret="known-to-both"
        )
        store = ObjectStore(f"http://{NOWHERE}", "nobody", "nobody")
        directory: Path = tmp_path_factory.mktemp("trino-login")
        with running_trino(directory, files, f"thrift://{NOWHERE}", store) as started:
            yield Login(started, provider)


def test_a_person_is_let_in_with_the_groups_of_the_configuration(login: Login) -> None:
    token = login.provider.token(CLIENT, preferred_username="eva.smith", groups=["etl", "admin"])
    assert login.ask(token, "eva.smith") == [["eva.smith", ["finance"]]]


@pytest.mark.parametrize("name", ["dbt", "admin", "evaxsmith", "eva.smith.", "stranger"])
def test_an_account_that_is_no_person_of_the_configuration_is_refused(login: Login, name: str) -> None:
    with pytest.raises(Exception, match="401"):
        login.ask(login.provider.token(CLIENT, preferred_username=name), name)


def test_a_person_cannot_ask_as_another(login: Login) -> None:
    with pytest.raises(Exception, match="cannot impersonate"):
        login.ask(login.provider.token(CLIENT, preferred_username="hana"), "eva.smith")


def test_a_token_for_another_program_of_another_signer_or_of_yesterday_is_refused(login: Login) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for token in (
        login.provider.token("another-program", preferred_username="hana"),
        login.provider.token(CLIENT, preferred_username="hana", key=stranger),
        login.provider.token(CLIENT, preferred_username="hana", exp=1_700_000_000),
        login.provider.token(CLIENT, preferred_username="hana", iss="https://another.example.com"),
    ):
        with pytest.raises(Exception, match="401"):
            login.ask(token, "hana")


def test_products_still_log_in_with_their_passwords(login: Login) -> None:
    with login.trino.address("dbt").connect() as session:
        assert session.rows("select current_user") == [("dbt",)]


def test_a_browser_is_sent_to_the_provider_and_back_to_the_name_it_came_by(login: Login) -> None:
    address = login.trino.address("dbt")
    answer = requests.get(
        f"https://{address.host}:{address.port}/ui/",
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "trino.lake.example.com"},
        verify=address.certificate_authority,
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"].startswith(f"{login.provider.issuer}/authorize?")
    assert "trino.lake.example.com%2Foauth2%2Fcallback" in answer.headers["Location"]
    assert "known-to-both" not in answer.headers["Location"]
