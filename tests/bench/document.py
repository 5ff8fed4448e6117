"""BENCHMARKS.md: one section per benchmark, of which a run replaces those that it measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

_HEADING = "## "


@dataclass
class Document:
    """The file's title and its sections, by heading and in order."""

    introduction: str
    sections: dict[str, str] = field(default_factory=dict)

    def replace(self, heading: str, lines: list[str]) -> None:
        self.sections[heading] = "\n".join(lines)

    def add_row(self, heading: str, introduction: str, header: str, row: str) -> None:
        """Add a row to a section's table and keep the earlier ones."""
        columns = header.count("|") - 1
        rule = f"|{' --- |' * columns}"
        earlier = [line for line in self.sections.get(heading, "").splitlines() if line.startswith("|")]
        rows = [line for line in earlier if line not in (header, rule)]
        self.sections[heading] = "\n".join([introduction, "", header, rule, *rows, row])

    def render(self) -> str:
        parts = [self.introduction, *(f"{_HEADING}{name}\n\n{text}" for name, text in self.sections.items())]
        return "\n\n".join(parts) + "\n"


def read_document(path: Path, introduction: str) -> Document:
    """The file as it is, under today's introduction; empty when there is none."""
    document = Document(introduction)
    if path.is_file():
        for part in path.read_text().split(f"\n{_HEADING}")[1:]:
            heading, _, text = part.partition("\n")
            document.sections[heading.strip()] = text.strip()
    return document
