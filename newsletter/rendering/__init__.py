"""Issues become messages. Pure: values in, values out; it knows editorial, never the other way."""

from newsletter.rendering.message import MergeField, RenderedMessage
from newsletter.rendering.publication import PictureInfo, Publication
from newsletter.rendering.render import Rendered, render, render_all

__all__ = ["MergeField", "PictureInfo", "Publication", "Rendered", "RenderedMessage", "render", "render_all"]
