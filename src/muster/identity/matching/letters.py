"""A name of any alphabet in plain Latin letters, and where a name written in one piece is parted."""

# ruff: noqa: RUF001  Greek letters are meant
from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

# Letters for which people write something else than what they are transliterated to by themselves.
_FIRST = (("ö", "o"), ("ü", "u"), ("ä", "a"), ("ου", "ou"), ("ού", "ou"), ("ευ", "ev"), ("αυ", "av"))
_LONG_VOWELS = (("ou", "o"), ("oo", "o"), ("uu", "u"))  # さとう is Sato
_KANA = re.compile("[\u3040-\u30ff]")
_IN_ONE_PIECE = re.compile("[\u4e00-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4}")
# Korean family names as their bearers write them; transliterated by sound nobody would recognise Lee in "i".
_KOREAN = {
    "김": "kim", "이": "lee", "박": "park", "최": "choi", "정": "jung", "강": "kang", "조": "cho",
    "윤": "yoon", "장": "jang", "임": "lim", "오": "oh", "서": "seo", "신": "shin", "권": "kwon",
    "황": "hwang", "안": "ahn", "유": "yoo", "전": "jeon", "고": "ko", "문": "moon", "배": "bae",
    "백": "baek", "허": "heo", "심": "shim", "노": "noh",
    "곽": "kwak", "성": "sung", "주": "joo", "우": "woo", "구": "koo", "류": "ryu", "엄": "um",
}  # fmt: skip


def plain_letters(text: str) -> str:
    """A text in the letters a to z and what stands between them, whatever alphabet it was written in.

    >>> plain_letters("Παπαδόπουλος"), plain_letters("さとう"), plain_letters("김")
    ('papadopoulos', 'sato', 'kim')
    """
    text = unicodedata.normalize("NFC", text).lower()
    for said, plain in _FIRST:
        text = text.replace(said, plain)
    plain = anyascii(_KOREAN.get(text.strip(), text)).lower()
    if _KANA.search(text):
        for long, short in _LONG_VOWELS:
            plain = plain.replace(long, short)
    return plain


def parted(text: str) -> tuple[str, str] | None:
    """Given and family name of a whole name that Chinese or Korean is written in one piece, family first.

    >>> parted("王小明")
    ('小明', '王')
    """
    text = unicodedata.normalize("NFC", text).strip()
    return (text[1:], text[0]) if _IN_ONE_PIECE.fullmatch(text) else None
