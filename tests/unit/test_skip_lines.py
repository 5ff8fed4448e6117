from __future__ import annotations

from types import SimpleNamespace

from tests.conftest import notes, skip_lines


def test_each_tier_has_one_line_and_each_reason_stands_once() -> None:
    skipped = [
        ("tests/lake/store/test_store.py::test_a", ("tests/object_store.py", 59, "Skipped: there is no Go")),
        ("tests/lake/store/test_store.py::test_b[s3]", ("tests/object_store.py", 59, "Skipped: there is no Go")),
        ("tests/data/test_lakes.py::test_c", ("tests/data/test_lakes.py", 7, "Skipped: no dump")),
        ("tests/lake/store/test_store.py::test_d", ("tests/lake/store/test_store.py", 9, "Skipped: as root")),
    ]
    assert skip_lines(skipped) == [
        "tier data: not run: 1 x no dump",
        "tier lake: not run: 1 x as root; 2 x there is no Go",
    ]


def test_nothing_is_said_when_everything_ran() -> None:
    assert skip_lines([]) == []


def test_a_note_is_said_once_however_many_tests_made_it() -> None:
    first = SimpleNamespace(user_properties=[("note", "rendered 11 of 11 charts"), ("seconds", 3)])
    second = SimpleNamespace(user_properties=[("note", "rendered 11 of 11 charts"), ("note", "cluster tier: b")])
    assert notes([first, object(), second]) == ["rendered 11 of 11 charts", "cluster tier: b"]
