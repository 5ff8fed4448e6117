"""A client of Airbyte's public API: only what the apply program asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from odoo_lake.airbyte.config import AirbyteConfig, Secrets
from odoo_lake.errors import UserError

TIMEOUT_SECONDS = 120
PAGE_SIZE = 100
RETRIES = 5
UNAUTHORIZED = frozenset({401, 403})

Body = Mapping[str, Any]


class AirbyteApi:
    """Calls with a fresh token; a refusal becomes a UserError that holds no secret."""

    def __init__(self, config: AirbyteConfig, secrets: Secrets) -> None:
        self._url = config.api_url
        self._auth_secret = config.auth_secret
        self._session = requests.Session()
        # The server answers 502 to 504 while it starts; a POST is repeated only if it never arrived.
        again = Retry(
            RETRIES, backoff_factor=1, status_forcelist=(502, 503, 504), allowed_methods=["GET"], raise_on_status=False
        )
        self._session.mount("http://", HTTPAdapter(max_retries=again))
        self._session.mount("https://", HTTPAdapter(max_retries=again))
        self._session.headers["Authorization"] = f"Bearer {self._token(secrets)}"

    def every(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        while True:
            page = self._call("GET", path, params={**query, "limit": str(PAGE_SIZE), "offset": str(len(found))})
            rows = list(page["data"])
            found += rows
            if len(rows) < PAGE_SIZE:
                return found

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", path, params=query)

    def create(self, path: str, body: Body) -> dict[str, Any]:
        return dict(self._call("POST", path, json=body))

    def change(self, path: str, body: Body) -> dict[str, Any]:
        return dict(self._call("PATCH", path, json=body))

    def _token(self, secrets: Secrets) -> str:
        body = {
            "client_id": secrets.client_id.get_secret_value(),
            "client_secret": secrets.client_secret.get_secret_value(),
            "grant_type": "client_credentials",
        }
        return str(self._call("POST", "applications/token", json=body)["access_token"])

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        try:
            answer = self._session.request(method, f"{self._url}/{path}", timeout=TIMEOUT_SECONDS, **arguments)
        except requests.RequestException as error:
            raise UserError(
                f"Airbyte at {self._url} does not answer ({type(error).__name__}).",
                "Its source, destination and connection are as they were.",
                "Look at the pods of its namespace, then start the Job again.",
            ) from None
        if answer.status_code in UNAUTHORIZED:
            raise UserError(
                f"Airbyte refused the client id and secret (HTTP {answer.status_code}).",
                "Nothing was changed.",
                f"Compare the secret {self._auth_secret} with Airbyte's own airbyte-auth-secrets.",
            )
        if not answer.ok:
            raise RefusedError(method, path, answer.status_code, _reason(answer))
        return answer.json()


class RefusedError(UserError):
    """Airbyte understood the call and said no."""

    def __init__(self, method: str, path: str, status: int, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"Airbyte refused {method} {path.partition('?')[0]} (HTTP {status}): {reason}.",
            "What came before it is done; a repeated run continues there.",
            "Correct what it names, then start the Job again.",
        )


def _reason(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return answer.reason
    texts = [str(body[key]) for key in ("detail", "message", "title") if body.get(key)]
    return (texts or [answer.reason])[0].rstrip(".")
