"""A client of a product's JSON API; no error holds a secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from odoo_lake.errors import UserError

TIMEOUT_SECONDS = 120
RETRIES = 5
UNAUTHORIZED = frozenset({401, 403})

Body = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Product:
    """What a client has to know of a product, and what its errors say."""

    name: str
    address: str
    """Where users find it."""
    api_url: str
    change_method: str
    """The HTTP method that changes an object."""
    reason: Callable[[requests.Response], str]
    """Why it said no, from its answer."""
    objects: str
    """What is set up in it."""
    pods: str
    credentials: str
    credentials_remedy: str
    again: str = "start the Job again"
    """How the user has it done once more."""
    within_seconds: float | None = None
    """For all calls together, none of them repeated; without it each call has its own time, and is."""


class ProductApi:
    """Calls that are repeated while the product starts; a subclass logs in."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._ends = None if product.within_seconds is None else time.monotonic() + product.within_seconds
        self._session = requests.Session()
        # The server answers 502 to 504 while it starts; a POST is repeated only if it never arrived.
        retries = RETRIES if self._ends is None else 0
        again = Retry(
            retries, backoff_factor=1, status_forcelist=(502, 503, 504), allowed_methods=["GET"], raise_on_status=False
        )
        self._session.mount("http://", HTTPAdapter(max_retries=again))
        self._session.mount("https://", HTTPAdapter(max_retries=again))

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", path, params=query)

    def create(self, path: str, body: Body) -> dict[str, Any]:
        return dict(self._call("POST", path, json=body))

    def change(self, path: str, body: Body) -> dict[str, Any]:
        return dict(self._call(self._product.change_method, path, json=body))

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        product = self._product
        try:
            answer = self._session.request(method, f"{product.api_url}/{path}", timeout=self._seconds(), **arguments)
        except requests.RequestException as error:
            raise UserError(
                f"{product.name} at {product.address} does not answer ({type(error).__name__}).",
                f"Its {product.objects} are as they were.",
                f"Look at the {product.pods} of its namespace, then {product.again}.",
            ) from None
        if answer.status_code in UNAUTHORIZED:
            raise UserError(
                f"{product.name} refused {product.credentials} (HTTP {answer.status_code}).",
                "Nothing was changed.",
                product.credentials_remedy,
            )
        if not answer.ok:
            raise RefusedError(product, method, path, answer)
        return answer.json()

    def _seconds(self) -> float:
        """How long the next call may take; raises requests.Timeout when the time for all of them is over."""
        if self._ends is None:
            return TIMEOUT_SECONDS
        left = self._ends - time.monotonic()
        if left <= 0:
            raise requests.Timeout
        return left


class RefusedError(UserError):
    """The product understood the call and said no."""

    def __init__(self, product: Product, method: str, path: str, answer: requests.Response) -> None:
        self.reason = product.reason(answer)
        super().__init__(
            f"{product.name} refused {method} {path} (HTTP {answer.status_code}): {self.reason}.",
            "What came before it is done; a repeated run continues there.",
            f"Correct what it names, then {product.again}.",
        )
