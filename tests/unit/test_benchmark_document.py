"""BENCHMARKS.md keeps what a run did not measure."""

from __future__ import annotations

from pathlib import Path

from tests.bench.document import read_document

HEADER = "| day | ratio |"


def test_earlier_rows_and_other_sections_stay(tmp_path: Path) -> None:
    path = tmp_path / "BENCHMARKS.md"
    first = read_document(path, "# Benchmarks")
    first.add_row("Extraction", "Faster is better.", HEADER, "| Monday | 0.7 |")
    first.replace("Pipeline", ["| step | time |", "| --- | --- |", "| models | 9 s |"])
    path.write_text(first.render())
    second = read_document(path, "# Benchmarks, reworded")
    second.add_row("Extraction", "Faster is still better.", HEADER, "| Tuesday | 0.8 |")
    path.write_text(second.render())
    assert path.read_text() == (
        "# Benchmarks, reworded\n\n"
        "## Extraction\n\nFaster is still better.\n\n"
        "| day | ratio |\n| --- | --- |\n| Monday | 0.7 |\n| Tuesday | 0.8 |\n\n"
        "## Pipeline\n\n| step | time |\n| --- | --- |\n| models | 9 s |\n"
    )


def test_a_section_that_is_measured_again_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "BENCHMARKS.md"
    document = read_document(path, "# Benchmarks")
    document.replace("Pipeline", ["slow"])
    path.write_text(document.render())
    again = read_document(path, "# Benchmarks")
    again.replace("Pipeline", ["fast"])
    assert again.render() == "# Benchmarks\n\n## Pipeline\n\nfast\n"
