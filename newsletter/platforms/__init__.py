"""Other systems' exports: which one a file is, and what its columns and words say of consent.

Pure. A platform is known by its columns, not by a file's name; ``audience.consent`` hears the columns that
no platform explains.
"""

from newsletter.platforms.exports import PLATFORMS, named, recognise
from newsletter.platforms.platform import Platform, state_of_file_name

__all__ = ["PLATFORMS", "Platform", "named", "recognise", "state_of_file_name"]
