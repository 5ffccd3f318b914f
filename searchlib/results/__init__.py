"""What a hit shows of its article: snippets and marked titles."""

from searchlib.results.highlight import Highlighter
from searchlib.results.needles import Needle
from searchlib.results.options import SnippetOptions

__all__ = ["Highlighter", "Needle", "SnippetOptions"]
