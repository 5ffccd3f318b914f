"""Where the real posts are, and another way to read one: the oracle of the completeness test."""

from __future__ import annotations

import re
import tarfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def real_posts(folder: Path) -> Path:
    """Unpack the 60 posts beside the two seeds in `folder`; skip the test without them."""
    archive = SHARED / "finews_posts.tar.xz"
    if not archive.exists():
        pytest.skip("the real posts are not here")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    for seed in (SHARED / "seeds").glob("*.txt"):
        (folder / seed.name).write_bytes(seed.read_bytes())
    return folder


class VisibleText(HTMLParser):
    """Collects what a reader sees, by Python's own HTML parser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the alternative text of an image."""
        self.hidden += tag in ("script", "style", "template")
        if tag == "img":
            self.seen.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a hidden element."""
        self.hidden -= tag in ("script", "style", "template")

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if not self.hidden:
            self.seen.append(data)


def visible_characters(post: str) -> str:
    """What a reader of a post sees, without any whitespace; Markdown as far as the posts use it."""
    body = re.split(r"^---$", post.strip(), maxsplit=2, flags=re.MULTILINE)[2]
    body = re.sub(r"<(https?://[^<>\s]+)>", r"\1", body)  # an address in angle brackets
    body = re.sub(r"^<>$", "&lt;&gt;", body, flags=re.MULTILINE)
    body = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", body)  # a link
    body = re.sub(r"^---+$", "", body, flags=re.MULTILINE)  # a rule
    body = re.sub(r"^>[ ]", "", body, flags=re.MULTILINE)  # a quotation
    body = re.sub(r"<(?=[^a-zA-Z/!])", "&lt;", body)  # a bare less-than sign
    reader = VisibleText()
    reader.feed(body)
    reader.close()
    return "".join("".join(reader.seen).split())
