"""Folding, segmentation and the tokens of Chinese text (docs/adr/002)."""

from searchlib.analysis.analyzer import BLANK, Analyzer, Token, analyze
from searchlib.analysis.characters import HAN_RANGES, HAN_RUN, is_han
from searchlib.analysis.fold import FOLD_VERSION, FoldMap, fold, fold_with_map

__all__ = [
    "BLANK",
    "FOLD_VERSION",
    "HAN_RANGES",
    "HAN_RUN",
    "Analyzer",
    "FoldMap",
    "Token",
    "analyze",
    "fold",
    "fold_with_map",
    "is_han",
]
