"""Pictures judged by their contents and made ready for readers: bytes in, values out. Pure.

``newsletter.pictures.ready`` does it, and brings in Pillow: it is imported where something has to be made.
"""

from newsletter.pictures.values import RECIPE, Place, Ready, Refusal

__all__ = ["RECIPE", "Place", "Ready", "Refusal"]
