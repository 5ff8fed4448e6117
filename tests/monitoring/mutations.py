"""Rules with one thing changed: a number, an operator, a selector, a label that is grouped by, or a duration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.monitoring.rule_cases import TestedAlert, metric_names

_NUMBER = re.compile(r"(?<![\w.:\"])(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.:\"])")
_RANGE = re.compile(r"\[(\d+)([mhd])\]")
_OFFSET = re.compile(r" offset (\d+)([mhd])")
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
_GROUPING = re.compile(r"\b(by|on)\s*\(([\w, ]+)\)")
_AGGREGATION = re.compile(r"\b(max|min|sum)(?=\s*(?:by\s*)?\()")
_OTHER_AGGREGATIONS = {"max": "min", "min": "max", "sum": "max"}
_OVER_TIME = re.compile(r"\b(max|avg)_over_time")
_ARITHMETIC = re.compile(r"\s([-+*/])\s")
_OTHER_ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*"}
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
        before, after = expression[: found.start()], expression[found.end() :]
        where = " ".join(f"{before[-24:]}[{found[0]}]{after[:16]}".split())
        for text in texts:
            yield f"{where} -> {text or 'nothing'}", before + text + after


def _changes(expression: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    braces = list(_BRACES.finditer(expression))
    for found in _NUMBER.finditer(expression):
        number = float(found[1])
        step = number * 0.01 if number % 1 else max(1, number // 100)
        yield found, [f"{number - step:.15g}", f"{number + step:.15g}"]
    for found in _RANGE.finditer(expression):
        factor, unit = _HALF[found[2]]
        yield found, [f"[{int(found[1]) * 2}{found[2]}]", f"[{int(found[1]) * factor}{unit}]"]
    for found in _OFFSET.finditer(expression):
        yield found, ["", f" offset {int(found[1]) * 2}{found[2]}"]
    yield from _changed_operators(expression, braces)
    for found in _GROUPING.finditer(expression):
        labels = found[2].split(", ")
        yield found, [f"{found[1]} ({', '.join(other for other in labels if other != label)})" for label in labels]
    for metric in sorted(metric_names(expression)):
        for found in re.finditer(rf"(?<![\w:]){metric}(?![\w:])", expression):
            yield found, [f"{metric}_x"]
    for brace in braces:
        for found in _MATCHER.finditer(expression, brace.start(), brace.end()):
            yield found, _changed_matcher(*found.groups())


def _changed_operators(expression: str, braces: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], list[str]]]:
    for found in _COMPARISON.finditer(expression):
        if not any(brace.start() < found.start() < brace.end() for brace in braces):
            yield found, list(_OTHER_COMPARISONS[found[1]])
    for found in _SET_OPERATOR.finditer(expression):
        yield found, [f" {other} " for other in _OTHER_SETS[found[1]]]
    for found in _ARITHMETIC.finditer(expression):
        yield found, [f" {_OTHER_ARITHMETIC[found[1]]} "]
    for found in _AGGREGATION.finditer(expression):
        yield found, [_OTHER_AGGREGATIONS[found[1]]]
    for found in _OVER_TIME.finditer(expression):
        yield found, ["min_over_time"]


def _changed_matcher(name: str, operator: str, value: str) -> list[str]:
    """The matcher left out, looking for another value, turned round, and without each of its alternatives."""
    alternatives = value.split("|") if "~" in operator else [value]
    fewer = ["|".join(other for other in alternatives if other != one) for one in alternatives]
    kept = [f'{name}{operator}"{text}", ' for text in (f"{value}x", *filter(None, fewer))]
    return ["", f'{name}{_OPPOSITE[operator]}"{value}", ', *kept]


def _seconds(duration: str) -> float:
    return float(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]]
