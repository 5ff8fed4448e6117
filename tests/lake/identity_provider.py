"""An identity provider (OpenID Connect) on loopback: its discovery document, its key, and tokens that it signs."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.loopback import listening

KEY_NAME = "signing-key"


@dataclass(frozen=True)
class Provider:
    """A running provider."""

    issuer: str
    key: rsa.RSAPrivateKey

    def token(self, audience: str, *, key: rsa.RSAPrivateKey | None = None, **claims: Any) -> str:
        """A signed access token, valid for ten minutes unless `claims` say otherwise."""
        now = int(time.time())
        payload = {"iss": self.issuer, "aud": audience, "sub": "a-number", "iat": now, "exp": now + 600, **claims}
        signed = f"{_part({'alg': 'RS256', 'typ': 'JWT', 'kid': KEY_NAME})}.{_part(payload)}"
        signature = (key or self.key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_encoded(signature)}"


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """Serve one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = key.public_key().public_numbers()
    web_key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_NAME}
    web_key |= {"n": _number(numbers.n), "e": _number(numbers.e)}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer = f"http://127.0.0.1:{server.server_port}"
            documents: dict[str, dict[str, Any]] = {
                "/.well-known/openid-configuration": {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                },
                "/keys": {"keys": [web_key]},
            }
            found = documents.get(self.path)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    with listening(server) as issuer:
        yield Provider(issuer, key)


def _part(document: dict[str, Any]) -> str:
    return _encoded(json.dumps(document).encode())


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
