"""Colours as screens show them: sRGB. Mail programs take every picture for that, whatever its profile."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageCms import ImageCmsProfile


def has_own_colours(picture: "Image") -> bool:
    """Say whether a picture carries a profile of other colours than sRGB."""
    return _profile(picture) is not None


def in_srgb(picture: "Image") -> "Image":
    """Return a picture in grey or RGB, with alpha if it had any, in sRGB."""
    from PIL import ImageCms

    profile = _profile(picture)
    alpha = picture.getchannel("A") if picture.mode in ("LA", "RGBA") else None
    colours = picture.convert(picture.mode[:-1]) if alpha else picture
    if profile is None and picture.mode == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    if profile is not None:
        try:
            srgb = ImageCms.createProfile("sRGB")
            colours = ImageCms.profileToProfile(colours, profile, srgb, outputMode="RGB") or colours
        except ImageCms.PyCMSError:
            profile = None  # for other colours than the picture's: it cannot be applied
    if colours.mode not in ("L", "RGB"):
        colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _profile(picture: "Image") -> "ImageCmsProfile | None":
    """Return a picture's profile, if it has one that can be read and is not sRGB."""
    written = picture.info.get("icc_profile")
    if not written:
        return None
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(written))
        return None if ImageCms.getProfileDescription(profile).strip().startswith("sRGB") else profile
    except (OSError, ImageCms.PyCMSError):
        return None
