"""Trees of Whoosh's query objects, evaluated with arrays (docs/whoosh.md). It loads Whoosh."""

from searchlib.query.tree.evaluate import Tree, find_tree, written
from searchlib.query.tree.nodes import WhooshQuery

__all__ = ["Tree", "WhooshQuery", "find_tree", "written"]
