# Texts of the web front end. The page uses common.ftl, too.

web-title = Antri
web-loading = Loading…

login-head = Log in to Antri
login-about = This page is for agents and admins.
login-telegram = Log in with Telegram
login-by-bot = Or send /web to { $bot }: the bot answers with a link that logs you in.
login-failed = The log-in failed. Ask for a new link with /web in the bot.
login-used = This link was used before or has expired. Ask for a new one with /web in the bot.
login-forbidden = You are no agent or admin of this desk yet.
log-out = Log out

nav-label = Sections
nav-my-queue = 📋 My queue
nav-workload = 👥 Workload
nav-queue = ⏳ Queue
nav-alerts = 🚨 Alerts

connection-connecting = Connecting…
connection-waiting = Connection lost. Trying again…

toggle-online = Online
toggle-offline = Offline
toggle-busy = Busy
toggle-away = Away
toggle-label = My status

my-queue-head = 📋 My ticket queue ({ $held }/{ $max })
my-queue-empty = No tickets yet. While you are online, new ones arrive by themselves.
my-queue-empty-offline = No tickets yet. Set your status to Online to get tickets.
my-queue-slots = { $count ->
    [one] ℹ️ { $count } slot available. New tickets will be auto-assigned.
   *[other] ℹ️ { $count } slots available. New tickets will be auto-assigned.
}
my-queue-slots-off = { $count ->
    [one] ℹ️ { $count } slot available. No new tickets arrive while you are not online.
   *[other] ℹ️ { $count } slots available. No new tickets arrive while you are not online.
}
my-queue-full = ℹ️ Your queue is full. New tickets wait until one is completed.

ticket-assigned = Assigned: { $when }
ticket-waits = Waiting: { $when }
ticket-status = Status: { $status }
ticket-customer = Customer: { $name }
ticket-priority = Priority: { $priority }
ticket-agent = Agent: { $name }
ticket-complete = ✅ Mark complete
ticket-talk = 💬 Conversation
ticket-files = { $count ->
    [one] 📎 { $count } file
   *[other] 📎 { $count } files
}
ticket-back = ← Back
ticket-reassign = 🔀 Reassign

talk-empty = No messages yet.
talk-label = Write to the customer
talk-placeholder = Message for { $name }
talk-send = Send
talk-note = Internal note
talk-note-mark = 📝 Note
talk-only-holder = Only the agent who holds this ticket can write.
talk-older = Earlier messages
talk-media = 📎 { $kind } (see Telegram)
talk-failed = not delivered
talk-waiting = not delivered yet
talk-edited = edited

workload-head = 👥 Agent workload
workload-agent = Agent
workload-status = Status
workload-queue = Queue
workload-load = Load
workload-full = FULL
workload-none = No agents yet. Invite them with /invite in the bot.
workload-more = Raise the ticket limit of { $name } by one
workload-less = Lower the ticket limit of { $name } by one

stats-head = 📊 Queue statistics
stats-waiting = Pending in queue
stats-online = Online agents
stats-slots = Slots available

queue-head = ⏳ Waiting tickets
queue-held = 🧑‍💻 Tickets in work
queue-search = Find a number, a customer or a word
queue-department = Department
queue-all-departments = All departments
queue-none = No tickets here.
queue-count = { $count ->
    [one] { $count } ticket
   *[other] { $count } tickets
}
queue-priority = Change the priority

reassign-head = Reassign { $number }
reassign-about = Choose the agent who gets this ticket.
reassign-back = Back to the queue
reassign-anyway = Reassign anyway
reassign-full = { $name } already holds { $held }/{ $max } tickets. Reassign anyway?
reassign-done = { $number } was reassigned
dialog-close = Close

alert-nobody-online = No agent is online in { $department }
alert-ticket-waits = A ticket has waited too long in { $department }
alert-heartbeats-fail = Many heartbeats fail
alert-store-away = The database can't be reached
alert-presence-away = Redis can't be reached
alert-person-unreadable = The record of an agent or admin can't be read
alert-over = Over: { $alert }
alert-none = No alerts.

toast-assigned = 🎫 New ticket: { $number }
toast-completed = ✅ { $number } completed
toast-failed = That did not work: { $reason }
toast-close = Close this message

error-no-connection = no connection to the desk
error-stale = the ticket has changed
error-full = that agent has no free slot
error-forbidden = your role does not allow this
error-other = try again in a moment

language-label = Language
sound-label = Sound for new tickets
