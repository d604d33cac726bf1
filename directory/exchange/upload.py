"""The bytes of a file that was brought in: what it is, and its text if it is one."""

from __future__ import annotations

from directory.exchange.troubles import Trouble, TroubleCode, trouble

LARGEST = 1024 * 1024
"""Bytes of a table or of YAML at most: ten times the directory that comes with the program."""
LARGEST_HSDS = 3 * LARGEST
"""Bytes of HSDS at most, which says everything several times."""
MOST_ROWS = 1000
"""Rows of a table, and services, at most: reading them is work during which calls are answered more slowly."""
MOST_LINES = 20_000
"""Lines of YAML at most: eight times the shipped directory."""
IN_PARTS = "bring them in in parts"

NO_UTF8 = "another character set, perhaps Windows-1252"
"""What a text is written in that is no UTF-8."""
_BEGINNINGS = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a packed file, such as an Excel or LibreOffice workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_SAVE = "save the table as CSV UTF-8, or write YAML or JSON as plain text"


def complaint_about(data: bytes, largest: int = LARGEST) -> Trouble | None:
    """Say why these bytes are not a text that could be read, or None; single bytes that are no UTF-8 pass."""
    if len(data) > largest:
        return trouble(TroubleCode.TOO_LARGE, wrong=f"{len(data) / 2**20:.1f} MB", right=f"{largest // 2**20} MB")
    for beginning, name in _BEGINNINGS:
        if data.startswith(beginning):
            return trouble(TroubleCode.NO_TEXT, wrong=name, right=_SAVE)
    if data.startswith(_UTF16) or data[:200].count(0) > len(data[:200]) // 3:
        return trouble(TroubleCode.OTHER_SET, wrong="UTF-16", right="UTF-8")
    if not data.strip().removeprefix(_BOM).strip():
        return trouble(TroubleCode.NOTHING, right="choose the file that you have saved")
    return None


def decoded(data: bytes) -> str:
    """Return the text of UTF-8 bytes without a byte order mark; bytes that are no UTF-8 become lone surrogates."""
    return data.removeprefix(_BOM).decode("utf-8", "surrogateescape")


def place_of_wrong_byte(data: bytes) -> int | None:
    """Return the line, from 1, of the first byte that is no UTF-8; None where there is none."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return None
