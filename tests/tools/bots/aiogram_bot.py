"""Bot with aiogram that greets with files, echoes and answers presses; tests/it/sandbox/clients.rs talks with it."""
import asyncio
import os

from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
)

dispatcher = Dispatcher()


def upload(name: str) -> BufferedInputFile:
    return BufferedInputFile(b"x" * 300_000, filename=name)


@dispatcher.message(CommandStart())
async def start(message: Message) -> None:
    await message.answer_photo(upload("a.jpg"), caption="foto")
    await message.answer_document(upload("b.pdf"))
    await message.answer_media_group([InputMediaPhoto(media=upload("c.jpg")), InputMediaPhoto(media=upload("d.jpg"))])
    buttons = [[InlineKeyboardButton(text="Buka", callback_data="open:1"),
                InlineKeyboardButton(text="Tautan", url="t.me/antri_bot")]]
    await message.answer(f"Halo {message.from_user.first_name}", reply_markup=InlineKeyboardMarkup(inline_keyboard=buttons))


@dispatcher.callback_query(F.data.startswith("open:"))
async def opened(query: CallbackQuery) -> None:
    await query.answer("Dibuka")
    await query.message.edit_text("Dibuka")


@dispatcher.message(F.text)
async def echo(message: Message) -> None:
    await message.reply(f"<b>{message.html_text}</b>")


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["BOT_API_URL"]))
    bot = Bot(os.environ["BOT_TOKEN"], session=session, default=DefaultBotProperties(parse_mode="HTML"))
    await dispatcher.start_polling(bot, handle_signals=False)


asyncio.run(main())
