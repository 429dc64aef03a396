#!/usr/bin/env bash
# secantus-mdb 0.5.3-beta.196 (MongoDB's protocol): a query with a range uses a partial index only if the fields of the index's own
# filter are the first ones of its key. Else the server reads by another index, or everything, and filters. The plan (`explain`) names
# the partial index in both cases, so only a clock shows it. An equality in place of the range uses the index.
#
# Seen with pymongo 4.20.1, 100 of 20,000 documents (medians of 7):
#     key (department, position): 34.9 ms
#     key (status, department, position): 0.6 ms
# The script fails if the first is not at least 5 times as slow as the second.
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
query = {"status": "queued", "department": 7, "position": {"$gte": 0}}
costs = []
for fields in (["department", "position"], ["status", "department", "position"]):
    tickets = client.finding["_".join(fields)]
    key = [(field, 1) for field in fields]
    tickets.create_index(key, partialFilterExpression={"status": "queued"}, name="queue")
    for start in range(0, 20_000, 5_000):
        numbers = range(start, start + 5_000)
        tickets.insert_many([{"status": "queued", "department": n % 200, "position": n} for n in numbers])
    times = []
    for _ in range(7):
        start = time.perf_counter()
        assert len(list(tickets.find(query))) == 100
        times.append((time.perf_counter() - start) * 1000)
    assert "'indexName': 'queue'" in str(tickets.find(query).explain()["queryPlanner"]["winningPlan"])
    costs.append(statistics.median(times))
    print(f"key ({', '.join(fields)}): {costs[-1]:.1f} ms")
if costs[0] < 5 * costs[1]:
    sys.exit("the partial index is used for a range, too")
PYTHON
