"""The demo: a real send through the local SendGrid, killed half way, counted where the mail arrives."""

from newsletter.demo.publication import DemoPublication, open_publication
from newsletter.demo.run import Arrival, Demo, Scale, count_arrivals

__all__ = ["Arrival", "Demo", "DemoPublication", "Scale", "count_arrivals", "open_publication"]
