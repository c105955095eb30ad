"""``newsletter``, and ``python -m newsletter``."""

from newsletter.garbage import collect_seldom


def main() -> None:
    """Run the command that was typed."""
    collect_seldom()  # before the first of what a command imports
    from newsletter.cli import main as run

    run()


if __name__ == "__main__":
    main()
