"""What a trial is, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from odoo_lake.storage_check.place import Place


class Verdict(StrEnum):
    """What a trial says of the store."""

    OK = "ok"
    FAILED = "FAILED"
    UNPROVEN = "unproven"


class Flaw(Exception):  # noqa: N818 - a finding, not a mistake of this program
    """The store does not do what the lake needs."""


class Unproven(Exception):  # noqa: N818
    """The bucket, as it is set up, can't show it."""


@dataclass(frozen=True)
class Trial:
    """One thing that the lake asks of a store; `run` gives what it saw and raises Flaw or Unproven."""

    name: str
    needed_for: str
    run: Callable[[Place], str]


@dataclass(frozen=True)
class Finding:
    """What came of one trial."""

    name: str
    verdict: Verdict
    detail: str
    needed_for: str


def tried(trial: Trial, place: Place) -> Finding:
    """Run a trial; a store's error answer is a flaw too."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        verdict, detail = Verdict.OK, trial.run(place)
    except Flaw as flaw:
        verdict, detail = Verdict.FAILED, str(flaw)
    except Unproven as reason:
        verdict, detail = Verdict.UNPROVEN, str(reason)
    except ClientError as error:
        answer = error.response["Error"]
        said = f"{answer.get('Code', '')} {answer.get('Message', '')}".strip()
        verdict, detail = Verdict.FAILED, f"{error.operation_name} was refused: {said}"
    except BotoCoreError as error:
        verdict, detail = Verdict.FAILED, f"no usable answer: {error}"
    return Finding(trial.name, verdict, detail, trial.needed_for)


def require(holds: bool, flaw: str) -> None:
    """Raise Flaw unless it holds."""
    if not holds:
        raise Flaw(flaw)
