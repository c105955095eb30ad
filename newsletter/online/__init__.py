"""Ask the servers of an issue's links whether their pages are there: politely, and within bounds.

``guard`` finds a server's address and refuses one that is not public; ``exchange`` asks one server once;
``page`` follows a page's redirects; ``pages`` asks for all of an issue's at a time. Requests go out directly:
through a proxy nobody could tell which address is asked.
"""
