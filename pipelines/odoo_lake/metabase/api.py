"""A client of Metabase's API: only what the apply program asks."""

from __future__ import annotations

import requests

from odoo_lake.metabase.config import MetabaseConfig, Secrets
from odoo_lake.product_setup.api import Product, ProductApi


class MetabaseApi(ProductApi):
    """Calls as the administrator, who is made where there is nobody yet."""

    def __init__(self, config: MetabaseConfig, secrets: Secrets) -> None:
        super().__init__(
            Product(
                name="Metabase",
                address=config.url,
                api_url=f"{config.url}/api",
                change_method="PUT",
                reason=_reason,
                objects="database and dashboards",
                pods="pod",
                credentials=f"the administrator {config.admin.email}",
                credentials_remedy=f"The password in secret {config.admin.secret} is not the one that Metabase knows: "
                "reset it there, or put Metabase's into the secret.",
            )
        )
        self._config = config
        properties = self.get("session/properties")
        self.made_administrator = not properties.get("has-user-setup")
        if self.made_administrator:
            self._session.headers["X-Metabase-Session"] = self._set_up(str(properties["setup-token"]), secrets)
        else:
            self._session.headers["X-Metabase-Session"] = self._log_in(secrets)

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
