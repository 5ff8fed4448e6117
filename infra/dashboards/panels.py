"""A dashboard as data, and the JSON that Grafana reads; thresholds are those of the alerts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from grafana_foundation_sdk.builders import dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    GridPos,
    Threshold,
    ThresholdsMode,
)

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_WIDTH, _COLUMNS = 8, 3
_BUILDERS: dict[str, Callable[[], Any]] = {"stat": stat.Panel, "series": timeseries.Panel, "table": table.Panel}
_HEIGHTS = {"stat": 4, "series": 8, "table": 8}


@dataclass(frozen=True)
class Panel:
    """One picture. `limit` names a threshold of monitoring/thresholds.yaml; `alert` the runbook behind it."""

    title: str
    description: str
    kind: Literal["stat", "series", "table"]
    unit: str
    queries: Mapping[str, str]
    """{legend: expression}"""
    limit: str | None = None
    alert: str | None = None
    is_worse_below: bool = False


def series(title: str, description: str, unit: str, queries: dict[str, str], *rest: str | None) -> Panel:
    """A line for each query; `rest`: threshold and alert."""
    limit, alert = rest or (None, None)
    return Panel(title, description, "series", unit, queries, limit, alert)


@dataclass(frozen=True)
class Board:
    """One dashboard; deployed with the parts that it requires. Its uid is in the links of alerts."""

    uid: str
    title: str
    requires: tuple[str, ...]
    panels: tuple[Panel, ...]


def render_board(board: Board, thresholds: Mapping[str, float], runbooks: str) -> str:
    """The dashboard's JSON, with a line end."""
    builder = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .tags(["odoo-lakehouse"])
        .readonly()
        .refresh("1m")
        .time("now-24h", "now")
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(dashboard.ConstantVariable("runbooks").value(runbooks))
        .link(_link_to_others())
    )
    row = column = 0
    for number, panel in enumerate(board.panels, 1):
        height = _HEIGHTS[panel.kind]
        if column == _COLUMNS or (column and _HEIGHTS[board.panels[number - 2].kind] != height):
            row, column = row + _HEIGHTS[board.panels[number - 2].kind], 0
        position = GridPos(x=column * _WIDTH, y=row, w=_WIDTH, h=height)
        builder = builder.with_panel(_panel(panel, number, thresholds).grid_pos(position))
        column += 1
    text = json.dumps(json.loads(JSONEncoder(sort_keys=True).encode(builder.build())), indent=1, sort_keys=True)
    return text + "\n"


def _link_to_others() -> dashboard.DashboardLink:
    return (
        dashboard.DashboardLink("Lakehouse")
        .type(DashboardLinkType.DASHBOARDS)
        .tags(["odoo-lakehouse"])
        .as_dropdown(True)
        .keep_time(True)
    )


def _panel(panel: Panel, number: int, thresholds: Mapping[str, float]) -> Any:
    builder = _BUILDERS[panel.kind]().id(number).title(panel.title).description(panel.description)
    builder = builder.unit(panel.unit).datasource(DATASOURCE)
    for index, (legend, expression) in enumerate(panel.queries.items()):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + index))
        builder = builder.with_target(query.instant() if panel.kind != "series" else query.range())
    if panel.limit:
        steps = _steps(thresholds[panel.limit], panel.is_worse_below)
        builder = builder.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    if panel.alert:
        link = dashboard.DashboardLink(panel.alert).url(f"${{runbooks}}/{panel.alert}.md").target_blank(True)
        builder = builder.links([link.type(DashboardLinkType.LINK)])
    return builder


def _steps(limit: float, is_worse_below: bool) -> list[Threshold]:
    first, then = ("red", "green") if is_worse_below else ("green", "red")
    return [Threshold(value=None, color=first), Threshold(value=limit, color=then)]
