#!/usr/bin/env python3
"""Cuts src/sandbox/bot_api/bot-api.json from the machine-readable Bot API.

Usage: cut-bot-api.py api.json > src/sandbox/bot_api/bot-api.json
The input is the api.json of github.com/PaulSonOfLars/telegram-bot-api-spec (MIT licence). What stays are the methods
below and the types that their parameters reach: names, types and whether they are required.
"""
import json
import sys

METHODS = """getMe getUpdates setWebhook deleteWebhook getWebhookInfo logOut close sendMessage copyMessage sendPhoto
sendDocument sendVoice sendVideo sendAudio sendSticker sendChatAction editMessageText editMessageCaption
editMessageReplyMarkup deleteMessage answerCallbackQuery setMyCommands getMyCommands deleteMyCommands setMyDescription
setMyShortDescription getFile getChat""".split()
PLAIN = {"Integer", "String", "Boolean", "Float", "InputFile", "True"}
SOURCE = "github.com/PaulSonOfLars/telegram-bot-api-spec (MIT), cut by tests/tools/cut-bot-api.py"


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        api = json.load(file)
    reached: list[str] = []

    def fields(thing: dict) -> dict:
        found = {}
        for field in thing.get("fields", []):
            found[field["name"]] = {"types": field["types"], "required": field["required"]}
            reached.extend(name.removeprefix("Array of ").removeprefix("Array of ") for name in field["types"])
        return found

    methods = {name: fields(api["methods"][name]) for name in METHODS}
    types: dict[str, dict] = {}
    while reached:
        name = reached.pop()
        if name in PLAIN or name in types:
            continue
        thing = api["types"][name]
        if thing.get("subtypes"):
            types[name] = {"any_of": thing["subtypes"]}
            reached.extend(thing["subtypes"])
        else:
            types[name] = {"fields": fields(thing)}

    # One line per method or type: small, and a new version shows as a readable difference.
    def block(things: dict) -> str:
        return ",\n".join(f"    {json.dumps(name)}: {json.dumps(things[name])}" for name in sorted(things))

    print("{")
    print(f'  "version": {json.dumps(api["version"])},')
    print(f'  "source": {json.dumps(SOURCE)},')
    print(f'  "methods": {{\n{block(methods)}\n  }},')
    print(f'  "types": {{\n{block(types)}\n  }}')
    print("}")


main()
