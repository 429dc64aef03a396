#!/usr/bin/env bash
# secantus-mdb 0.5.3-beta.196 (MongoDB's protocol): a partial index that has the field of its own filter among its later keys
# answers a query by that field with nothing: the server chooses it, also for a count, and finds no entry. With the field as the
# first key, or not in the key at all, the answer is right. An index is to change no answer.
#
# Seen with pymongo 4.20.1, of 3 documents with {state: "due"}:
#     key (since): 3
#     key (state, since): 3
#     key (since, state): 0
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
"$folder/python/bin/python" - "$port" >"$folder/seen" <<'PYTHON'
import sys
import pymongo

client = pymongo.MongoClient("127.0.0.1", int(sys.argv[1]), directConnection=True)
for keys in (["since"], ["state", "since"], ["since", "state"]):
    tasks = client.finding["_".join(keys)]
    tasks.create_index([(key, 1) for key in keys], partialFilterExpression={"state": "due"})
    tasks.insert_many([{"since": n, "state": "due" if n < 3 else "done"} for n in range(8)])
    print(f"key ({', '.join(keys)}): {tasks.count_documents({'state': 'due'})}")
PYTHON
cat "$folder/seen"
diff "$folder/seen" - <<'WANTED'
key (since): 3
key (state, since): 3
key (since, state): 0
WANTED
