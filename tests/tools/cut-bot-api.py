#!/usr/bin/env python3
"""Generator of src/sandbox/bot_api/bot-api.json, a subset of the machine-readable Bot API.

Usage: cut-bot-api.py api.json > src/sandbox/bot_api/bot-api.json
The input is the api.json of github.com/PaulSonOfLars/telegram-bot-api-spec (MIT licence). The output has the methods
below and the types that their parameters use, each field with its name, its types and whether it is required.
"""
import json
import sys

METHODS = """getMe getUpdates setWebhook deleteWebhook getWebhookInfo logOut close sendMessage copyMessage sendPhoto
sendDocument sendVoice sendVideo sendAudio sendSticker sendChatAction editMessageText editMessageCaption
editMessageReplyMarkup deleteMessage answerCallbackQuery answerInlineQuery setMyCommands getMyCommands deleteMyCommands setMyDescription
setMyShortDescription getFile getChat copyMessages sendAnimation sendVideoNote sendMediaGroup sendLocation sendVenue
sendContact sendDice sendPoll setMessageReaction createForumTopic editForumTopic deleteForumTopic
pinChatMessage unpinChatMessage setChatMenuButton getChatMenuButton""".split()
# Methods that came after the version of the input, as the official changelog describes them.
LATER_METHODS = {
    "setMySettings": {
        name: {"types": [kind], "required": False}
        for name, kind in {
            "has_topics_enabled": "Boolean",
            "allows_users_to_create_topics": "Boolean",
            "has_topic_sidebar": "Boolean",
            "supports_inline_queries": "Boolean",
            "inline_query_placeholder": "String",
            "can_join_groups": "Boolean",
            "callback_query_mode": "String",
        }.items()
    }
}
PRIMITIVE_TYPES = {"Integer", "String", "Boolean", "Float", "InputFile", "True"}
SOURCE = "github.com/PaulSonOfLars/telegram-bot-api-spec (MIT), cut by tests/tools/cut-bot-api.py"


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        api = json.load(file)
    pending_types: list[str] = []

    def fields(entry: dict) -> dict:
        result = {}
        for field in entry.get("fields", []):
            result[field["name"]] = {"types": field["types"], "required": field["required"]}
            pending_types.extend(name.removeprefix("Array of ").removeprefix("Array of ") for name in field["types"])
        return result

    methods = {name: fields(api["methods"][name]) for name in METHODS} | LATER_METHODS
    types: dict[str, dict] = {}
    while pending_types:
        name = pending_types.pop()
        if name in PRIMITIVE_TYPES or name in types:
            continue
        entry = api["types"][name]
        if entry.get("subtypes"):
            types[name] = {"any_of": entry["subtypes"]}
            pending_types.extend(entry["subtypes"])
        else:
            types[name] = {"fields": fields(entry)}

    # One line per method or type keeps the file small and the diff of a new version readable.
    def block(entries: dict) -> str:
        return ",\n".join(f"    {json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries))

    print("{")
    print(f'  "version": {json.dumps(api["version"])},')
    print(f'  "source": {json.dumps(SOURCE)},')
    print(f'  "methods": {{\n{block(methods)}\n  }},')
    print(f'  "types": {{\n{block(types)}\n  }}')
    print("}")


main()
