#!/usr/bin/env bash
# secantus-mdb 0.5.3-beta.196 (MongoDB's protocol): a change stream that asks for post-images (`fullDocument: "whenAvailable"` or
# `"required"`) gets the document as it is when the event is read, not as that update left it, although the collection keeps pre- and
# post-images. If the document was deleted meanwhile, "required" ends the stream with an error, and the events of other documents that
# were read with it are lost. Pre-images are right.
#
# MongoDB's manual, "Change Streams with Document Pre- and Post-Images": the post-image is the document after the change of the event.
# Only `updateLookup` may show a later one ("Lookup Full Document for Update Operations").
#
# Seen with pymongo 4.20.1, for the updates of one document to 2 and to 3, and of another to 7, which is deleted at the end:
#     whenAvailable: set 2: before 1, after 3
#     whenAvailable: set 3: before 2, after 3
#     whenAvailable: set 7: before 6, after nothing
#     required: error 47 (NoMatchingDocument)
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
import pymongo.errors

client = pymongo.MongoClient("127.0.0.1", int(sys.argv[1]), directConnection=True)
for mode in ("whenAvailable", "required"):
    tickets = client.finding.create_collection(mode, changeStreamPreAndPostImages={"enabled": True})
    tickets.insert_many([{"_id": "kept", "n": 1}, {"_id": "deleted", "n": 6}])
    updates = [{"$match": {"operationType": "update"}}]
    with tickets.watch(updates, full_document=mode, full_document_before_change=mode) as stream:
        tickets.update_one({"_id": "kept"}, {"$set": {"n": 2}})
        tickets.update_one({"_id": "kept"}, {"$set": {"n": 3}})
        tickets.update_one({"_id": "deleted"}, {"$set": {"n": 7}})
        tickets.delete_one({"_id": "deleted"})
        try:
            for _ in range(3):
                event = next(stream)
                value = event["updateDescription"]["updatedFields"]["n"]
                before, after = event["fullDocumentBeforeChange"]["n"], event["fullDocument"]
                print(f"{mode}: set {value}: before {before}, after {after['n'] if after else 'nothing'}")
        except pymongo.errors.OperationFailure as error:
            print(f"{mode}: error {error.code} ({error.details['codeName']})")
PYTHON
cat "$folder/seen"
diff "$folder/seen" - <<'WANTED'
whenAvailable: set 2: before 1, after 3
whenAvailable: set 3: before 2, after 3
whenAvailable: set 7: before 6, after nothing
required: error 47 (NoMatchingDocument)
WANTED
