"""Packages without those parts of theirs that they would load and we never use, or seldom."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any


@contextmanager
def without(*modules: str, keep: bool = True) -> Iterator[None]:
    """Import packages in this block without these modules, which only cost time and memory here.

    An empty module stands in for each one that is not loaded already, until the block ends. Without ``keep``
    what was loaded of their packages is forgotten then: another part of the program must not find a package
    incomplete.
    """
    before = set(sys.modules)
    stand_ins = [name for name in modules if name not in before]
    sys.modules.update({name: ModuleType(name) for name in stand_ins})
    try:
        yield
    finally:
        packages = set() if keep else {name.partition(".")[0] for name in modules}
        loaded = {name for name in sys.modules.keys() - before if name.partition(".")[0] in packages}
        for name in {*stand_ins, *loaded}:
            del sys.modules[name]


@contextmanager
def with_later(*modules: str) -> Iterator[None]:
    """Import packages in this block that import these modules at once, but seldom use them.

    A module that is not loaded already is imported, as a whole, when something of it is first asked for after
    the block. In the block only functions may be taken from it; each asks for the module once it is called.
    Others who import the module after the block import it as ever.
    """
    stand_ins = [_Later(name) for name in modules if name not in sys.modules]
    for stand_in in stand_ins:
        stand_in.enter()
    try:
        yield
    finally:
        for stand_in in stand_ins:
            stand_in.leave()


class _Later(ModuleType):
    """A module that is imported when something of it is first used."""

    def __getattr__(self, name: str) -> Any:
        """Return what the module calls so; in the block, a function that will call it."""
        if name.startswith("__"):  # what the import system asks a module about itself
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            return partial(self._call, name)
        return getattr(self._imported(), name)

    def _call(self, name: str, *args: Any, **named: Any) -> Any:
        return getattr(self._imported(), name)(*args, **named)

    def enter(self) -> None:
        """Be what an import finds."""
        sys.modules[self.__name__] = self
        self._tell_package()

    def leave(self) -> None:
        """Let imports find the module itself."""
        if sys.modules.get(self.__name__) is self:
            self._tell_package()
            del sys.modules[self.__name__]

    def _tell_package(self) -> None:
        """Let the module's package have it by its name, as after an import."""
        package, _, part = self.__name__.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], part, self)

    def _imported(self) -> ModuleType:
        self.leave()
        return import_module(self.__name__)
