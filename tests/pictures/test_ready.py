"""Pictures come upright, in sRGB, no larger than twice their place, in a form that every program shows."""

import pytest
from photos import GPS, drawing, film, opened, photo, profile_of, ready, saved, whereabouts
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

pytestmark = pytest.mark.slow


def far_apart(first: Image.Image, other: Image.Image) -> float:
    """Return by how much two pictures differ, 0 to 255, on average."""
    return max(ImageStat.Stat(ImageChops.difference(first.convert("RGB"), other.convert("RGB"))).mean)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize(
    ("form", "size"),
    [
        ("JPEG", (300, 200)),
        ("JPEG", (1500, 900)),
        ("PNG", (300, 200)),
        ("PNG", (1500, 900)),
        ("WEBP", (300, 200)),
        ("AVIF", (300, 200)),
        ("TIFF", (300, 200)),
    ],
)
def test_a_picture_is_upright_however_it_was_taken(form: str, turn: int, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    data = saved(drawing(*size), form, exif=exif)
    upright = ImageOps.exif_transpose(opened(data)).convert("RGB")
    made = ready(data)
    found = opened(made.content)
    assert (made.file_width, made.file_height) == upright.size
    assert found.size == (made.width, made.height)
    assert far_apart(found, upright.resize(found.size)) < 6
    if turn != 1:
        assert upright.size != size or far_apart(upright, drawing(*size)) > 20  # the test would see it


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((600, 400), (600, 400)),
        ((1152, 700), (1152, 700)),
        ((1153, 700), (1152, 699)),
        ((2000, 1500), (1152, 864)),
        ((1500, 2000), (960, 1280)),
        ((250, 2500), (128, 1280)),
        ((4000, 20), (1152, 6)),
    ],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_picture_is_no_larger_than_twice_its_place(
    form: str, size: tuple[int, int], made: tuple[int, int]
) -> None:
    found = ready(saved(drawing(*size), form))
    assert (found.width, found.height) == opened(found.content).size == made
    assert (found.file_width, found.file_height) == size


@pytest.mark.parametrize(
    ("form", "options", "suffix"),
    [
        ("JPEG", {}, ".jpg"),
        ("WEBP", {}, ".jpg"),
        ("WEBP", {"lossless": True}, ".jpg"),
        ("AVIF", {}, ".jpg"),
        ("TIFF", {}, ".jpg"),
        ("BMP", {}, ".jpg"),
        ("PNG", {}, ".jpg"),
    ],
)
def test_a_photo_becomes_a_jpeg(form: str, options: dict[str, bool], suffix: str) -> None:
    data = saved(photo(), form, **options)
    made = ready(data)
    assert made.suffix == suffix
    assert opened(made.content).format == "JPEG"
    assert far_apart(opened(made.content), opened(data)) < 12


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
def test_a_drawing_stays_sharp(form: str, mode: str) -> None:
    picture = drawing(mode=mode)
    made = ready(saved(picture, form, **({"lossless": True} if form == "WEBP" else {})))
    assert made.suffix == ".png"
    assert far_apart(opened(made.content), picture.convert("RGB")) < 1


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF", "TIFF", "GIF"])
def test_what_is_transparent_stays_so(form: str) -> None:
    picture = photo(1500, 900, "RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 750, 900))
    found = opened(ready(saved(picture, form)).content)
    assert found.format == "PNG"
    alpha = found.convert("RGBA").getchannel("A")
    assert alpha.getpixel((100, 300)) < 5
    assert alpha.getpixel((1000, 300)) > 250


def test_a_colour_that_stands_for_nothing_is_transparent() -> None:
    picture = drawing(1500, 900)
    found = opened(ready(saved(picture, "PNG", transparency=(255, 255, 255))).content).convert("RGBA")
    assert found.getpixel((1000, 100))[3] == 0
    assert found.getpixel((100, 50))[3] == 255


def test_an_alpha_that_hides_nothing_keeps_no_photo_from_being_a_jpeg() -> None:
    assert ready(saved(photo(mode="RGBA"), "PNG")).suffix == ".jpg"


def test_sixteen_bits_become_eight_without_turning_white() -> None:
    ramp = Image.linear_gradient("L").resize((400, 400))
    deep = Image.frombytes("I;16", ramp.size, b"".join(bytes([0, tone]) for tone in ramp.tobytes()))
    for form in ("PNG", "TIFF"):
        found = opened(ready(saved(deep, form)).content)
        assert found.mode == "L"
        assert far_apart(found, ramp) <= 1


def test_cmyk_comes_in_the_colours_of_a_screen() -> None:
    picture = drawing()
    for form in ("JPEG", "TIFF"):
        made = ready(saved(picture.convert("CMYK"), form))
        found = opened(made.content)
        assert found.mode == "RGB"
        assert far_apart(found, picture) < 6


def test_colours_of_a_profile_come_as_they_look() -> None:
    lab = profile_of("LAB")
    picture = photo(300, 200)
    through = ImageCms.profileToProfile(
        picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    found = opened(ready(saved(through, "TIFF", icc_profile=lab)).content)
    assert found.mode == "RGB"
    assert far_apart(found, picture) < 8


def test_colours_of_a_wider_profile_are_converted() -> None:
    """A photo in a linear space is dark unless its profile is followed."""
    linear = _linear_profile()
    picture = Image.new("RGB", (200, 200), (55, 55, 55))
    found = opened(ready(saved(picture, "PNG", icc_profile=linear)).content)
    assert "icc_profile" not in found.info
    assert found.convert("RGB").getpixel((100, 100))[0] > 100


def _linear_profile() -> bytes:
    """Return sRGB's profile with its curves made straight."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    for number in range(count):
        at = 132 + 12 * number
        tag, start = bytes(profile[at : at + 4]), int.from_bytes(profile[at + 4 : at + 8], "big")
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            profile[start : start + 12] = b"curv" + bytes(8)  # no entries: the identity
        if tag == b"desc":
            text = bytes(profile[start:]).find("sRGB".encode("utf-16-be"))
            profile[start + text : start + text + 8] = "Line".encode("utf-16-be")
    return bytes(profile)


def test_a_profile_nobody_can_read_is_left_aside() -> None:
    picture = drawing()
    for form in ("JPEG", "PNG", "TIFF"):
        found = opened(ready(saved(picture, form, icc_profile=b"no profile at all" * 20)).content)
        assert far_apart(found, picture) < 6


def test_a_profile_of_other_colours_than_the_pictures_is_left_aside() -> None:
    picture = drawing()
    assert far_apart(opened(ready(saved(picture, icc_profile=profile_of("LAB"))).content), picture) < 6


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_an_animation_that_few_programs_play_stands_still(form: str) -> None:
    made = ready(film(form))
    assert made.stilled
    assert getattr(opened(made.content), "n_frames", 1) == 1


def test_an_animated_gif_goes_on_moving() -> None:
    made = ready(film("GIF", 4, loop=0))
    found = opened(made.content)
    assert (made.suffix, made.stilled, found.n_frames, found.info["loop"]) == (".gif", False, 4, 0)


def test_a_heavy_file_is_compressed_again_and_a_light_one_is_not() -> None:
    heavy, light = saved(photo(900, 600), quality=100), saved(photo(900, 600), quality=75)
    assert len(ready(heavy).content) < len(heavy) / 2
    assert ready(light).content == light


def test_broken_metadata_costs_no_photo() -> None:
    exif = b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + bytes(range(256))
    assert ready(saved(photo(), quality=70, exif=exif)).kind == "JPEG"
    assert ready(saved(drawing(), "PNG", exif=b"MM\x00*\x00\x00\x00\x08\x00\x09")).kind == "PNG"


def test_a_photo_with_others_behind_it_is_that_photo() -> None:
    data = saved(photo(), "MPO", save_all=True, append_images=[drawing()])
    made = ready(data)
    assert made.suffix == ".jpg"
    assert far_apart(opened(made.content), photo()) < 20
    assert len(made.content) < len(data)


def test_a_position_is_known_to_be_in_the_files_these_tests_make() -> None:
    for form in ("JPEG", "PNG", "WEBP", "AVIF"):
        assert opened(saved(photo(), form, exif=whereabouts())).getexif().get_ifd(GPS)
