"""What several threads may do to one element at the same time, as LLVM assembly.

`claim` sets bits: a read, and a second step in one go only where one of them is not set yet; words
of a wide element one by one, for each bit is a claim of its own. `swap` writes a word if it is what
one thinks it is; so does `settle` with an element that is zero: a wide one by taking its highest
word first (-1: it is being written), then writing the others, then the highest, which is never zero
in what is written.
Source: Laarman, van de Pol & Weber, "Boosting multi-core reachability performance with shared hash
tables", FMCAD 2010, pages 247 to 256, where an entry is marked while it is being written, too.
"""

WORD = 64


def helpers(widths: set[int]) -> str:
    """`claim.iN` and `settle.iN` for elements of so many bits."""
    texts = [_claim(bits) for bits in sorted(w for w in widths | {WORD} if w <= WORD)]
    for bits in sorted(w for w in widths if w > WORD):
        texts.append(_claim_wide(bits))
        texts.append(_settle_wide(bits))
    return "\n".join([*texts, _SETTLE, _SWAP])


def _claim(bits: int) -> str:
    return f"""define internal i{bits} @claim.i{bits}(ptr %a, i{bits} %m) alwaysinline {{
entry:
  %seen = load atomic i{bits}, ptr %a monotonic, align {bits // 8}
  %gone = xor i{bits} %seen, -1
  %left = and i{bits} %gone, %m
  %some = icmp ne i{bits} %left, 0
  br i1 %some, label %set, label %end
set:
  %before = atomicrmw or ptr %a, i{bits} %m monotonic
  br label %end
end:
  %was = phi i{bits} [ %seen, %entry ], [ %before, %set ]
  ret i{bits} %was
}}
"""


def _claim_wide(bits: int) -> str:
    lines = [f"define internal i{bits} @claim.i{bits}(ptr %a, i{bits} %m) alwaysinline {{"]
    found = "0"
    for k in range(bits // WORD):
        lines += [
            f"  %p{k} = getelementptr i64, ptr %a, i64 {k}",
            f"  %s{k} = lshr i{bits} %m, {k * WORD}",
            f"  %m{k} = trunc i{bits} %s{k} to i64",
            f"  %w{k} = call i64 @claim.i64(ptr %p{k}, i64 %m{k})",
            f"  %z{k} = zext i64 %w{k} to i{bits}",
            f"  %h{k} = shl i{bits} %z{k}, {k * WORD}",
            f"  %f{k} = or i{bits} {found}, %h{k}",
        ]
        found = f"%f{k}"
    return "\n".join([*lines, f"  ret i{bits} {found}", "}", ""])


_SETTLE = """define internal i64 @settle.i64(ptr %a, i64 %v) alwaysinline {
entry:
  %seen = load atomic i64, ptr %a monotonic, align 8
  %free = icmp eq i64 %seen, 0
  br i1 %free, label %try, label %end
try:
  %pair = cmpxchg ptr %a, i64 0, i64 %v monotonic monotonic
  %before = extractvalue { i64, i1 } %pair, 0
  br label %end
end:
  %was = phi i64 [ %seen, %entry ], [ %before, %try ]
  ret i64 %was
}
"""

_SWAP = """define internal i64 @swap.i64(ptr %a, i64 %old, i64 %new) alwaysinline {
  %pair = cmpxchg ptr %a, i64 %old, i64 %new monotonic monotonic
  %before = extractvalue { i64, i1 } %pair, 0
  ret i64 %before
}
"""


def _settle_wide(bits: int) -> str:
    low = bits - WORD
    return f"""define internal i{bits} @settle.i{bits}(ptr %a, i{bits} %v) alwaysinline {{
entry:
  %head = getelementptr i64, ptr %a, i64 {low // WORD}
  br label %again
again:
  %top = load atomic i64, ptr %head acquire, align 8
  %free = icmp eq i64 %top, 0
  br i1 %free, label %try, label %taken
try:
  %pair = cmpxchg ptr %head, i64 0, i64 -1 acquire monotonic
  %mine = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %mine, label %write, label %again
write:
  %rest = trunc i{bits} %v to i{low}
  store i{low} %rest, ptr %a, align 8
  %high = lshr i{bits} %v, {low}
  %last = trunc i{bits} %high to i64
  store atomic i64 %last, ptr %head release, align 8
  br label %end
taken:
  %busy = icmp eq i64 %top, -1
  br i1 %busy, label %again, label %read
read:
  %part = load i{low}, ptr %a, align 8
  %wide = zext i{low} %part to i{bits}
  %above = zext i64 %top to i{bits}
  %moved = shl i{bits} %above, {low}
  %whole = or i{bits} %wide, %moved
  br label %end
end:
  %was = phi i{bits} [ 0, %write ], [ %whole, %read ]
  ret i{bits} %was
}}
"""
