# The bot's answers to everybody.

start-customer =
    Hello <b>{ $name }</b>! 👋
    Welcome. Just tell us what is wrong, in words or with a photo, document, voice note or video, and we'll turn it into a ticket.

    /new – open a new ticket
    /mytickets – see your tickets
start-staff =
    Hello <b>{ $name }</b>! 👋
    Press /help to see all your commands.
language-id = 🇮🇩 Bahasa Indonesia
language-en = 🇬🇧 English
language-ask = 🌐 Choose your language.
language-set = 🇬🇧 All right, English it is.
unknown-command = There is no command /{ $name }. Press /help to see all commands.
for-agents = This command is for agents. Press /help to see yours.
for-admins = This command is for admins. Press /help to see yours.
unknown-press = This button no longer works.
forbidden = You are not allowed to do this.
dismissed = All right, never mind.
only-in-private = Let's continue in a private chat: { $link }
store-away = ⚠️ The desk has a problem right now. What you sent is not lost and will be handled as soon as it is back.
too-fast = 🐢 That was a lot at once, and some of it was left out. Please wait a moment, then resend anything that got no reply.
default-department = General
default-category = Question

# A customer writes a ticket.

unsupported = Sorry, we can't pass paid media on to an agent. Please send it as an ordinary photo or video.
staff-hint = This message was sent to nobody. To open a ticket, press /new.
empty = Your message is empty. Tell us what is wrong, or send a photo, document, voice note or video.
edited-too-late = ✏️ Ticket <code>{ $number }</code> has already been sent, so your edit is not part of it. Anything to add? Just write a new message here.
forwarded = ↪️ Forwarded
forwarded-from = ↪️ Forwarded from { $name }
nothing-to-cancel = There is nothing to cancel.
moved-below = ⬇️ Continued below.
draft-dropped = ✖️ The ticket was not sent.
draft-drop-sure = Discard the ticket you are writing?
draft-restored = ↩️ Your ticket is back.
undo-too-late = More than a minute has passed, so this can no longer be undone.
cancel-sure = Cancel ticket <code>{ $number }</code>?
category-gone = That category is no longer available. Please choose another one.
draft-incomplete = The ticket is not complete yet. This message tells you what is missing.
sent = ✅ Ticket sent
sent-before = This ticket has already been sent.
draft-gone = This ticket is gone. Write a new message to start again.
cancelled = ✖️ Ticket cancelled
cancel-undone = ↩️ The ticket is back

# Agents at work.

toast-online = 🟢 You are online
toast-offline = 🔴 You are offline
offline-kept = { $count ->
    [one] 📌 { $count } ticket stays in your queue. You can still complete it.
   *[other] 📌 { $count } tickets stay in your queue. You can still complete them.
}
offline-released = { $count ->
    [one] ↩️ { $count } ticket went back to the shared queue.
   *[other] ↩️ { $count } tickets went back to the shared queue.
}
toast-started = ▶️ Ticket opened
toast-completed = ✅ Ticket completed
toast-held = ⏸ Ticket on hold
toast-resumed = ▶️ Ticket resumed
toast-picked-up = 🙋 The ticket is in your queue
still-here = 🙋 Thank you, you stay online.
still-here-as = 🙋 Thank you. Your status stays { $availability }.
still-here-late = You are already offline. Press /online to get tickets again.
autoassign-usage = Use <code>/autoassign on</code> or <code>/autoassign off</code>.
autoassign-on = ▶️ Automatic assignment is on: tickets are assigned to you automatically.
autoassign-on-manual = ▶️ Noted. At the moment nobody gets tickets automatically, so pick them up in /queue. Once the admins switch automatic assignment on, tickets are assigned to you automatically.
autoassign-off = ⏸ Automatic assignment is off: new tickets are not assigned to you. Pick them up in /queue.
token =
    🔑 Your token, valid for { $hours } hours. Keep it secret.
    <code>{ $token }</code>
    If somebody else has it: <code>/token revoke</code> ends all your sessions.
token-revoked = 🔒 All your sessions have ended. Nobody can use your old tokens any more. /token gives you a new one.
token-usage = Use /token for a new token, or <code>/token revoke</code> to end all your sessions.
token-off = The API is not switched on. The server's admin has to set JWT_SECRET.

# Why something can't be done.

stands = Ticket { $number } is now: { $state }.
not-yours = This ticket is not yours.
already-theirs = Ticket { $number } is already in that agent's queue.
not-found = This no longer exists. Please open the menu again.
full = The queue is full ({ $held }/{ $max }).
other-department = This ticket belongs to another department.
too-many-open = You have { $max } unfinished tickets. Please wait for one to be done, or cancel one with /mytickets.
no-pick-up = Tickets are assigned automatically, so there is no need to pick them up.
no-draft = There is no ticket to send.
too-long = Too long: { $length } characters, at most { $max }. Please shorten it; your ticket has not changed.
too-long-for-rest = The text of that message is too long ({ $length } characters), so only its file is in the ticket. Please shorten the text and send it again.
too-many-files = A ticket can hold up to { $max } files. The last one was not added.
bad-invite = This link does not work: used, expired or mistyped. Please ask for a new one.
name-taken = That name is taken.
bad-name = A name must be 1 to { $max } characters long.
last-one = At least one must remain.
last-admin = This is the only admin. Make somebody else an admin first, with /addadmin.
admin-by-setting = This person is an admin by the desk's configuration (ADMIN_IDS). Remove their id there and restart the desk.

# The name that customers see of an agent.

alias-head-own = 🎭 <b>Your name for customers</b>
alias-head-of = 🎭 <b>The name of { $name } for customers</b>
alias-shown = Customers see: <b>{ $alias }</b>
alias-name-shown = At present customers see real names: <b>{ $name }</b>
alias-nothing-shown = At present customers see no names of agents.
alias-kept = Kept for later: <b>{ $alias }</b>
alias-hint =
    To choose a name, write <code>/alias</code> and the name behind it, for example:
    <code>/alias Rina</code>

    At most { $max } characters. Your colleagues see your real name as before.
alias-change = ✏️ Choose a name
alias-clear = ↩️ Use “{ $alias }”
alias-cleared = ↩️ The chosen name was removed.
alias-ask = What name should customers see of <b>{ $name }</b>? Write it, or /cancel.
alias-taken = That name is not free: another agent has it, or the desk gives it to agents without an alias. Please choose another one.
alias-invalid = That name does not work. It needs at least one letter or digit, at most { $max } characters, and no invisible ones.

web-link =
    🌐 <a href="{ $link }">Open the dashboard</a>

    The link logs you in. It works once, within { $minutes } minutes. Don't pass it on.
web-off = 🌐 The dashboard has no address yet. The operator of this desk sets <code>WEB_URL</code> and <code>JWT_SECRET</code>.
