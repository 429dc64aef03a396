#!/usr/bin/env bash
# secantus-mdb 0.5.3-beta.196 (MongoDB's protocol): a query that names its index (`hint`) costs with the size of the collection, also
# if the index is partial and has few entries. Without the name the server chooses the same index, and the cost stays. The plans
# (`explain`) are the same, so only a clock shows it. A hint only chooses an index.
#
# Seen with pymongo 4.20.1, 100 documents in a partial index of a collection with 1,100 and with 200,100 documents (medians of 7):
#     with hint: 1.9 ms, 112.7 ms
#     without: 0.9 ms, 1.5 ms
# The script fails if the hint does not make the query of the large collection at least 20 times as slow.
#
# The server is built from source (15 minutes), unless FINDINGS_CARGO_ROOT names a folder into which cargo installed it before.
set -euo pipefail
folder="$(mktemp -d)"
server=""
trap '[[ -n "$server" ]] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; rm -rf "$folder"' EXIT
root="${FINDINGS_CARGO_ROOT:-$folder/cargo}"
cargo install secantus-mdb --version 0.5.3-beta.196 --ignore-rust-version --root "$root" >"$folder/install.log" 2>&1 ||
    { cat "$folder/install.log" >&2; exit 1; }
python3 -m venv "$folder/python"
"$folder/python/bin/python" -m pip install --quiet --disable-pip-version-check pymongo==4.20.1
port="$("$folder/python/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
"$root/bin/secantusd-rs" --port "$port" --storage-path "$folder/data" >"$folder/server.log" 2>&1 &
server=$!
"$folder/python/bin/python" - "$port" <<'PYTHON'
import statistics
import sys
import time
import pymongo

client = pymongo.MongoClient("127.0.0.1", int(sys.argv[1]), directConnection=True)


def milliseconds(query):
    times = []
    for _ in range(7):
        start = time.perf_counter()
        assert len(list(query())) == 100
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


for others in (1_000, 200_000):
    tickets = client.finding[f"tickets_{others}"]
    held = {"partialFilterExpression": {"held": True}, "name": "held"}
    tickets.create_index([("agent", 1)], **held)
    for start in range(0, others, 5_000):
        tickets.insert_many([{"held": False} for _ in range(min(5_000, others))])
    tickets.insert_many([{"held": True, "agent": n} for n in range(100)])
    query = {"held": True, "agent": {"$gte": 0}}
    with_hint = milliseconds(lambda: tickets.find(query).hint("held"))
    without = milliseconds(lambda: tickets.find(query))
    print(f"{others + 100:,} documents: with hint {with_hint:.1f} ms, without {without:.1f} ms")
if with_hint < 20 * without:
    sys.exit("the hint costs no more than it should")
PYTHON
