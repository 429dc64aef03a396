# Customer's cards: the ticket that is being written.

draft-choose =
    Hello <b>{ $name }</b>! 👋
    Please choose a category for your ticket.
draft-choose-again = 🏷 Choose a category for your ticket.
draft-so-far = What you have written so far:
draft-describe =
    Hello <b>{ $name }</b>! 👋
    Category: { $label }

    How can we help? Write it here, or send a photo, document, voice message or video with a caption.
draft-preview = 📝 <b>Your ticket is ready to send</b>
draft-long = ✂️ Only the beginning is shown here. All { $length } characters are kept and sent.
draft-preview-hint = Looks good? Tap ✅ Send. Anything to add? Just write it and we'll add it to this ticket.
draft-continue-hint = ✅ Send opens a new ticket. ↩️ Continue takes up “{ $ticket }” again and adds this message to it. Anything to add? Just write it.
draft-continue-choose = Choose a category to open a new ticket. ↩️ Continue takes up “{ $ticket }” again and adds this message to it.
draft-continue-none = Just a thank-you? Tap ✖️ Cancel.

# Customer's cards: one ticket, and the list of theirs.

track-head = 🎫 Ticket <code>{ $number }</code>
track-created =
    🎫 Thank you, we have received your ticket.
    Number: <code>{ $number }</code>
track-returned =
    ⏳ Your ticket is back in the queue. Its turn still counts from when you created it.
    Number: <code>{ $number }</code>
track-reopened =
    ↩️ Your ticket is open again and back in the queue. Its turn counts from when you created it.
    Number: <code>{ $number }</code>
track-assigned = 👤 Ticket <code>{ $number }</code> is now with <b>{ $agent }</b>. They will take care of it.
track-assigned-unnamed = 👤 Ticket <code>{ $number }</code> is with an agent now. They will take care of it.
track-on-hold = ⏸ Ticket <code>{ $number }</code> is on hold with <b>{ $agent }</b>.
track-on-hold-unnamed = ⏸ Ticket <code>{ $number }</code> is on hold with an agent.
track-cancelled = ✖️ Ticket <code>{ $number }</code> is cancelled, as you asked.
track-accepted = 🟡 With an agent, starting soon
track-agent = Agent: <b>{ $agent }</b>
track-handled-by = Handled by: <b>{ $agent }</b>
track-online = { $count ->
    [0] Agents online: none right now
   *[other] Agents online: { $count }
}
track-position = { $position ->
    [1] Queue position: #1, you are next
   *[other] Queue position: #{ $position } or better
}
track-write = 💬 Anything to add? Just write here, and the agent gets it.
track-nobody-online = Your ticket is safe in the queue and keeps its turn until an agent is back.

tickets-head = 🎫 <b>Your tickets</b>
tickets-empty = You have no tickets yet. Need help? Just send a message here, or press /new.

tickets-one = <b>{ $at }.</b> <code>{ $number }</code>
ticket-head = <b>#{ $at }</b> • <code>{ $number }</code>
ticket-label = { $label }
ticket-subject = 💬 { $subject }
ticket-unreachable = ⚠️ The customer can't be reached at the moment.

# Agent's cards: one ticket.

task-new = 🎫 <b>A new ticket was added to your queue!</b>
task-reopened = ↩️ <b>The customer says that this ticket is not solved yet.</b> You completed it before.
task-reopened-by-colleague = ↩️ <b>The customer says that this ticket is not solved yet.</b> A colleague completed it before.
task-number = Ticket: <code>{ $number }</code>
task-customer = Customer: { $name } (@{ $username })
task-customer-link = Customer: <a href="tg://user?id={ $id }">{ $name }</a>
task-load = { $held ->
    [one] { $max ->
        [one] You have { $held }/{ $max } active ticket.
       *[other] You have { $held }/{ $max } active tickets.
    }
   *[other] You have { $held }/{ $max } active tickets.
}
task-completed = ✅ This ticket is completed.
task-cancelled = ✖️ This ticket is cancelled.
task-requeued = ↩️ This ticket is back in the queue.
task-with = ↪️ This ticket is now with <b>{ $agent }</b>.
task-gone = ↩️ This ticket is no longer in your queue.
task-moved = ⬇️ This ticket came to you again. See below.

# Agent's cards: their own queue.

queue-head = 📋 <b>My Ticket Queue ({ $held }/{ $max })</b>
queue-assigned = Assigned: { $when }
queue-empty = Your queue is empty. Enjoy the break. ☕
queue-free = { $count ->
    [one] ℹ️ { $count } slot available. New tickets will be auto-assigned.
   *[other] ℹ️ { $count } slots available. New tickets will be auto-assigned.
}
queue-free-manual = { $count ->
    [one] ℹ️ { $count } slot available. Automatic assignment is off; pick tickets up in /queue.
   *[other] ℹ️ { $count } slots available. Automatic assignment is off; pick tickets up in /queue.
}
queue-full = { $over ->
    [0] ℹ️ Your queue is full. Complete a ticket to receive the next one.
   *[other] ℹ️ Your queue is { $over } over your limit. Complete { $count } tickets to receive the next one.
}
queue-paused = ℹ️ No new tickets come until you are back online.
queue-offline = ℹ️ You are offline. Press 🟢 Online to receive tickets.
queue-lost = ℹ️ We see no activity from you, so no new tickets come for now. Press 🟢 Online to receive them again.
queue-former = You are no longer an agent, so this queue is closed.

# Agent's cards: what waits, and how they stand.

waiting-head = { $count ->
    [one] ⏳ <b>{ $count } ticket waiting</b>
   *[other] ⏳ <b>{ $count } tickets waiting</b>
}
waiting-closed = This list is for agents and admins, so it is closed now.
waiting-empty = ✨ No tickets are waiting.
waiting-since = Received: { $when }

status-head = 👤 <b>Your status</b>
status-load = Active tickets: { $held }/{ $max }
status-auto = Automatic assignment: { $auto }
status-auto-manual = Automatic assignment: off for everybody at present; pick tickets up in /queue
status-departments = Departments: { $departments }
status-waiting = Pending in queue: { $count ->
    [one] { $count } ticket
   *[other] { $count } tickets
}
status-today = Today: { $assigned } assigned, { $completed } completed

# Admin's cards.

workload-head = 👥 <b>Agent Workload</b>
workload-agent = <b>{ $name }</b> · { $availability } · { $held }/{ $max }
workload-bar = <code>{ $bar }</code> { $percent }%
workload-bar-full = <code>{ $bar }</code> { $percent }% <b>FULL</b>
workload-empty = There are no agents yet. Invite the first one with /invite.
workload-statistics = 📊 <b>Queue Statistics</b>
workload-waiting = Pending in queue: { $count ->
    [one] { $count } ticket
   *[other] { $count } tickets
}
workload-online = Online agents: { $online }/{ $total }
workload-free = Total capacity: { $count ->
    [one] { $count } slot available
   *[other] { $count } slots available
}

agent-head = 👤 <b>{ $name }</b>
agent-unreachable = ⚠️ Has blocked this bot and gets no tickets until they unblock it.
