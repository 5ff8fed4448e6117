"""Rules with one thing changed: a number, a comparison, a set operator, a selector or a duration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.monitoring.rule_cases import TestedAlert

_NUMBER = re.compile(r"(?<![\w.:\"])(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.:\"])")
_RANGE = re.compile(r"\[(\d+)([mhd])\]")
_COMPARISON = re.compile(r"(?<![=!<>])(>=|<=|==|!=|>|<)(?!=)")
_MATCHER = re.compile(r"(\w+)(=~|!~|!=|=)\"([^\"]*)\",?\s*")
_HALF = {"d": (12, "h"), "h": (30, "m"), "m": (30, "s")}
_BRACES = re.compile(r"\{[^{}]*\}")
_STRINGS = re.compile(r"\"[^\"]*\"")
_OTHER_COMPARISONS = {
    ">": (">=", "<"),
    "<": ("<=", ">"),
    ">=": (">", "<"),
    "<=": ("<", ">"),
    "==": ("!=",),
    "!=": ("==",),
}
_SET_OPERATOR = re.compile(r"\s(and|or|unless)\s")
_OTHER_SETS = {"and": ("or", "unless"), "or": ("and",), "unless": ("and",)}
_OPPOSITE = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}


@dataclass(frozen=True)
class Mutant:
    """An alert with one change, and what was changed."""

    alert: TestedAlert
    change: str


def mutants(alert: TestedAlert) -> Iterator[Mutant]:
    """Every single change of the alert's own expression and waiting time."""
    expression = str(alert.rule["expr"])
    for change, text in _changed_expressions(expression):
        yield Mutant(replace(alert, rule={**alert.rule, "expr": text}), change)
    if "for" in alert.rule:
        seconds = int(_seconds(str(alert.rule["for"])))
        for other in (seconds - 60, seconds + 60):
            yield Mutant(replace(alert, rule={**alert.rule, "for": f"{other}s"}), f"for {seconds}s -> {other}s")
    for index, rule in enumerate(alert.recording):
        if rule["expr"] == "vector(1)":
            continue  # a mark for `unless on (job)`: its value says nothing
        for change, text in _changed_expressions(str(rule["expr"])):
            recording = list(alert.recording)
            recording[index] = {**rule, "expr": text}
            yield Mutant(replace(alert, recording=tuple(recording)), f"{rule['record']}: {change}")


def _changed_expressions(expression: str) -> Iterator[tuple[str, str]]:
    """What is changed, and the expression with that change."""
    quoted = [match.span() for match in _STRINGS.finditer(expression)]
    for found, texts in _changes(expression):
        if any(start <= found.start() < end for start, end in quoted):
            continue
        for text in texts:
            yield f"{found[0]} -> {text or 'nothing'}", expression[: found.start()] + text + expression[found.end() :]


def _changes(expression: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    braces = list(_BRACES.finditer(expression))
    for found in _NUMBER.finditer(expression):
        number = float(found[1])
        step = number * 0.1 if number % 1 else max(1, number // 100)
        yield found, [f"{number - step:.15g}", f"{number + step:.15g}"]
    for found in _RANGE.finditer(expression):
        factor, unit = _HALF[found[2]]
        yield found, [f"[{int(found[1]) * 2}{found[2]}]", f"[{int(found[1]) * factor}{unit}]"]
    for found in _COMPARISON.finditer(expression):
        if not any(brace.start() < found.start() < brace.end() for brace in braces):
            yield found, list(_OTHER_COMPARISONS[found[1]])
    for found in _SET_OPERATOR.finditer(expression):
        yield found, [f" {other} " for other in _OTHER_SETS[found[1]]]
    for brace in braces:
        for found in _MATCHER.finditer(expression, brace.start(), brace.end()):
            name, operator, value = found.groups()
            yield found, ["", f'{name}{operator}"{value}x", ', f'{name}{_OPPOSITE[operator]}"{value}", ']


def _seconds(duration: str) -> float:
    return float(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]]
