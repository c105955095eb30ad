"""``newsletter``, and ``python -m newsletter``."""

from newsletter.environment import find_no_plugins
from newsletter.garbage import collect_seldom


def main() -> None:
    """Run the command that was typed."""
    collect_seldom()  # before the first of what a command imports
    find_no_plugins()
    from newsletter.cli import main as run

    run()


if __name__ == "__main__":
    main()
