"""The prover is proven: mistakes are planted in the real code, and the simulation finds them."""

from pathlib import Path

import pytest
from simulation.planted import SEEDS, TREE, Fault, every_fault, look_for

# Named by the issue that asked for the prover, or of the kind that hurts most: a whole batch twice, or never.
QUICK = "halves-overlap-by-one", "retry-a-time-out", "record-before-the-post"
LONGEST = 12  # lines that a mistake changes


def test_every_planted_fault_fits_the_code_of_today_and_compiles() -> None:
    faults = every_fault()
    assert len(faults) >= 32
    for fault in faults:
        texts = fault.changed(TREE)
        assert texts
        for file, text in texts.items():
            assert file.startswith("newsletter/")
            assert text != (TREE / file).read_text()
            compile(text, file, "exec")


def test_every_planted_fault_is_small_and_says_in_a_sentence_what_it_costs() -> None:
    for fault in every_fault():
        lines = [
            line for line in fault.patch.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
        ]
        assert len([line for line in lines if line[0] == "-"]) <= LONGEST, fault.name
        assert len([line for line in lines if line[0] == "+"]) <= LONGEST, fault.name
        assert fault.words.endswith("."), fault.name
        assert len(fault.words.split()) > 10, fault.name


def test_a_fault_that_no_longer_fits_says_so(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("one = 1\n")
    patch = "--- a/code.py\n+++ b/code.py\n@@ -1 +1 @@\n-two = 2\n+two = 3\n"
    with pytest.raises(ValueError, match=r"two-is-three no longer fits code\.py"):
        Fault("two-is-three", "Two is three.", patch).changed(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_the_simulation_finds_a_planted_fault(name: str) -> None:
    [fault] = [fault for fault in every_fault() if fault.name == name]
    [found] = look_for(fault, [0], SEEDS)
    assert found.seed is not None
