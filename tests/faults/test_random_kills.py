"""A hundred kills at random, with one answer in twenty lost: nobody twice at any step, nobody missed."""

import random
import secrets

import pytest
from faults.conftest import MakeScene
from faults.doom import ANY
from faults.scene import StrictScene

KILLS = 100
READERS = 20_000
BATCH = 20
LOST = 0.05  # of the requests are accepted and never answered


@pytest.mark.slow
def test_a_hundred_kills_at_random_lose_nobody_and_mail_nobody_twice(make_scene: MakeScene) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # shown when it fails; put it in place of the line above
    chance = random.Random(seed)  # noqa: S311
    settings = {"batch_size": BATCH, "threads": 4, "timeout": 0.4}
    scene = make_scene(
        READERS,
        shares={"accept_then_hang": LOST},
        seed=seed,
        settings=settings,
        reports={"times": 2, "shuffle": True, "at_once": 1000, "seed": seed},
    )
    kills = _kill_at_random(scene, chance)
    print(f"{kills} kills, {scene.server.posts} requests, {scene.proof().unknown} readers unknown")
    assert kills == KILLS
    scene.run("resume", patience=0.1)
    scene.holds()
    scene.reconcile_all()


def _kill_at_random(scene: StrictScene, chance: random.Random) -> int:
    """Send until a hundred died, by a moment's number or by the clock: any line may be the last."""
    kills = int(scene.run("send", point="claim before commit").killed)  # from here on there is a mailing
    while kills < KILLS:
        by_clock = chance.random() < 0.3
        how = (
            {"timer": chance.uniform(0.03, 0.3)}
            if by_clock
            else {"point": ANY, "nth": chance.randrange(1, 180)}
        )
        ended = scene.run("resume", patience=0.1, **how)
        kills += ended.killed
        scene.nobody_twice()
        if kills % 10 == 1:
            scene.holds()
        if not ended.killed:
            assert scene.proof().pending, (kills, ended)
    return kills
