"""Pictures judged by their contents and made ready for readers: bytes in, values out. Pure.

``newsletter.pictures.ready`` does it, and brings in Pillow: it is imported where something has to be made.
"""

from newsletter.pictures.values import MEDIA_TYPES, RECIPE, Place, Ready, Refusal

__all__ = ["MEDIA_TYPES", "RECIPE", "Place", "Ready", "Refusal"]
