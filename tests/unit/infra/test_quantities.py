"""Sizes are parsed once and printed as each reader takes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.quantities import Cpu, Memory


@pytest.mark.parametrize(("text", "millicores"), [("500m", 500), ("2", 2000), ("0.5", 500), ("1.125", 1125)])
def test_cpu_is_read_in_millicores(text: str, millicores: int) -> None:
    assert Cpu.parse(text) == Cpu(millicores)


@pytest.mark.parametrize(("text", "mib"), [("512Mi", 512), ("4Gi", 4096), ("1Ti", 1048576)])
def test_memory_is_read_in_mebibytes(text: str, mib: int) -> None:
    assert Memory.parse(text) == Memory(mib)


@pytest.mark.parametrize("text", ["", "4", "4G", "4GB", "-1Gi", "1.5Gi", "4 Gi", "lots"])
def test_a_size_without_a_binary_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Mi, Gi or Ti"):
        Memory.parse(text)


@pytest.mark.parametrize("text", ["", "m", "-1", "1.2345", "500M", "two"])
def test_nonsense_is_no_cpu(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount of CPU"):
        Cpu.parse(text)


@given(st.integers(min_value=1, max_value=10**7))
def test_what_is_printed_reads_back(number: int) -> None:
    assert Memory.parse(str(Memory(number))) == Memory(number)
    assert Cpu.parse(str(Cpu(number))) == Cpu(number)


@pytest.mark.parametrize(
    ("quantity", "canonical"),
    [(Cpu(2000), "2"), (Cpu(950), "950m"), (Memory(2048), "2Gi"), (Memory(1792), "1792Mi"), (Memory(0), "0")],
)
def test_quantities_are_printed_as_the_api_server_stores_them(quantity: object, canonical: str) -> None:
    assert str(quantity) == canonical


def test_a_share_is_rounded_down() -> None:
    assert Memory(1000).share(33) == Memory(330)
    assert Memory(999).share(50) == Memory(499)
