"""What commands are for: the headings under which the page of help lists them, in this order."""

WRITE, SEND, READERS, RUN, HELP = "Write", "Send", "Readers", "Run", "Help"
PANELS = (WRITE, SEND, READERS, RUN, HELP)
