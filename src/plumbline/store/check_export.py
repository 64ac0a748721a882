"""Verify an exported ledger with Python alone: python check_export.py ledger.jsonl [heads kept elsewhere]."""

import json
import sys
from hashlib import sha256
from pathlib import Path


def check(path: str, *known_heads: str) -> str:
    """What is wrong with an export, or nothing."""
    *lines, last = map(json.loads, Path(path).read_text(encoding="ascii").splitlines())
    chain, missing = sha256(b"plumbline ledger 1").digest(), {}
    heads = {f"0:{chain.hex()}"}
    for seq, line in enumerate(lines, start=1):
        header, body = json.loads(line["header"]), line.get("body")
        chain = sha256(chain + line["header"].encode()).digest()
        heads.add(f"{seq}:{chain.hex()}")
        if chain.hex() != line["hash"] or header["seq"] != seq:
            return f"entry {seq} was changed, moved or removed"
        if body is None and header["commitment"]:
            missing[seq] = header["ref"]
        elif body and sha256(bytes.fromhex(line["salt"]) + body.encode()).hexdigest() != header["commitment"]:
            return f"the body of entry {seq} is not the one it committed to"
        if header["kind"] == "erasure:performed":
            missing = {gone: ref for gone, ref in missing.items() if ref not in header["facts"]["refs"]}
    if missing and last.get("bodies") != "left out":
        return f"the body of entry {min(missing)} is gone, and no tombstone says why"
    return (
        ""
        if heads >= {last.get("head"), *known_heads}
        else "entries are missing at the end, or were exchanged"
    )


if __name__ == "__main__":
    sys.exit(check(*sys.argv[1:]) or 0)
