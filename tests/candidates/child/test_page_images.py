"""Every page that is read has an image: as people see it, within bounds, and nothing more of the original."""

import io

import pytest
from PIL import Image, ImageDraw, UnidentifiedImageError

from candidates.child import painting
from candidates.child.page_images import Images
from candidates.documents import extraction, jpeg, kinds
from candidates.documents.extraction import PageImage
from candidates.documents.sandbox import SandboxFailed
from gpu_worker.engines.vllm import pictures
from tests.candidates.documents import files


def picture(image: PageImage) -> Image.Image:
    opened = Image.open(io.BytesIO(image.content))
    opened.load()
    return opened


def saved(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def marked(mode: str = "RGB", size: tuple[int, int] = (600, 800)) -> Image.Image:
    """A white picture with a black upper left corner."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="black")
    return image.convert(mode)


def darkest_corner(image: Image.Image) -> str:
    grey, (right, low) = image.convert("L"), (image.width - 5, image.height - 5)
    corners = {
        "upper left": (4, 4),
        "upper right": (right, 4),
        "lower left": (4, low),
        "lower right": (right, low),
    }
    return min(corners, key=lambda name: grey.getpixel(corners[name]))


def test_a_page_is_drawn_at_150_dots_an_inch(opened):
    image = opened(files.text_page(b"Mara Vell")).pages[0].image
    assert (image.width_px, image.height_px) == pytest.approx((1275, 1650), abs=1)
    assert picture(image).convert("L").getextrema()[0] < 60  # type: ignore[operator]  # one band: two numbers


def test_what_was_filled_into_a_form_is_drawn_with_the_page(opened):
    filled = opened(files.filled_form("Mara Vell")).pages[0].image
    empty = opened(files.filled_form("")).pages[0].image
    assert filled.sha256 != empty.sha256


def test_a_page_of_200_by_200_inches_is_drawn_smaller(opened):
    page = opened(files.text_page(b"Mara Vell", media_box=b"0 0 14400 14400")).pages[0]
    assert (page.image.width_px, page.image.height_px, page.text) == (2480, 2480, "Mara Vell")


def test_a_page_as_thin_as_a_hair_has_an_image_too(opened):
    image = opened(files.text_page(b"Mara Vell", media_box=b"0 0 0.1 9000")).pages[0].image
    assert (image.width_px, image.height_px) == (1, 2480)


def test_of_21_pages_20_have_text_and_image_and_all_are_counted(opened):
    document = opened(files.many_pages(21))
    assert document.page_count == 21
    assert [page.text != "" and page.image is not None for page in document.pages] == [True] * 20


def test_an_image_that_compresses_badly_is_made_smaller_until_it_fits(monkeypatch):
    from candidates.child import page_images

    monkeypatch.setattr(page_images, "IMAGE_BYTES", 20_000)
    out = io.BytesIO()
    said = Images(out).add(Image.effect_noise((800, 800), 90).convert("RGB"))
    assert (said["width_px"], said["size_bytes"]) == (200, len(out.getvalue()))


def test_pages_go_without_an_image_when_the_document_has_its_share(monkeypatch):
    from candidates.child import page_images

    monkeypatch.setattr(page_images, "DOCUMENT_BYTES", page_images.IMAGE_BYTES)
    monkeypatch.setattr(page_images, "RENDER_S", float("inf"))
    images = Images(io.BytesIO())
    assert images.wanted
    images.add(marked())
    assert not images.wanted


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("RGB", kinds.PNG, {}),
        ("RGBA", kinds.PNG, {}),
        ("LA", kinds.PNG, {}),
        ("P", kinds.PNG, {}),
        ("1", kinds.PNG, {}),
        ("I;16", kinds.PNG, {}),
        ("RGB", kinds.JPEG, {}),
        ("L", kinds.JPEG, {}),
        ("CMYK", kinds.JPEG, {}),
        ("1", kinds.TIFF, {"compression": "group4"}),
        ("RGB", kinds.TIFF, {"compression": "tiff_lzw"}),
        ("CMYK", kinds.TIFF, {}),
    ],
)
def test_a_picture_is_a_document_of_one_page_without_text(opened, mode, kind, options):
    document = opened(saved(marked(mode), kind.partition("/")[2].upper(), **options), kind)
    [page] = document.pages
    assert (document.page_count, page.text) == (1, "")
    assert (page.image.width_px, page.image.height_px) == (600, 800)
    assert darkest_corner(picture(page.image)) == "upper left"


def test_what_is_transparent_is_white(opened):
    clear = saved(Image.new("RGBA", (100, 100), (0, 0, 0, 0)), "PNG")
    assert picture(opened(clear, kinds.PNG).pages[0].image).getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, "upper left"), (2, "upper right"), (3, "lower right"), (4, "lower left"), (5, "upper left"), (6, "upper right"), (7, "lower right"), (8, "lower left")],
)  # fmt: skip
def test_a_photograph_stands_as_its_camera_was_held(opened, orientation, corner):
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = opened(saved(marked(), "JPEG", exif=exif), kinds.JPEG).pages[0]
    assert darkest_corner(picture(page.image)) == corner
    assert ((page.image.width_px, page.image.height_px) == (800, 600)) is (orientation > 4)
    assert (page.width_pt > page.height_pt) is (orientation > 4)


def test_nothing_that_a_camera_wrote_is_kept(opened):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    profile = b"a colour profile" * 20
    image = opened(saved(marked(), "JPEG", exif=exif, icc_profile=profile, comment=b"at home"), kinds.JPEG)
    image = image.pages[0].image
    assert (b"at home" in image.content, b"profile" in image.content) == (False, False)
    assert dict(picture(image).getexif()) == {}


def test_the_pictures_in_a_tiff_are_its_pages(opened):
    sheets = [Image.new("L", (100 + number, 100)) for number in range(25)]
    document = opened(saved(sheets[0], "TIFF", save_all=True, append_images=sheets[1:]), kinds.TIFF)
    assert document.page_count == 25
    assert [page.image.width_px for page in document.pages] == list(range(100, 120))


def test_a_large_picture_is_made_smaller(opened):
    page = opened(saved(Image.new("L", (6000, 3000), 255), "JPEG"), kinds.JPEG).pages[0]
    assert (page.image.width_px, page.image.height_px) == (2480, 1240)


def jpeg_of(size: tuple[int, int] = (30, 40), mode: str = "RGB", **options) -> bytes:
    return saved(marked(mode, size), "JPEG", **{"subsampling": "4:2:0"} | options)


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return jpeg_of(exif=exif)


SOUND = jpeg_of()
FRAME = SOUND[SOUND.index(b"\xff\xc0") :][:19]
SCAN = SOUND.index(b"\xff\xda")
DRAWN = SCAN + 14
LATE_HEIGHT = b"\xff\xdc\x00\x04\x00\x50"  # of the kind that comes behind the picture


def changed(old: bytes, new: bytes) -> bytes:
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


NOT_SOUND = {
    "empty": (b"", "does not start like one"),
    "half": (SOUND[: SCAN - 1], "a segment is misplaced"),
    "its start alone": (SOUND[:2], "cut off"),
    "header alone": (SOUND[:DRAWN], "its end is missing"),
    "script": (b"<svg onload=alert(1)>" * 20, "does not start like one"),
    "PNG": (saved(marked(), "PNG"), "does not start like one"),
    "WebP": (saved(marked(), "WEBP"), "does not start like one"),
    "grey": (jpeg_of(mode="L"), "frame has a wrong length"),
    "CMYK": (jpeg_of(mode="CMYK"), "JFIF"),
    "colours sampled otherwise": (jpeg_of(subsampling="4:4:4"), "frame is of another kind"),
    "progressive": (jpeg_of(progressive=True), "does not belong there"),
    "turned by EXIF": (with_exif(6), "does not belong there"),
    "a profile": (jpeg_of(icc_profile=b"a profile"), "does not belong there"),
    "a comment": (jpeg_of(comment=b"hello"), "does not belong there"),
    "restarts": (jpeg_of(restart_marker_blocks=1), "does not belong there"),
    "a small picture in its head": (changed(b"\x00\x01\x00\x01\x00\x00", b"\x00\x01\x00\x01\x01\x01"), "JFIF"),
    "two frames": (changed(FRAME, FRAME + FRAME), "does not belong there"),
    "no frame": (changed(FRAME, b""), "does not belong there"),
    "twelve bits": (changed(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"), "another kind"),
    "no height yet": (changed(FRAME, FRAME[:5] + b"\x00\x00" + FRAME[7:]), "another kind"),
    "a segment without length": (changed(FRAME, b"\xff\xdb\x00\x00" + FRAME), "a segment is misplaced"),
    "a segment beyond the end": (changed(FRAME, b"\xff\xdb\xff\xff" + FRAME), "a segment is misplaced"),
    "tables without end": (changed(FRAME, b"\xff\xdb\x00\x02" * 12 + FRAME), "too many"),
    "one component drawn": (changed(SOUND[SCAN:DRAWN], b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"), "scan"),
    "another frame in the picture": (SOUND[:-2] + FRAME + SOUND[-2:], "after or within its picture"),
    "a height behind the picture": (SOUND[:-2] + LATE_HEIGHT + SOUND[-2:], "after or within its picture"),
    "another scan": (SOUND[:-2] + SOUND[SCAN:], "after or within its picture"),
    "another picture": (SOUND + SOUND, "after or within its picture"),
    "longer": (SOUND + b"and more", "its end is missing"),
    "larger": (jpeg_of((31, 40)), "differs in size"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "why"), NOT_SOUND.values(), ids=NOT_SOUND)
def test_an_image_that_is_not_what_the_reader_says_is_not_believed(content, why):
    with pytest.raises(SandboxFailed, match=why):
        extraction._image(extraction._SaidImage(width_px=30, height_px=40, size_bytes=len(content)), content)


def test_an_image_that_is_what_the_reader_says_is_taken():
    said = extraction._SaidImage(width_px=30, height_px=40, size_bytes=len(SOUND))
    assert extraction._image(said, SOUND).content == SOUND


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_page_image_is_painted_over_whether_it_is_a_new_one_or_an_old_one(kind, tmp_path):
    """Page images were WebP once, and are kept as they are."""
    path = tmp_path / "asked"
    path.write_bytes(b"[[0, 0, 300, 400]]\n" + saved(marked(), kind))
    painted = extraction.painted(path, wall_s=20)
    assert (painted.width_px, painted.height_px) == (600, 800)
    assert picture(painted).getpixel((10, 10)) == pytest.approx(painting.PAINT, abs=3)
    assert picture(painted).getpixel((590, 790)) == (255, 255, 255)


def test_a_model_is_shown_new_and_old_images_but_nothing_else():
    new, old = pictures.opened([saved(marked(), kind) for kind in ("JPEG", "WEBP")])
    assert (new.mode, old.mode, new.size) == ("RGB", "RGB", old.size)
    with pytest.raises(UnidentifiedImageError):
        pictures.opened([saved(marked(), "PNG")])


def test_a_size_is_read_as_pillow_reads_it():
    for size in ((1, 1), (255, 256), (2480, 3), (1240, 1754)):
        content = jpeg_of(size)
        assert jpeg.size(content) == Image.open(io.BytesIO(content)).size == size
