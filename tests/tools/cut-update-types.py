#!/usr/bin/env python3
"""Generator of tests/it/contents/update-types.json: the types of the machine-readable Bot API that an update consists of.

Usage: cut-update-types.py api.json > tests/it/contents/update-types.json
The input is the api.json of github.com/PaulSonOfLars/telegram-bot-api-spec (MIT licence). A type is a list of its fields in
the order of the documentation, each with its name, its types and whether it is required, or the list of its subtypes.
"""
import json
import re
import sys

SOURCE = "github.com/PaulSonOfLars/telegram-bot-api-spec (MIT), cut by tests/tools/cut-update-types.py"


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        api = json.load(file)
    types: dict[str, list] = {}
    pending = ["Update"]
    while pending:
        name = pending.pop().replace("Array of ", "")
        if name in types or name not in api["types"]:
            continue
        entry = api["types"][name]
        fields = [[field["name"], field["types"], field["required"]] for field in entry.get("fields", [])]
        types[name] = entry.get("subtypes") or fields
        pending.extend(entry.get("subtypes", []))
        pending.extend(name for _, names, _ in fields for name in names)
    kind = next(field for field in api["types"]["MessageEntity"]["fields"] if field["name"] == "type")
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(types[name])}" for name in sorted(types))
    print("{")
    print(f'  "version": {json.dumps(api["version"])},')
    print(f'  "source": {json.dumps(SOURCE)},')
    print(f'  "entities": {json.dumps(re.findall(chr(34) + "([a-z_]+)" + chr(34), kind["description"]))},')
    print(f'  "types": {{\n{lines}\n  }}')
    print("}")


main()
