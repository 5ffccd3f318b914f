"""Nothing of the 62 real posts is lost, and what they say about themselves is read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from searchlib.ingest import FINEWS, Furniture, read_source
from searchlib.models import Article, Warned
from tests.ingest.posts import real_posts, visible_characters


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_posts(tmp_path_factory.mktemp("posts"))


def articles(folder: Path, furniture: Furniture) -> dict[str, Article]:
    read = read_source(folder, furniture=furniture)
    return {one.id: one for one in read if isinstance(one, Article)}


def test_every_visible_character_is_in_the_body_or_in_the_furniture(folder: Path) -> None:
    whole, stripped = articles(folder, Furniture.none()), articles(folder, FINEWS)
    assert len(whole) == len(stripped) == 62
    for name, article in whole.items():
        kept, lines = FINEWS.strip(article.body)
        assert kept == stripped[name].body
        post = (folder / name).read_text("utf-8")
        assert "".join((kept + "".join(lines)).split()) == visible_characters(post), name


def test_only_footer_lines_are_furniture(folder: Path) -> None:
    for article in articles(folder, Furniture.none()).values():
        for line in FINEWS.strip(article.body)[1]:
            assert line.startswith(("（文章来源：", "http://", "<>", "返回"))


def test_no_footer_is_left_in_any_body(folder: Path) -> None:
    for article in articles(folder, FINEWS).values():
        assert article.body
        for trace in ("返回首页", "NewsShare", "eastmoney.com", "文章来源", "<>", "EM_StockImg"):
            assert trace not in article.body, article.id


def test_keyword_anchors_do_not_split_words(folder: Path) -> None:
    body = articles(folder, FINEWS)["raw/2022-01-07-202201072239307540.md"].body
    assert "券商中国获悉，1月5日" in body
    assert "中国证券业协会共公布" in body


def test_metadata_of_the_real_posts(folder: Path) -> None:
    found = articles(folder, FINEWS)
    seed = found["000_de78e4c52217020e.txt"]
    assert seed.title.startswith("镌刻大美县域")
    assert seed.category == "beifangwang"
    assert seed.tags == ("北方网新闻",)
    assert seed.date == dt.datetime(
        2022, 1, 17, 13, 5, 9, tzinfo=dt.timezone(dt.timedelta(hours=8))
    )
    assert seed.extra == {"layout": "post"}
    after_blank_line = found["raw/2021-12-08-202112082206703990.md"]
    assert after_blank_line.title == "FF：有充足的现金支持到FF 91完成投产"
    assert after_blank_line.date == dt.datetime(2021, 12, 8, 10, 18, 31)
    assert "满足<1%，视场角" in found["raw/2021-12-08-202112082206796814.md"].body


def test_the_post_without_title_and_date_is_kept_with_a_warning(folder: Path) -> None:
    name = "raw/-202205262391921712.md"
    outcomes = list(read_source(folder))
    at = next(i for i, one in enumerate(outcomes) if isinstance(one, Article) and one.id == name)
    article, warning = outcomes[at], outcomes[at - 1]
    assert isinstance(article, Article)
    assert article.title == "-202205262391921712"
    assert article.date is None
    assert warning == Warned(name, "date '+0800' is none")
