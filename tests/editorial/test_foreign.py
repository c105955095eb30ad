"""A file of another kind given as a brief gets one sentence, not a line for each of its bytes."""

import io
import zipfile

import pytest

from newsletter.editorial import read_source
from newsletter.errors import Finding, IssueError


def refused(data: bytes) -> Finding:
    with pytest.raises(IssueError) as caught:
        read_source(data, "leap.docx")
    (found,) = caught.value.findings
    return found


def zipped(*names: str, mimetype: str = "", padding: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        archive.writestr("aa.bin", bytes(padding))
        for name in names:
            archive.writestr(name, "<xml/>")
    return made.getvalue()


MAIL = (
    b"Return-Path: <ana@example.org>\r\nReceived: by mail.example.org\r\nFrom: Ana <ana@example.org>\r\n"
    b"Subject: The river\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nThe river opens.\r\n"
)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (zipped("[Content_Types].xml", "word/document.xml"), "Word file"),
        (zipped("[Content_Types].xml", "word/document.xml", padding=2_000_000), "Word file"),
        (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"), "LibreOffice file"),
        (zipped("xl/workbook.xml"), "Excel file"),
        (zipped("Index/Document.iwa"), "Pages file"),
        (zipped("chapter.txt"), "zip file"),
        (b"{\\rtf1\\ansi The river opens.}", "rich-text file"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Word"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "JPEG"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"GIF89a\x01\x00", "GIF"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "film"),
        (b"<!DOCTYPE html>\n<html><body>The river</body></html>", "web page"),
        (b"\xef\xbb\xbf\n <html lang=en>\n", "web page"),
        (b"<!-- saved -->\n<HTML>\n", "web page"),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "web page"),
        (b'<meta charset="utf-8"><p>The river</p>', "web page"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (MAIL, "saved mail"),
        (b"From ana@example.org Mon Jan 12\n" + MAIL, "saved mail"),
        (b"\x1f\x8b\x08\x00\x00\x00", "compressed"),
        (b"SQLite format 3\x00\x10\x00", "database"),
    ],
)
def test_a_file_of_another_kind_is_named_once_with_what_to_do(data: bytes, name: str) -> None:
    found = refused(data)

    assert (found.code, found.line) == ("file-not-text", 1)
    assert name in found.message
    assert found.hint


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named_with_and_without_its_mark(encoding: str) -> None:
    found = refused("---\nsubject: The river\n---\n# Grüße\n".encode(encoding))

    assert (found.code, found.line) == ("file-encoding", 1)
    assert "UTF-16" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "BMW opens a plant\n\nText.",
        "PK was a footballer.",
        "From: Ana\nSubject: the river\n\nA letter begins.",
        "Subject: x\nDate: y\n---\n",
        "<3 is a heart. <b>Bold</b> is not.",
        "<br>A line",
        "Rar! The lion roars.",
        "BZh and bplist are letters.",
        "%PDF is a name.",
        "GIF is a format",
        "RIFF raff",
    ],
)
def test_text_that_begins_like_another_kind_is_text(text: str) -> None:
    assert read_source(text.encode(), "leap.md") == text
