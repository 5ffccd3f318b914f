"""Generate fold_table.txt and folded_words.txt of searchlib/analysis.

The first comes from OpenCC's tables and Python's Unicode data, the second from the first and
jieba's dictionary, whose words must be spelled as the folded text spells them.

Run `python -m benchmarks.tables.generate_fold` with the extra `tables` installed. A table that
differs from the shipped one changes every index: raise `VERSION` and say so in the changelog.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

VERSION = 1
ANALYSIS = Path(__file__).parents[2] / "searchlib" / "analysis"
TABLE = ANALYSIS / "fold_table.txt"
WORDS = ANALYSIS / "folded_words.txt"
JIEBA_HAN = re.compile("[\u4e00-\u9fd5]+")

IGNORED = (
    # Unicode's Default_Ignorable_Code_Point: invisible, so nobody can type it into a query
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian variation selectors
    (0x200B, 0x200F),  # zero-width space, joiners, direction marks
    (0x202A, 0x202E),  # embeddings
    (0x2060, 0x206F),  # word joiner, isolates
    (0x3164, 0x3164),  # Hangul filler
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE0FFF),  # tags, ideographic variation selectors
)

# Compatibility forms that would do harm: an ellipsis of three characters makes 9 % of articles
# change length, and Java™ would become javatm.
KEPT = "…™℠"

# One sign, several code points: what keyboards and editors exchange for each other.
TYPOGRAPHY = {
    "'": "‘’‛′『』",
    '"': "“”„‟″「」",
    "-": "‐‑‒–−",
    "~": "〜",
    "/": "⁄∕",
    "·": "•‧∙⋅・･",
    "…": "‥⋯︙",
}

# Where OpenCC decides by the phrase (回覆 → 回复, 覆蓋 → 覆盖) one code point must serve both, or
# simplified and traditional spellings of a phrase would fold apart. The right-hand characters
# join the left one. Pairs that are two everyday words in simplified text (画 划, 炼 链) stay apart.
JOINED = {
    "了": "瞭",
    "借": "藉",
    "复": "覆",
    "仿": "彷",
    "苏": "甦",
    "只": "祇衹",
    "巨": "钜",
    "钟": "锺",
    "余": "馀",
    "径": "迳",
    "托": "讬",
    "咨": "谘",
    "曲": "麹",
    "面": "麺",
    "线": "缐",
    "恶": "𫫇",
    "着": "著",
}


def ideographs() -> list[str]:
    """Every code point that Unicode names a CJK ideograph."""
    return [
        chr(point)
        for point in range(0x3400, 0x32400)
        if unicodedata.name(chr(point), "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEO"))
    ]


def simplified() -> dict[str, str]:
    """Ideograph → simplified form, by OpenCC, a character at a time."""
    import opencc

    plain, taiwan, hongkong = (opencc.OpenCC(name) for name in ("t2s", "tw2s", "hk2s"))
    characters = ideographs()
    table = {char: plain.convert(char) for char in characters}
    results = {table[char] for char in characters if table[char] != char}
    for char in characters:
        # 么 is what t2s makes of 麼; Taiwan's 么 for 幺 must not undo that
        if table[char] == char and char not in results:
            regional = {taiwan.convert(char), hongkong.convert(char)} - {char}
            if len(regional) == 1:
                table[char] = regional.pop()
    for target, sources in JOINED.items():
        table.update(dict.fromkeys(sources, target))
    return {char: to for char, to in table.items() if char != to and len(to) == 1}


def compatible(char: str) -> str:
    """NFKC of one code point, save the ones that end in a stray accent on a space."""
    form = unicodedata.normalize("NFKC", char)
    return char if char in KEPT or (len(form) > 1 and form[0] == " ") else form


def build() -> dict[str, str]:
    """Every code point that the fold changes → what it becomes."""
    ignored = {chr(point) for first, last in IGNORED for point in range(first, last + 1)}
    own = {source: target for target, sources in TYPOGRAPHY.items() for source in sources}
    han = simplified()

    def step(char: str) -> str:
        if char in ignored:
            return ""
        if char in own:
            return own[char]
        return "".join(han.get(part, part) for part in compatible(char).casefold())

    table = {}
    for point in range(sys.maxunicode + 1):
        if 0xD800 <= point <= 0xDFFF:
            continue
        char, folded = chr(point), step(chr(point))
        while (again := "".join(map(step, folded))) != folded:
            folded = again
        if folded != char:
            table[char] = folded
    return table


def ranges(points: list[int]) -> list[tuple[int, int]]:
    """Ascending code points → inclusive ranges."""
    found: list[tuple[int, int]] = []
    for point in points:
        if found and point == found[-1][1] + 1:
            found[-1] = (found[-1][0], point)
        else:
            found.append((point, point))
    return found


def spell(text: str) -> str:
    """Ideographs as they are, all else in hexadecimal: nothing invisible in the file."""
    return " ".join(
        char if unicodedata.category(char) == "Lo" and "㐀" <= char <= "鿿" else f"{ord(char):04X}"
        for char in text
    )


def folded_words(table: dict[str, str]) -> dict[str, int]:
    """Folded spelling → frequency, for what jieba's dictionary lacks or has as rarer."""
    from searchlib.analysis.segment import dictionary_path

    frequency = {}
    for line in dictionary_path().read_text("utf-8").splitlines():
        word, count = line.split(" ")[:2]
        if JIEBA_HAN.fullmatch(word):
            frequency[word] = int(count)
    found: dict[str, int] = {}
    for word, times in frequency.items():
        folded = "".join(table.get(char, char) for char in word)
        known = max(frequency.get(folded, 0), found.get(folded, 0))
        if folded != word and times > known and JIEBA_HAN.fullmatch(folded):
            found[folded] = times
    return found


def main() -> None:
    """Write both files."""
    table = build()
    write_table(table)
    words = folded_words(table)
    lines = [
        "# Generated by benchmarks/tables/generate_fold.py; do not edit.",
        "# Words of jieba's dict.txt (MIT) as the fold spells them, with their frequencies.",
        *(f"{word} {count}" for word, count in sorted(words.items())),
    ]
    WORDS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{WORDS.name}: {len(words):,} words, {WORDS.stat().st_size:,} bytes")


def write_table(table: dict[str, str]) -> None:
    """Write the table, grouped by target."""
    import opencc

    sources = defaultdict(list)
    for char, folded in table.items():
        sources[folded].append(char)
    removed = ranges([ord(char) for char in sources.pop("")])
    lines = [
        f"# version {VERSION}",
        "# Generated by benchmarks/tables/generate_fold.py; do not edit.",
        f"# OpenCC {opencc.__version__} (Apache 2.0): TSCharacters, TWVariants, HKVariants.",
        f"# Unicode {unicodedata.unidata_version}: NFKC and case folding, a code point at a time.",
        "# Line: target = sources. Ideographs as they are, all else as hexadecimal code points;",
        "# the line without a target lists what folds to nothing.",
        "= " + " ".join(f"{a:04X}" if a == b else f"{a:04X}-{b:04X}" for a, b in removed),
    ]
    lines += [f"{spell(to)} = {spell(''.join(sources[to]))}" for to in sorted(sources)]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TABLE.name}: {len(table):,} code points, {TABLE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
