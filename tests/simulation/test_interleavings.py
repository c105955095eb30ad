"""Every order of the steps of two senders with two batches, and recovery from each death in them."""

from collections.abc import Callable

import pytest
from simulation.orders import EveryChoice, Scene, explore

pytestmark = pytest.mark.slow


def two_workers_of_one_process(scene: Scene) -> None:
    scene.world.equal = True
    scene.start(threads=2)


def two_processes(scene: Scene) -> None:
    scene.world.equal = True
    scene.start(threads=1)
    scene.start(threads=1)


@pytest.mark.parametrize(
    ("senders", "orders", "states"), [(two_workers_of_one_process, 200, 60), (two_processes, 80, 20)]
)
def test_in_no_order_is_anybody_mailed_twice_or_lost(
    senders: Callable[[Scene], None], orders: int, states: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explore(senders)
    with capsys.disabled():
        print(f"\n{senders.__name__.replace('_', ' ')}: {found}")
    assert not found.faults
    # That it looked at all: answers that never came, and deaths between any two steps.
    assert found.orders >= orders
    assert len(found.left) >= states
    assert found.ends["finished: 4 accepted, 0 unknown"]
    assert found.ends["finished: 2 accepted, 2 unknown"]
    assert found.ends["after a death, finished: 0 accepted, 4 unknown"]


def test_every_list_of_choices_is_tried_once() -> None:
    every = EveryChoice()
    tried = []
    for _ in every.lists():
        first = every.below(3)
        tried.append((first, every.below(2)) if first != 1 else (first,))
    assert tried == [(0, 0), (0, 1), (1,), (2, 0), (2, 1)]
