"""A client of Airbyte's public API: only what this program asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from odoo_lake.airbyte.config import Client
from odoo_lake.product_setup.api import Product, ProductApi

PAGE_SIZE = 100


class AirbyteApi(ProductApi):
    """Calls with a fresh token."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            Product(
                name="Airbyte",
                address=client.api_url,
                api_url=client.api_url,
                change_method="PATCH",
                reason=_reason,
                objects=client.concerns,
                pods="pods",
                credentials="the client id and secret",
                credentials_remedy=f"Compare {client.known_from} with Airbyte's own airbyte-auth-secrets.",
                again=client.again,
                within_seconds=client.within_seconds,
            )
        )
        self._session.headers["Authorization"] = f"Bearer {self._token(client)}"

    def every(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """All rows of a list; a page is asked for when its first row is."""
        offset = 0
        while True:
            page = self.get(path, **query, limit=str(PAGE_SIZE), offset=str(offset))
            rows = list(page["data"])
            yield from rows
            offset += len(rows)
            if len(rows) < PAGE_SIZE:
                return

    def _token(self, client: Client) -> str:
        body = {
            "client_id": client.client_id.get_secret_value(),
            "client_secret": client.client_secret.get_secret_value(),
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
