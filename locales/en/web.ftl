# Texts of the web front end. The page uses common.ftl, too.

web-title = Antri
web-loading = Loading…

login-head = Log in to Antri
login-about = This dashboard is for agents and admins.
login-telegram = Log in with Telegram
login-by-bot = Send /web to { $bot }: the bot answers with a link that logs you in.
login-open-bot = Open { $bot }
login-failed = The log-in failed. Send /web to the bot in Telegram for a new link.
login-used = This link was used before or has expired. Send /web to the bot in Telegram for a new one.
login-forbidden = You are no agent or admin of this desk yet.
log-out = Log out

find-label = Search all tickets
find-placeholder = 🔎 Find number, name, words
find-head = 🔎 Search results
find-busy = Searching…
find-count = { $count ->
    [one] { $count } ticket
   *[other] { $count } tickets, the newest first
}
find-count-more = The { $count } newest tickets. There are more.
find-more = Show more
find-scope = Tickets of your departments were searched, also those that are closed.

nav-label = Sections
nav-my-queue = 📋 My queue
nav-workload = 👥 Workload
nav-queue = ⏳ Queue
nav-waiting = ⏳ Waiting
nav-statistics = 📊 Statistics
nav-departments = 🏢 Departments
nav-settings = ⚙️ Settings
nav-alerts = 🚨 Alerts

connection-connecting = Connecting…
connection-waiting = Connection lost. Trying again…

toggle-online = Online
toggle-offline = Offline
toggle-busy = Busy
toggle-away = Away
toggle-go-online = Go online
toggle-go-offline = Go offline
toggle-label = My status

my-queue-head = 📋 My ticket queue ({ $held }/{ $max })
my-queue-empty = No tickets yet. While you are online, new ones arrive by themselves.
my-queue-empty-offline = No tickets yet. Set your status to Online to get tickets.
my-queue-away = 🌙 You are away until { $when }. After that you are online again, or offline outside your working hours.
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
ticket-waits = Arrived: { $when }
ticket-ended = Closed: { $when }
ticket-status = Status: { $status }
ticket-customer = Customer: { $name }
ticket-priority = Priority: { $priority }
ticket-agent = Agent: { $name }
ticket-resumes = ⏰ Resumes: { $when }
ticket-rating = ⭐ { $stars } of 5 { $comment }
ticket-complete = ✅ Mark complete
ticket-talk = 💬 Conversation
ticket-files = { $count ->
    [one] 📎 { $count } file
   *[other] 📎 { $count } files
}
ticket-back = ← Back
ticket-refused = This ticket can't be shown. The link may be wrong, or the ticket may belong to another department.
ticket-reassign = 🔀 Reassign
ticket-to-top = ⏫ To the top
ticket-cancel = ✖️ Cancel ticket

talk-reply = 📄 Canned reply…
talk-empty = No messages yet.
talk-label = Write to the customer
talk-placeholder = Message for { $name }
talk-send = Send
talk-note = Internal note
talk-note-mark = 📝 Note
talk-file = File
talk-file-remove = Remove the file
talk-file-text = With a file, the text has at most { $max } characters.
talk-closed = This ticket is closed.
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
status-until = { $status } until { $when }
workload-none = No agents yet. To invite some, send /invite to the bot in Telegram.
workload-more = Raise the ticket limit of { $name } by one
workload-less = Lower the ticket limit of { $name } by one

stats-head = 📊 Queue statistics
stats-waiting = Pending in queue
stats-online = Online agents
stats-slots = Slots available

queue-head = ⏳ Waiting tickets
queue-held = 🧑‍💻 Tickets in work
queue-show-held = 🧑‍💻 With agents
queue-filter = Filter this list
queue-search-all = 🔎 Search all tickets for “{ $words }”
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
reassign-back = ↩️ Back to the queue
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
toast-cancelled = ✖️ { $number } was cancelled
toast-released = ↩️ { $number } is back in the queue
toast-failed = That did not work: { $reason }
toast-close = Close this message

error-no-connection = no connection to the desk
error-stale = the ticket has changed
error-full = that agent has no free slot
error-forbidden = your role does not allow this
error-taken = that name is already taken
error-last-one = at least one must stay
error-bad-name = this is not a valid name
error-bad-alias = this alias can't be used
error-no-pick-up = the desk assigns this ticket by itself
error-status = the status of that agent has changed
error-file = Telegram does not give out this file
error-file-too-large = the file is larger than 50 MB
error-bad-file = Telegram does not take this file
error-bad-text = the text is empty or too long
error-bot-blocked = start the bot in Telegram first
error-other = try again in a moment

language-label = Language
sound-label = Sound for new tickets

today-counts = Today: { $assigned } received, { $completed } completed

waiting-about = Pick up a ticket to work on it.
waiting-assigned = The desk assigns these tickets by itself.
pick-up-done = 🙋 { $number } is in your queue

complete-head = Complete { $number }?
complete-word = Last message to the customer (optional)

cancel-head = Cancel { $number }?
cancel-about = The customer will be told, and so will the agent who holds it.
cancel-keep = Do not cancel

hold-head = Put { $number } on hold
hold-about = The desk resumes the ticket by itself at this time:
hold-open = Without a time
hold-until = Another time

audit-title = 🧾 History
audit-why = Why this agent?

media-show = ▶️ Play { $kind }
media-save = 📎 Download { $kind }
media-loading = 📎 { $kind } is loading…
media-failed = 📎 { $kind }: could not be loaded. It is still in Telegram.
media-again = Try again

web-mode-about =
    How tickets come to agents:
    • <b>Automatic</b>: they are assigned to agents who are online.
    • <b>Mixed</b>: the same, and agents without automatic assignment pick tickets up.
    • <b>Pick-up only</b>: agents pick all tickets up, under “Waiting”.
web-rollout-about = The share of new tickets that may be assigned automatically. The rest wait until somebody picks them up. It makes no difference in the mode “Pick-up only”.
web-capacity-about = How many tickets a new agent can hold at once. Agents you already have keep their limit; change it under “Workload”.
web-naming-about =
    What customers see of their agent:
    • <b>Alias</b>: “Agent 1”, or the agent's alias, which you can also set under “Workload”.
    • <b>Real name</b>: the agent's name in Telegram.
    • <b>Nothing</b>: no name at all.

form-save = Save
form-add = Add

department-name = Name
department-new = New department
department-first-category = First category
department-categories = Categories
department-new-category = New category
department-critical = Critical: alert at once when nobody is online
department-open = 🟢 Open now
department-closed = 🌙 Closed. Opens: { $when }
department-shut = 🌙 Closed
hours-never = never
department-retire = Retire
department-retire-about = Whatever is retired takes no new tickets. Old tickets stay as they are.
department-retired = { $name } (retired)
department-retired-about = It takes no new tickets at the moment.
department-bring-back = Bring back

agent-head = Settings of { $name }
agent-saved = { $name } saved
agent-set-offline = 🔴 Set offline
agent-is-offline = 🔴 { $name } is offline now
agent-max = Ticket limit
agent-hours = 🕘 Working hours:
agent-auto = Automatic assignment
agent-alias-label = Alias (the name that customers see)
agent-alias-none = Agent with a number
agent-departments = Departments

figure-created = 🆕 Created
figure-completed = ✅ Completed
figure-reopened = 🔁 Reopened
figure-cancelled = ✖️ Cancelled
figure-waiting = ⏳ Waiting now
figure-longest = longest: { $time }
figure-utilisation = 🎯 Capacity used
figure-rating = ⭐ Rating
stats-stars = { $average } of 5 ({ $count })
stats-times-head = ⏱ Times
stats-agents-head = 👥 Agents
stats-period-label = Period
stats-period-today = Today
time-wait = Wait for an agent
time-first-answer = First answer
time-handling = Handling
time-average = Average
time-median = Half within
time-most = 9 of 10 within
chart-tickets = Tickets per day
chart-wait = Wait for an agent (minutes, average)
chart-minutes = Minutes
chart-ratings = Ratings
chart-table = Show as a table
