"""Briefs: from an editor's text to an Issue. Pure: text in, values out, every fault at once."""

from newsletter.editorial.fields import BUILT_IN_FIELDS, unknown_fields
from newsletter.editorial.issue import Brief, FieldUse, Issue, Picture, Section, SectionKind
from newsletter.editorial.labels import Labels
from newsletter.editorial.names import slug
from newsletter.editorial.parse import parse_issue
from newsletter.editorial.source import read_source
from newsletter.editorial.stories.includes import KnownBackgrounds

__all__ = [
    "BUILT_IN_FIELDS",
    "Brief",
    "FieldUse",
    "Issue",
    "KnownBackgrounds",
    "Labels",
    "Picture",
    "Section",
    "SectionKind",
    "parse_issue",
    "read_source",
    "slug",
    "unknown_fields",
]
