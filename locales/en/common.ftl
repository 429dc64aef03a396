# Buttons, states and times that are used everywhere.

button-open = ▶️ Open
button-complete = ✅ Complete
button-give-back = ↩️ Give back
button-hold = ⏸ Hold
button-resume = ▶️ Resume
button-pick-up = 🙋 Pick up
button-send = ✅ Send
button-cancel = ✖️ Cancel
button-cancel-yes = ✅ Yes, cancel
button-drop = ✅ Yes, discard
button-undo = ↩️ Undo
button-refresh = 🔄 Refresh
button-online = 🟢 Online
button-offline = 🔴 Offline
button-still-here = 🟢 Yes, still online
button-still-there = 🙋 Yes, still here
button-change-category = 🏷 Change category
button-auto-on = ▶️ Turn automatic assignment on
button-auto-off = ⏸ Turn automatic assignment off
button-set-max = 🔢 Set ticket limit
button-remove-agent = ✖️ Remove agent
button-counted = { $button } { $number }
button-numbered = { $button } #{ $number }
button-previous = ◀️
button-next = ▶️
button-page = { $page }/{ $pages }
button-page-open = { $page }/…

state-queued = ⏳ In the queue
state-assigned = 🟡 Pending
state-in-progress = 🔵 In progress
state-pending = ⏸ On hold
state-completed = ✅ Completed
state-cancelled = ✖️ Cancelled

priority-urgent = 🔥 Urgent
priority-high = 🔺 High
priority-normal = Normal
priority-low = 🔻 Low

availability-online = 🟢 Online
availability-busy = 🟠 Busy
availability-away = 🌙 Away
availability-offline = 🔴 Offline
availability-lost = ⚪ Not connected

role-customer = customer
role-agent = agent
role-admin = admin

word-on = on
word-off = off
word-none = none yet

line-category = Category: { $label }
line-status = Status: { $status }
line-position = Queue position: #{ $position }
line-opened = Created: { $when }
line-priority = Priority: { $priority }
line-availability = <b>{ $availability }</b>
line-files = 📎 { $count ->
    [one] { $count } file attached
   *[other] { $count } files attached
}

time-just-now = just now
time-minutes-ago = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
time-hours-ago = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
time-yesterday = yesterday { $clock }
time-clock = { $hour }:{ $minute }
time-moment = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }, { $clock }
