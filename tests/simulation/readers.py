"""What readers do, or others for them: they join, leave, come back, are suppressed, erased."""

from functools import partial

from simulation.checker import Move
from simulation.machine import address, lists_of
from simulation.publication import Simulated
from simulation.scene import LIST_IDS
from simulation.surroundings import Surroundings
from simulation.world import Crash

from newsletter import readership

READERS_DO = (
    "leave",
    "leave",
    "leave one list",
    "join",
    "ask to join",
    "come back",
    "suppress",
    "unsuppress",
    "weather",
    "weather",
    "erase",
    "sync",
)
BACK = "join", "come back", "unsuppress"  # what a reader does to be mailed again


class Readers(Surroundings):
    """Readers, and now and then the weather."""

    def _readers_do(self, who: str) -> None:
        for _ in range(1 + self.chance.below(3)):
            does = self.chance.pick(READERS_DO)
            if does == "weather":
                self._weather_changes()
            elif does == "sync":
                self.world.join(self.start("sync", who, self._sync))
            else:
                act = partial(self._reader, does, self._who_does(does))
                self.world.join(self.start(does.replace(" ", "-"), who, act))

    def _who_does(self, does: str) -> str:
        """Return any reader, or one of those with which it matters most."""
        chance = self.chance
        if does == "erase" and chance.happens(40):
            return self.newest
        away = [email for email, moves in self.moves.items() if moves[-1].away] if does in BACK[1:] else []
        if self.left_there and does == BACK[1] and chance.happens(50):
            return chance.pick(sorted(email for email, _ in self.left_there))
        if away and chance.happens(70):
            return chance.pick(away)
        if does in ("join", "ask to join") and chance.happens(30):
            return address(self.readers + chance.below(6))
        return address(chance.below(self.readers + 6))

    def _reader(self, does: str, reader: str, wiring: Simulated) -> None:
        began, name = self.world.turn, self._list()
        if does == "erase":
            self.erased.add(reader)
        if does == "ask to join":
            self.uncertain.add(reader)  # on one list they may have been before, on the other not
        try:
            self._change(does, reader, name, wiring)
        except Crash:
            self._is_back(does, reader, name, began)  # perhaps
            self.uncertain.add(reader)
            raise
        if does in ("join", "ask to join", "come back") and reader not in self.moves:
            self.newest = reader
        if does in BACK:
            self._is_back(does, reader, name, began)
        elif does == "leave one list":
            self._note(reader, Move(self.world.turn, True, LIST_IDS[name]))
        elif does == "ask to join" and reader not in self.moves and not self._was_listed(reader, name):
            self._note(reader, Move(began, True, LIST_IDS[name]))  # until they confirm
        if does in ("leave", "erase"):
            self._note(reader, *(Move(self.world.turn, True, list_id) for list_id in LIST_IDS.values()))
        if does in ("suppress", "erase"):
            self._note(reader, Move(self.world.turn, True))
        self.world.say(f"{reader}: {does}", rare=f"reader: {does}")

    def _was_listed(self, reader: str, name: str) -> bool:
        return any(reader == address(number) and name in lists_of(number) for number in range(self.readers))

    def _is_back(self, does: str, reader: str, name: str, turn: int) -> None:
        if does in BACK:
            self._note(reader, Move(turn, False))
        if does in BACK[:2]:
            self._note(reader, Move(turn, False, LIST_IDS[name]))

    def _change(self, does: str, reader: str, name: str, wiring: Simulated) -> None:
        engine, now = wiring.engine, wiring.clock.now
        match does:
            case "leave":
                readership.remove(engine, reader, now=now)
            case "leave one list":
                readership.remove(engine, reader, now=now, list_name=name)
            case "suppress":
                readership.suppress(engine, [reader], now=now)
            case "unsuppress":
                readership.unsuppress(engine, reader, now=now)
            case "erase":
                readership.erase(
                    engine,
                    reader,
                    now=now,
                    key_if_new=b"e" * 32,
                    folder=self.machine.folder / "none",
                    sandbox=self.machine.folder / "none.db",
                )
            case _:
                joining = readership.Joining(again=does == "come back", pending=does == "ask to join")
                readership.add(engine, name, reader, now=now, joining=joining)
