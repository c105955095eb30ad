"""``newsletter``, and ``python -m newsletter``."""

from newsletter.garbage import collect_seldom


def main() -> None:
    """Run the command that was typed."""
    collect_seldom()  # before the first of what a command imports
    from newsletter.cli import main as run
    from newsletter.cli.stopping import own_exit_code

    with own_exit_code():
        run()


if __name__ == "__main__":
    main()
