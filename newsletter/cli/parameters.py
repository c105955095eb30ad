"""Arguments and options that several commands share."""

import typer

from newsletter.cli.completion import issues, lists

ISSUE = typer.Argument(
    metavar="ISSUE", help="A file, a folder, or an id: the file's or folder's name.", autocompletion=issues
)
LIST = typer.Option(
    None, "--list", metavar="L", help="The list; not needed with one list.", autocompletion=lists
)
LIST_TO_JOIN = typer.Option(
    None, "--list", metavar="L", help="The list; made if there is none.", autocompletion=lists
)
NEW_LIST = typer.Option(False, "--new-list", help="Even if the list's name is near another's.")
YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
JSON = typer.Option(False, "--json", help="Print JSON to stdout.")
PROOF_AS_JSON = typer.Option(False, "--json", help="Print the proof as JSON, the only document on stdout.")
