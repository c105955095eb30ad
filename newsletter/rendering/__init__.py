"""Issues become messages. Pure: values in, values out; it knows editorial, never the other way.

The way to them is ``newsletter.rendering.render``, which is left out here: sending a message that is
already frozen needs no templates, MJML and CSS.
"""

from newsletter.rendering.message import MergeField, RenderedMessage
from newsletter.rendering.publication import PictureInfo, Publication

__all__ = ["MergeField", "PictureInfo", "Publication", "RenderedMessage"]
