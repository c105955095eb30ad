"""Modules that are imported once they are used: all who import them find them as they are."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# A package that imports ``slow`` in each of the ways that others do, and a part of a package, ``whole.part``.
FILES = {
    "slow.py": (
        "print('loaded', end=' ')\nlimit = 5\n"
        "def double(n, times=2): return n * times\nclass Broken(Exception): pass"
    ),
    "user.py": (
        "import slow\nfrom slow import double\nagain = slow.double\n"
        "import whole.part\nfrom whole import part\n"
        "def limit(): return slow.limit\n"
        "def is_broken(error): return isinstance(error, (slow.Broken, KeyError))\n"
        "def of_part(): return whole.part.depth, part.depth"
    ),
    "whole/__init__.py": "",
    "whole/part.py": "print('part', end=' ')\ndepth = 3",
    "caller.py": "import slow\nnow = slow.double(1)",
    "taker.py": "import slow\nclass Mine(slow.Broken): pass",
}


def printed_by(program: str, folder: Path) -> str:
    """Return what a program prints in a folder with these files, run by a Python of its own."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    start = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(ROOT)!r}]\n"
    start += "from newsletter.imports import with_later\n"
    done = subprocess.run(
        [sys.executable, "-c", start + program], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_a_module_is_imported_once_it_is_used_and_is_then_all_there(tmp_path: Path) -> None:
    program = """
with with_later('slow', 'whole.part'):
    import user
print('still not', 'slow' in sys.modules, 'whole.part' in sys.modules)
print(user.double(4, times=3), user.again(1))
import slow
print(user.limit(), user.is_broken(slow.Broken()), user.is_broken(ValueError()))
print(user.of_part())
try: user.slow.nothing
except AttributeError as error: print(error)
"""
    assert printed_by(program, tmp_path).splitlines() == [
        "still not False False",
        "loaded 12 2",
        "5 True False",
        "part (3, 3)",
        "module 'slow' has no attribute 'nothing'",
    ]


def test_others_import_the_module_itself_also_where_it_is_already_loaded(tmp_path: Path) -> None:
    program = """
with with_later('slow'):
    import user
import whole.part, slow
print(type(slow).__name__, slow.limit, user.slow is slow)
with with_later('slow', 'whole.part'):
    import slow as same
    print(same is slow, same.limit)
"""
    assert printed_by(program, tmp_path).splitlines() == ["part loaded module 5 False", "True 5"]


def test_a_function_called_in_the_block_gets_the_module_and_a_class_taken_there_is_refused(
    tmp_path: Path,
) -> None:
    program = """
with with_later('slow'):
    import caller
print(caller.now, type(sys.modules['slow']).__name__)
del sys.modules['slow']
try:
    with with_later('slow'): import taker
except TypeError: print('refused', 'slow' in sys.modules)
"""
    assert printed_by(program, tmp_path).splitlines() == ["loaded 2 module", "refused False"]
