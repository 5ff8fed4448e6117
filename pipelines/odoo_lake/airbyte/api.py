"""A client of Airbyte's public API: only what the apply program asks."""

from __future__ import annotations

from typing import Any

import requests

from odoo_lake.airbyte.config import AirbyteConfig, Secrets
from odoo_lake.product_setup.api import Product, ProductApi

PAGE_SIZE = 100


class AirbyteApi(ProductApi):
    """Calls with a fresh token."""

    def __init__(self, config: AirbyteConfig, secrets: Secrets) -> None:
        super().__init__(
            Product(
                name="Airbyte",
                address=config.api_url,
                api_url=config.api_url,
                change_method="PATCH",
                reason=_reason,
                objects="source, destination and connection",
                pods="pods",
                credentials="the client id and secret",
                credentials_remedy=f"Compare the secret {config.auth_secret} with Airbyte's own airbyte-auth-secrets.",
            )
        )
        self._session.headers["Authorization"] = f"Bearer {self._token(secrets)}"

    def every(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **query, limit=str(PAGE_SIZE), offset=str(len(found)))
            rows = list(page["data"])
            found += rows
            if len(rows) < PAGE_SIZE:
                return found

    def _token(self, secrets: Secrets) -> str:
        body = {
            "client_id": secrets.client_id.get_secret_value(),
            "client_secret": secrets.client_secret.get_secret_value(),
            "grant_type": "client_credentials",
        }
        return str(self.create("applications/token", body)["access_token"])


def _reason(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return answer.reason
    texts = [str(body[key]) for key in ("detail", "message", "title") if body.get(key)]
    return (texts or [answer.reason])[0].rstrip(".")
