"""The two file formats that Java servers are configured in."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

Properties = Mapping[str, str]


def properties_file(properties: Properties) -> str:
    """`key=value` lines; raises ValueError for a value that would end its line."""
    for key, value in properties.items():
        if "\n" in value or "\r" in value:
            raise ValueError(f"property {key} has a line break in its value; a properties file would cut it there")
    return "".join(f"{key}={value}\n" for key, value in properties.items())


def site_file(properties: Properties) -> str:
    """Hadoop's XML."""
    entries = "".join(
        f"  <property><name>{escape(name)}</name><value>{escape(value)}</value></property>\n"
        for name, value in properties.items()
    )
    return f'<?xml version="1.0"?>\n<configuration>\n{entries}</configuration>\n'


def environment(name: str) -> str:
    """A value that Trino takes from its environment: secrets stand in no file."""
    return f"${{ENV:{name}}}"
