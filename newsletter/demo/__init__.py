"""The demo: a real send through the local SendGrid, killed half way, counted where the mail arrives."""

from newsletter.demo.play import Arrival, Demo, Scale, counted
from newsletter.demo.stage import Stage, open_stage

__all__ = ["Arrival", "Demo", "Scale", "Stage", "counted", "open_stage"]
