"""Certificates of a control plane that lives as long as a session of tests."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVICE_ADDRESS = "10.96.0.1"
NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")


def write_certificates(directory: Path) -> None:
    """Write `ca.{crt,key}`, `tls.{crt,key}` (servers and the API server's client side) and `sa.key` (tokens)."""
    authority_key = _write_key(directory / "ca.key")
    authority = _builder("control-plane", "control-plane", authority_key)
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    authority_certificate = authority.sign(authority_key, hashes.SHA256())
    _write(directory / "ca.crt", authority_certificate)

    key = _write_key(directory / "tls.key")
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", SERVICE_ADDRESS)]
    alternatives = x509.SubjectAlternativeName([*(x509.DNSName(name) for name in NAMES), *addresses])
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    server = _builder("kube-apiserver", "control-plane", key).add_extension(alternatives, critical=False)
    server = server.add_extension(usages, critical=False).add_extension(issuer, critical=False)
    _write(directory / "tls.crt", server.sign(authority_key, hashes.SHA256()))
    _write_key(directory / "sa.key")


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=7))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    encoding, layout = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(encoding, layout, serialization.NoEncryption()))
    return key


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
