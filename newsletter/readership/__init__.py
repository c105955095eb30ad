"""The reader's story: joining a list, leaving it, what the provider reports, never being mailed again.

A chapter each: ``importing`` (a file of readers), ``subscribers`` (who is on a list), ``lists`` (the lists
themselves), ``exporting``, ``erasing``, ``leaving`` (what the links in a mail do),
``as_received`` (a mail seen again in a browser), ``reports`` (what comes
back from the provider). Each function takes the database and, where something is dated, ``now``, a clock in
microseconds since 1970, UTC. It is asked once the right to write is held, so who joins during a send
is dated after.
"""

from newsletter.delivery.reports import PauseAt
from newsletter.progress import Progress
from newsletter.readership.erasing import Erasure, erase, erasure_key, set_erasure_key
from newsletter.readership.exporting import export, export_suppressions
from newsletter.readership.import_report import FileReport, ImportReport
from newsletter.readership.importing import import_subscribers
from newsletter.readership.leaving import (
    LinkStanding,
    LinkState,
    Preferences,
    choices,
    follow,
    leave,
    leave_list,
    standing,
)
from newsletter.readership.lists import (
    archive_list,
    bring_back_list,
    list_counts,
    make_list,
    near_list,
    rename_list,
    title_list,
)
from newsletter.readership.reading import ImportOptions
from newsletter.readership.reports import Synced, Taken, sync, take_reports
from newsletter.readership.subscribers import Added, Joining, add, remove, show, suppress, unsuppress

__all__ = [
    "Added",
    "Erasure",
    "FileReport",
    "ImportOptions",
    "ImportReport",
    "Joining",
    "LinkStanding",
    "LinkState",
    "PauseAt",
    "Preferences",
    "Progress",
    "Synced",
    "Taken",
    "add",
    "archive_list",
    "bring_back_list",
    "choices",
    "erase",
    "erasure_key",
    "export",
    "export_suppressions",
    "follow",
    "import_subscribers",
    "leave",
    "leave_list",
    "list_counts",
    "make_list",
    "near_list",
    "remove",
    "rename_list",
    "set_erasure_key",
    "show",
    "standing",
    "suppress",
    "sync",
    "take_reports",
    "title_list",
    "unsuppress",
]
