"""A client of Metabase's API: only what the apply program asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from odoo_lake.errors import UserError
from odoo_lake.metabase.config import MetabaseConfig, Secrets

TIMEOUT_SECONDS = 120
RETRIES = 5
UNAUTHORIZED = frozenset({401, 403})

Body = Mapping[str, Any]


class MetabaseApi:
    """Calls as the administrator, who is made where there is nobody yet; no error holds a secret."""

    def __init__(self, config: MetabaseConfig, secrets: Secrets) -> None:
        self._config = config
        self._session = requests.Session()
        # The server answers 503 while it starts; a POST is repeated only if it never arrived.
        again = Retry(
            RETRIES, backoff_factor=1, status_forcelist=(502, 503, 504), allowed_methods=["GET"], raise_on_status=False
        )
        self._session.mount("http://", HTTPAdapter(max_retries=again))
        self._session.mount("https://", HTTPAdapter(max_retries=again))
        properties = self.get("session/properties")
        self.made_administrator = not properties.get("has-user-setup")
        if self.made_administrator:
            self._session.headers["X-Metabase-Session"] = self._set_up(str(properties["setup-token"]), secrets)
        else:
            self._session.headers["X-Metabase-Session"] = self._log_in(secrets)

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", path, params=query)

    def create(self, path: str, body: Body) -> dict[str, Any]:
        return dict(self._call("POST", path, json=body))

    def change(self, path: str, body: Body) -> dict[str, Any]:
        return dict(self._call("PUT", path, json=body))

    def _set_up(self, token: str, secrets: Secrets) -> str:
        user = {
            "email": self._config.admin.email,
            "password": secrets.admin_password.get_secret_value(),
            "first_name": "Lakehouse",
            "last_name": "Administrator",
        }
        preferences = {"site_name": self._config.site_name, "allow_tracking": False}
        return str(self.create("setup", {"token": token, "user": user, "prefs": preferences})["id"])

    def _log_in(self, secrets: Secrets) -> str:
        body = {"username": self._config.admin.email, "password": secrets.admin_password.get_secret_value()}
        return str(self.create("session", body)["id"])

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        url = f"{self._config.url}/api/{path}"
        try:
            answer = self._session.request(method, url, timeout=TIMEOUT_SECONDS, **arguments)
        except requests.RequestException as error:
            raise UserError(
                f"Metabase at {self._config.url} does not answer ({type(error).__name__}).",
                "Its database and dashboards are as they were.",
                "Look at the pod of its namespace, then start the Job again.",
            ) from None
        if answer.status_code in UNAUTHORIZED:
            raise UserError(
                f"Metabase refused the administrator {self._config.admin.email} (HTTP {answer.status_code}).",
                "Nothing was changed.",
                f"The password in secret {self._config.admin.secret} is not the one that Metabase knows: "
                "reset it there, or put Metabase's into the secret.",
            )
        if not answer.ok:
            raise RefusedError(method, path, answer.status_code, _reason(answer))
        return answer.json()


class RefusedError(UserError):
    """Metabase understood the call and said no."""

    def __init__(self, method: str, path: str, status: int, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"Metabase refused {method} {path} (HTTP {status}): {reason}.",
            "What came before it is done; a repeated run continues there.",
            "Correct what it names, then start the Job again.",
        )


def _reason(answer: requests.Response) -> str:
    """Metabase answers with a text, a message, or errors by field."""
    try:
        body = answer.json()
    except ValueError:
        return (answer.text.strip().splitlines() or [answer.reason])[0].rstrip(".")
    if isinstance(body, dict):
        errors = body.get("errors")
        texts = [f"{key}: {value}" for key, value in errors.items()] if isinstance(errors, dict) else []
        return ("; ".join(texts) or str(body.get("message") or answer.reason)).rstrip(".")
    return str(body).rstrip(".")
