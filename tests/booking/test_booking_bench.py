"""The benchmark's own counting: our ways give each slot once, and its table says so."""

from __future__ import annotations

from bench import booking as bench


def test_a_small_run_counts_what_is_there() -> None:
    results = bench.run(slots=6, claimants=8)
    assert [(r.database, r.way) for r in results] == [(d, w) for d in ("sqlite", "postgresql") for w in bench.WAYS]
    ours = [r for r in results if r.way != "check then insert"]
    assert all(r.doubled == r.too_many == 0 and r.pace > 0 for r in ours)
    assert sum(r.too_many for r in results) > 0, "the baseline books twice, or nobody ever claimed at once"
    lines = bench.table(results, 6, 8).splitlines()
    assert len(lines) == 4 + len(results) and lines[4].startswith("| sqlite | check then insert |")
