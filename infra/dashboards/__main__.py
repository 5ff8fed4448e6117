"""`python -m dashboards`: write every dashboard of every profile."""

from __future__ import annotations

from dashboards.render import DASHBOARDS, rendered


def main() -> None:
    """Replace the files in monitoring/dashboards."""
    files = rendered()
    for stale in set(DASHBOARDS.rglob("*.json")) - set(files):
        stale.unlink()
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    main()
