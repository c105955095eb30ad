"""Worlds in which something went wrong once, by their choices: what ``make sim`` prints is pasted here.

Choices are those of the story as it was told then. Who lets it draw others undoes what mended the code, looks
for the fault again, and pastes what is found.
"""

from simulation.play import faults_of, packed


def test_the_quietest_world_has_no_fault() -> None:
    assert not faults_of(packed([]))
