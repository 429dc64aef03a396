"""Bot with python-telegram-bot that greets with files, echoes and answers presses; tests/it/sandbox/clients.rs talks
with it."""
import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

FILE = b"x" * 300_000


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    await message.reply_photo(FILE, caption="foto")
    await message.reply_document(FILE, filename="b.pdf")
    await message.reply_media_group([InputMediaPhoto(FILE), InputMediaPhoto(FILE)])
    buttons = [[InlineKeyboardButton("Buka", callback_data="open:1"), InlineKeyboardButton("Tautan", url="t.me/antri_bot")]]
    await message.reply_text(f"Halo {update.effective_user.first_name}", reply_markup=InlineKeyboardMarkup(buttons))


async def opened(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.callback_query.answer("Dibuka")
    await update.callback_query.edit_message_text("Dibuka")


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    await message.reply_html(f"<b>{message.text_html}</b>", do_quote=True)


def main() -> None:
    base = os.environ["BOT_API_URL"]
    application = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(f"{base}/bot")
        .base_file_url(f"{base}/file/bot")
        .build()
    )
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(opened, pattern="^open:"))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


main()
