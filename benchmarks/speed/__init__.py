"""Speed, size and memory of searchlib beside its peers, on the same articles in one run.

Every contender builds and queries in fresh processes of its own; rounds interleave them, so
that a drift of the machine hits all alike; what is reported are medians over rounds, and what
is judged are ratios.

    python -m benchmarks.speed --docs 5000 --peers tantivy,fts5
"""
