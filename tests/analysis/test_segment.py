"""Both segmenters give the same words, and keep to themselves."""

import functools
import random
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchlib.analysis import Analyzer, fold
from searchlib.analysis.segment import dictionary_path, folded_words, load_segmenter
from searchlib.errors import OptionError

DATA = Path(__file__).parents[2].parent / "shared" / "data"
USER_WORDS = ["访惠聚工作队", ("龙的传人", 50), "的传", "着名景点", ("国人", 3_000_000)]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Analyzer, Analyzer]]:
    pytest.importorskip("rjieba")
    yield Analyzer(backend="rjieba"), Analyzer(backend="jieba")


@functools.cache
def words_of_the_dictionary() -> list[str]:
    lines = dictionary_path().read_text("utf-8").splitlines()
    return [fold(line.split(" ")[0]) for line in lines]


def nonsense(seed: int, runs: int) -> str:
    """Dictionary words, rare characters and single ones in random order."""
    chance = random.Random(seed)
    words = words_of_the_dictionary()
    common = "的了在是我有和人这中大为上个国地到以说时要就出会"

    def run() -> str:
        return "".join(
            chance.choice(words)
            if (kind := chance.random()) < 0.6
            else chance.choice(common)
            if kind < 0.9
            else chr(chance.randrange(0x4E00, 0x9FFF))
            for _ in range(chance.randrange(1, 14))
        )

    return fold("，".join(run() for _ in range(runs)))


@pytest.mark.parametrize("seed", range(3))
def test_segmenters_agree_on_nonsense(both: tuple[Analyzer, Analyzer], seed: int) -> None:
    text = nonsense(seed, 2_000)
    fast, reference = both
    print("seed", seed)
    assert fast.units(text) == reference.units(text)


def test_segmenters_break_ties_alike(both: tuple[Analyzer, Analyzer]) -> None:
    doubled = {word[:2] for word in words_of_the_dictionary() if word[:1] == word[1:2]}
    text = "，".join(word + word[0] for word in sorted(doubled))
    fast, reference = both
    assert fast.units(text) == reference.units(text)


def test_joined_runs_are_cut_as_each_alone(both: tuple[Analyzer, Analyzer]) -> None:
    text = nonsense(7, 1_000)
    for analyzer in both:
        alone = [word for run in text.split(",") for word in analyzer.units(run)]
        assert analyzer.units(text) == alone


def test_segmenters_agree_on_parts_of_dictionary_words(
    both: tuple[Analyzer, Analyzer],
) -> None:
    fast, reference = both
    words = [word for word in words_of_the_dictionary()[::4] if len(word) > 2]
    differ = [word for word in words if fast.parts(word) != reference.parts(word)]
    assert differ == []


def test_segmenters_agree_with_user_words() -> None:
    pytest.importorskip("rjieba")
    chance = random.Random(5)
    invented = {nonsense(seed, 1)[:4] for seed in range(60, 63)}
    words = [*USER_WORDS, *chance.sample(words_of_the_dictionary(), 50), *invented]
    words = [word for word in words if not isinstance(word, str) or word.isalpha()]
    fast = Analyzer(user_words=words, backend="rjieba")
    reference = Analyzer(user_words=words, backend="jieba")
    text = (
        nonsense(9, 500)
        + "访惠聚工作队里的中国人是龙的传人，着名景点"
        + "".join(map(str, invented))
    )
    assert fast.units(text) == reference.units(text)
    assert fast.fingerprint == reference.fingerprint


@pytest.mark.skipif(not DATA.is_dir(), reason="real posts are not here")
def test_segmenters_agree_on_real_posts(both: tuple[Analyzer, Analyzer], tmp_path: Path) -> None:
    with tarfile.open(DATA / "finews_posts.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    posts = sorted(tmp_path.rglob("*.md"))
    assert len(posts) == 60
    fast, reference = both
    for post in posts:
        text = fold(post.read_text("utf-8"))
        assert fast.units(text) == reference.units(text), post.name


def test_folded_spellings_of_dictionary_words_are_words(both: tuple[Analyzer, Analyzer]) -> None:
    for analyzer in both:
        assert analyzer.units(fold("乾隆皇帝的覆盖率")) == ["干隆皇帝", "的", "复盖率"]
        assert analyzer.units(fold("著名作家")) == ["着名作家"]
    assert all(fold(word) == word for word, _ in folded_words())


def test_planted_cache_is_neither_read_nor_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "jieba.cache").write_bytes(b"poison")
    assert load_segmenter("jieba", ()).cut("中国农业") == ["中国", "农业"]
    assert [file.name for file in tmp_path.iterdir()] == ["jieba.cache"]
    assert (tmp_path / "jieba.cache").read_bytes() == b"poison"


def test_user_words_are_private() -> None:
    import jieba

    for backend in ("auto", "jieba"):
        mine = Analyzer(user_words=["访惠聚工作队"], backend=backend)
        assert mine.units("访惠聚工作队") == ["访惠聚工作队"]
        assert "访惠聚工作队" not in Analyzer(backend=backend).units("访惠聚工作队")
    assert "访惠聚工作队" not in jieba.dt.FREQ
    rjieba = pytest.importorskip("rjieba")
    assert not rjieba.has_word("访惠聚工作队")


@pytest.mark.parametrize("backend", ["rjieba", "jieba"])
def test_dictionaries_load_late_and_in_silence(backend: str) -> None:
    program = (
        "import sys, searchlib.analysis as a\n"
        f"analyzer = a.Analyzer(backend={backend!r})\n"
        "assert not {'jieba', 'rjieba', 'rjieba.rjieba'} & set(sys.modules)\n"
        "print(analyzer.units('中国农业'), analyzer.backend)\n"
        f"assert ('jieba' in sys.modules) == ({backend!r} == 'jieba')\n"
    )
    if backend == "rjieba":
        pytest.importorskip("rjieba")
        program += "import rjieba; assert rjieba.cut('中国农业') == ['中国', '农业']\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == f"['中国', '农业'] {backend}"


def test_unknown_backend_is_refused() -> None:
    with pytest.raises(OptionError, match="rjieba or jieba"):
        Analyzer(backend="lac")  # type: ignore[arg-type]


def test_missing_rjieba_leaves_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    from searchlib.analysis import segment

    found = segment.find_spec
    monkeypatch.setattr(segment, "find_spec", lambda n: None if n == "rjieba" else found(n))
    monkeypatch.delitem(sys.modules, "rjieba.rjieba", raising=False)
    monkeypatch.setitem(sys.modules, "rjieba", None)
    segment._load.cache_clear()
    try:
        assert Analyzer().backend == "jieba"
        with pytest.raises(OptionError):
            assert Analyzer(backend="rjieba").backend
    finally:
        segment._load.cache_clear()
