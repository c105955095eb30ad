"""Settings → database, provider, clock, loaders: the only room that builds effects.

``wiring.py`` is the object that hands them out. What needs a page has a module of its own: the sender's lock,
the key that signs readers' links, the question whether the readers' site answers.
"""

from newsletter.wiring.clock import SystemClock as SystemClock
from newsletter.wiring.wiring import Wiring as Wiring
