"""Settings → database, provider, clock, loaders: the only room that builds effects.

``wiring.py`` is the object that hands them out. What needs more than a few lines has a module of its own: the
sender's lock, the key that signs readers' links, who gives a command, where reports are taken, whether the
readers' site answers.
"""

from newsletter.wiring.clock import SystemClock as SystemClock
from newsletter.wiring.wiring import Wiring as Wiring
