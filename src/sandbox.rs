//! An in-process Telegram: the part of the Bot API that the bot uses, and the people who talk to it.
