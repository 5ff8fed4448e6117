"""The notations of a stack's configuration: text of a form, and the words that tell a user how to write it."""

from __future__ import annotations

import re
import ssl
from ipaddress import ip_network
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# As Alertmanager orders them.
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# Name, least and greatest number, and the names that stand for numbers.
_CRON_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
_LONGEST_MONTH = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def written_as(pattern: str, how: str) -> AfterValidator:
    """Text that the pattern fits whole; else the error says `how` to write it."""
    compiled = re.compile(pattern)

    def fits(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(how)
        return text

    return AfterValidator(fits)


def _cidr(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"not a network in CIDR notation ({error}); write it as 10.0.0.0/16") from None


def _pinned(reference: str) -> str:
    """An image reference with a tag other than latest, or a digest."""
    name, _, digest = reference.partition("@")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*(:\d{1,5})?(/[a-z0-9._-]+)*(:[\w][\w.-]{0,127})?", name):
        raise ValueError("not an image's name; write it as registry.example.com/odoo/pipelines:1.2.3")
    if digest:
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
            raise ValueError("not an image's digest; write sha256: and its 64 digits after the @")
        return reference
    if name.rpartition("/")[2].partition(":")[2] in {"", "latest"}:
        raise ValueError("an image without a fixed tag or digest; another build could start at any time")
    return reference


def _pem(text: str) -> str:
    """One or several certificates as text."""
    try:
        ssl.create_default_context(cadata=text)
    except ssl.SSLError:
        raise ValueError(
            "not certificates in PEM form; give the file's text, from -----BEGIN CERTIFICATE----- on"
        ) from None
    return text


def _port_of_url(text: str) -> str:
    port = text.rpartition(":")[2]
    if port.isdigit() and not 1 <= int(port) <= 65535:
        raise ValueError(f"{port} is no port; they go from 1 to 65535")
    return text


def cron_numbers(expression: str) -> tuple[frozenset[int], ...]:
    """The minutes, hours, days, months and weekdays (0 is Sunday) that an expression of five fields names.

    Raises ValueError that names the field which is wrong, or a date that never comes.
    """
    parts = expression.split()
    if len(parts) != len(_CRON_FIELDS):
        raise ValueError(
            f"{len(parts)} fields instead of five; write minute, hour, day, month and weekday, such as 30 2 * * *"
        )
    fields = tuple(
        frozenset(number for item in part.split(",") for number in _cron_item(item, *field))
        for part, field in zip(parts, _CRON_FIELDS, strict=True)
    )
    if parts[4] == "*" and min(fields[2]) > max(_LONGEST_MONTH[month] for month in fields[3]):
        raise ValueError(f"no such month has a day {min(fields[2])}; it would never run")
    return fields


def _cron_item(item: str, name: str, least: int, greatest: int, names: tuple[str, ...]) -> range:
    span, _, step = item.partition("/")
    first, dash, last = span.partition("-")

    def number(text: str) -> int:
        if text.lower() in names:
            return names.index(text.lower()) + least
        if not text.isdigit() or not least <= int(text) <= greatest:
            raise ValueError(f"{item!r} is no {name}; they go from {least} to {greatest}, and * is all of them")
        return int(text)

    if step and (not step.isdigit() or int(step) < 1):
        raise ValueError(f"{item!r} is no {name}: after the / stands every how many, such as */2")
    start = least if span == "*" else number(first)
    # A single number with a step goes on to the end.
    stop = number(last) if dash else greatest if span == "*" or step else start
    if stop < start:
        raise ValueError(f"{item!r} is no {name}: it ends before it starts")
    return range(start, stop + 1, int(step or 1))


def _cron(text: str) -> str:
    cron_numbers(text)
    return text


def _daily(text: str) -> str:
    _, _, days, months, weekdays = cron_numbers(text)
    if (len(days), len(months), len(weekdays)) != (31, 12, 7):
        raise ValueError("less often than once a day; write * for day, month and weekday, such as 30 0 * * *")
    return text


def _weekly(text: str) -> str:
    _, _, days, months, _ = cron_numbers(text)
    if (len(days), len(months)) != (31, 12):
        raise ValueError("less often than once a week; write * for day and month, such as 0 13 * * 6")
    return text


def _zone(text: str) -> str:
    # A machine without the list cannot say.
    known = available_timezones()
    if known and text not in known:
        raise ValueError("no time zone of the IANA list; write it as Europe/Berlin")
    return text


def _weekdays(text: str) -> str:
    days = text.split(":")
    if len(days) > 2 or not set(days) <= set(_WEEKDAYS):
        raise ValueError("not a day of the week or two with a colon between; write it as monday:friday")
    if _WEEKDAYS.index(days[0]) > _WEEKDAYS.index(days[-1]):
        raise ValueError("days that end before they start; write two entries, or start with the earlier day")
    return text


Cidr = Annotated[str, AfterValidator(_cidr)]
Certificates = Annotated[str, AfterValidator(_pem)]
ImageReference = Annotated[str, AfterValidator(_pinned)]
Name = Annotated[
    str, written_as(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", "not a name; write small letters, digits, - and .")
]
Host = Annotated[
    str,
    written_as(
        rf"(?i)(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*",
        "not a host; write its name or address only, without scheme, port and path",
    ),
]
Domain = Annotated[
    str,
    written_as(
        rf"(?=.{{1,200}}$){_LABEL}(\.{_LABEL})*",
        "not a domain; write it in small letters without scheme and path, such as lake.example.com",
    ),
]
Url = Annotated[
    str,
    written_as(r"https?://[A-Za-z0-9.-]+(:\d+)?", "not an address; write it as https://host or https://host:port"),
    AfterValidator(_port_of_url),
]
Issuer = Annotated[
    str,
    written_as(
        r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[\w.~/-]*)?",
        "not an issuer; write it as the provider's discovery document does, such as https://login.example.com/realms/x",
    ),
]
Region = Annotated[str, written_as(r"[a-z0-9-]{1,32}", "not a region; write it as us-east-1")]
Registry = Annotated[
    str,
    # A host, with a port and a path where it has them, as an image's name begins.
    written_as(
        r"[a-z0-9][a-z0-9.-]*(:\d{1,5})?(/[a-z0-9._-]+)*",
        "not how an image's name begins; write it as registry.example.com/copies, without https://",
    ),
]
Cron = Annotated[str, AfterValidator(_cron)]
DailyCron = Annotated[str, AfterValidator(_daily)]
WeeklyCron = Annotated[str, AfterValidator(_weekly)]
Port = Annotated[int, Field(ge=1, le=65535)]
Clock = Annotated[str, written_as(r"([01]\d|2[0-3]):[0-5]\d|24:00", "not a time of day; write it as 08:00")]
TimeZone = Annotated[str, AfterValidator(_zone)]
Weekdays = Annotated[str, AfterValidator(_weekdays)]
Mail = Annotated[str, written_as(r"[^@\s]+@[^@\s]+", "not a mail address; write it as team@example.com")]
