// Bot with grammY that greets with files, echoes and answers presses; tests/it/sandbox/clients.rs talks with it.
import { Bot, InlineKeyboard, InputFile, InputMediaBuilder } from "grammy";

const bot = new Bot(process.env.BOT_TOKEN, { client: { apiRoot: process.env.BOT_API_URL } });
const upload = (name) => new InputFile(new Uint8Array(300_000).fill(120), name);

bot.command("start", async (ctx) => {
  await ctx.replyWithPhoto(upload("a.jpg"), { caption: "foto" });
  await ctx.replyWithDocument(upload("b.pdf"));
  await ctx.replyWithMediaGroup([InputMediaBuilder.photo(upload("c.jpg")), InputMediaBuilder.photo(upload("d.jpg"))]);
  const keyboard = new InlineKeyboard().text("Buka", "open:1").url("Tautan", "t.me/antri_bot");
  await ctx.reply(`Halo ${ctx.from.first_name}`, { reply_markup: keyboard });
});

bot.callbackQuery(/^open:/, async (ctx) => {
  await ctx.answerCallbackQuery({ text: "Dibuka" });
  await ctx.editMessageText("Dibuka");
});

bot.on("message:text", async (ctx) => {
  const reply_parameters = { message_id: ctx.msg.message_id };
  await ctx.reply(`<b>${ctx.msg.text}</b>`, { parse_mode: "HTML", reply_parameters });
});

await bot.start();
