"""Packages without those parts of theirs that they would load and we never use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


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
