# The conversation of customer and agent.

# The head of a message: from whom, and for which ticket.
relay-customer = 👤 <b>{ $name }</b> · <code>{ $number }</code>
relay-agent = 💬 <b>{ $name }</b>
relay-agent-number = 💬 <b>{ $name }</b> · <code>{ $number }</code>
relay-desk-number = 💬 <code>{ $number }</code>
relay-album = 🖼 Album:
relay-edited = ✏️ This message was edited.
relay-forwarded = ↪️ Forwarded
relay-forwarded-from = ↪️ Forwarded from { $name }
relay-elsewhere = ↩️ Replying to a message of another chat
relay-elsewhere-of = ↩️ Replying to a message of { $name }
relay-not-copied = 📎 Telegram can't forward a part of this message.
relay-button = 👤 { $name } · { $number }
agent-alias = Agent { $number }
agent-hidden = our team

# Answers to the author.
message-waits = 📝 Your message is stored with ticket <code>{ $number }</code>. The agent will read it on getting the ticket.
message-to = ✍️ You are writing to <b>{ $name }</b> (<code>{ $number }</code>).
message-not-yours = ⚠️ This message was not sent: you no longer hold its ticket.
message-ended = ⚠️ This message was not sent: ticket <code>{ $number }</code> is completed.
message-noted = 🗒 The note is stored with ticket <code>{ $number }</code>. The customer doesn't see it.
message-note-where = 🗒 A note for which ticket? Reply to one of its messages with // and your note.
message-failed-unreachable = ⚠️ This message did not arrive: the recipient has blocked this bot.
message-failed-refused = ⚠️ This message did not arrive because Telegram refused it. Try another way, such as a text or a file.
message-failed-unsupported = ⚠️ This message did not arrive: Telegram doesn't let bots forward this kind of content ({ $kind }). Send it another way, such as a photo or a text.
message-partly-sent = ⚠️ Only the text of this message arrived: Telegram doesn't let bots forward its content ({ $kind }). Send that another way, such as a photo or a file.
message-failed-unknown = ⚠️ It is unclear whether this message arrived. If nobody reacts, send it once more.
reacted-like-mark = { $emoji } from the customer

# The question: for which ticket is this message?
choice-customer = ❓ <b>For which ticket?</b>
    { $count ->
        [one] Your message is kept until you choose.
       *[other] Your { $count } messages are kept until you choose.
    }
choice-agent = ❓ <b>For whom?</b>
    { $count ->
        [one] Your message is kept until you choose.
       *[other] Your { $count } messages are kept until you choose.
    }
button-drop-kept = ✖️ Don't send
choice-dropped = { $count ->
    [one] ✖️ Your message was not sent to anybody.
   *[other] ✖️ Your { $count } messages were not sent to anybody.
}
choice-former = { $count ->
    [one] ⚠️ Your message was not sent, because you are no longer an agent.
   *[other] ⚠️ Your { $count } messages were not sent, because you are no longer an agent.
}
choice-none = ✅ No message waits for a choice.
choice-button = { $name } · { $number }
choice-button-subject = { $name }: { $subject } · { $number }
button-new-ticket = ➕ New ticket
choice-done = { $count ->
    [one] ✅ Your message is in ticket <code>{ $number }</code>.
   *[other] ✅ Your { $count } messages are in ticket <code>{ $number }</code>.
}
choice-draft = { $count ->
    [one] ✅ Your message is now the draft of a new ticket.
   *[other] ✅ Your { $count } messages are now the draft of a new ticket.
}
topic-name = { $name } · { $label }
focus-current = ✍️ You are writing to <b>{ $name }</b> · <code>{ $number }</code>
focus-current-subject = ✍️ You are writing to <b>{ $name }</b>: { $subject } · <code>{ $number }</code>
focus-none = ✍️ <b>To whom are you writing?</b> Choose a customer, or reply to one of their messages.
toast-focus = You are now writing to { $name }
toast-focus-subject = You are now writing to { $name }: { $subject } · { $number }

kind-text = text
kind-photo = photo
kind-document = file
kind-voice = voice message
kind-video = video
kind-audio = audio
kind-animation = GIF
kind-video-note = round video
kind-sticker = sticker
kind-paid-media = paid media
kind-location = location
kind-contact = contact
kind-poll = poll
kind-story = story
kind-other = other content

# Tickets on hold until a certain time.

button-snooze-half-hour = ⏰ 30 min
button-snooze-two-hours = ⏰ 2 h
button-snooze-tomorrow = ⏰ Tomorrow 8:00
button-snooze-off = ✖️ Without a time
toast-snoozed = ⏰ Time to resume saved
toast-snooze-off = ⏸ Ticket on hold without a time
task-resumes-at = ⏰ Resumes { $when }
task-resumed = ⏰ <b>{ $number } is back!</b>
time-today = today at { $clock }
time-weekday = { $weekday ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
} { $clock }
