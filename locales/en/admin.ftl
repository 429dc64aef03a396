# Admin: agents.

agents-head = 👥 <b>Agents</b> ({ $count })
agents-none = There are no agents yet. Invite the first one with /invite.
agent-label = { $dot } { $name } { $held }/{ $max }
agent-alias-line = Name for customers: { $alias }
agent-alias-button = 🎭 Name for customers
agent-gone = That person is no longer an agent.
agent-department-in = ✓ { $name }
agent-department-joined = ✓ { $name } serves { $department }.
agent-department-left = { $name } no longer serves { $department }.
agent-departments-hint = Tap a department to add or remove it.
back = ⬅️ Back
back-to-agents = ⬅️ Agents
pick-agent = Choose an agent:
no-such-agent = There is no agent “{ $name }”. Use a name, an @username or a Telegram id.
several-agents = Several agents match “{ $name }”. Choose one:
invite-which = 👋 Invite an agent to which department?
invite-all = All departments
invite-link =
    👋 Agent invitation for <b>{ $department }</b>:
    { $link }

    Works for 24 hours, for one person.
invites-head = 👋 <b>Open invitations</b> ({ $count })
invites-none = There are no open invitations. Create one with /invite.
invite-line = • …<code>{ $code }</code> for <b>{ $grant }</b>, by { $creator }, until { $until }
invite-of-first-admin = the first admin
invite-of-the-desk = the desk itself
invite-revoke = ✖️ Revoke …{ $code }
invite-revoked = ✅ Invitation …{ $code } no longer works.
invite-gone = Invitation …{ $code } was used or revoked before.
deadletters-head = 📭 <b>Given up</b> ({ $count })
deadletters-none = Nothing was given up. 👍
deadletter-line = { $number }. { $what }, { $ago }: { $reason } <i>{ $details }</i>
deadletter-update = Message or press from Telegram ({ $id })
deadletter-delivery = Message to { $name }
deadletter-handler = processing it failed.
deadletter-unreachable = they cannot be reached.
deadletter-refused = Telegram refused it.
deadletter-outcome-unknown = it is not known whether it arrived. A retry may be a copy.
deadletter-not-read = this version cannot read it.
deadletter-failed = a fault of this program.
deadletter-retry = 🔁 Retry { $number }
deadletter-retried = 🔁 It is being tried again.
deadletter-gone = This is no longer on the list.
deadletter-unreadable = This version cannot read it. Try again after an update of the program.
addagent-pick = Who should become an agent? Pick someone who wrote recently, or type <code>/addagent @username</code>.
addagent-nobody = The bot knows nobody else yet. Ask them to press Start, or send an /invite link.
addagent-unknown = The bot does not know “{ $name }” yet. Ask them to press Start, or send an /invite link.
contact-ask = 👤 From contacts
contact-how = Press <b>👤 Choose a contact</b> below and choose who it is.
contact-choose = 👤 Choose a contact
contact-chosen = 👤 <b>{ $name }</b>
contact-closed = 👤 The choice of a contact is closed.
contact-late = 👤 I did nothing with this contact, because the choice was closed. Send /addagent or /addadmin to choose again.
addagent-which = Which department does <b>{ $name }</b> serve?
addagent-done = ✅ <b>{ $name }</b> is now an agent for <b>{ $department }</b>.
removeagent-sure = { $count ->
    [0] Remove <b>{ $name }</b> as an agent? Their queue is empty.
    [one] Remove <b>{ $name }</b> as an agent? { $count } ticket goes back to the queue.
   *[other] Remove <b>{ $name }</b> as an agent? { $count } tickets go back to the queue.
}
removeagent-yes = ✅ Remove
removeagent-done = ✅ <b>{ $name }</b> is no longer an agent.
addadmin-pick = Who should become an admin? Pick someone who wrote recently, or type <code>/addadmin @username</code>.
addadmin-sure = Make <b>{ $name }</b> an admin? Admins can change everything here, also who is an admin.
addadmin-yes = ✅ Make admin
addadmin-done = ✅ <b>{ $name }</b> is an admin now.
removeadmin-pick = Whose admin role do you want to remove?
removeadmin-nobody = Nobody's admin role can be removed now: there is always at least one admin, and those in the desk's configuration (ADMIN_IDS) stay. To make somebody an admin: /addadmin.
removeadmin-sure = Remove <b>{ $name }</b> as an admin? An agent stays an agent.
removeadmin-sure-self = Give up your own admin role, <b>{ $name }</b>? Only another admin can give it back.
removeadmin-yes = ✅ Remove
removeadmin-done = ✅ <b>{ $name }</b> is no longer an admin.
no-such-admin = There is no admin “{ $name }”. Use a name, an @username or a Telegram id.
several-admins = Several admins match “{ $name }”. Choose one:
setmax-ask = What should the ticket limit for <b>{ $name }</b> be? It is { $max } now. For another number: <code>/setmax { $name } 12</code>
setmax-done = ✅ Ticket limit for <b>{ $name }</b> is now { $max }.
setmax-range = The limit must be a number from 1 to { $max }.

# Admin: tickets.

reassign-pick = Which ticket do you want to reassign?
reassign-none = No ticket is waiting or being worked on.
reassign-label = …{ $tail } · { $label } · { $holder }
reassign-waiting = waiting
reassign-to = Who should get ticket <code>{ $number }</code>?
reassign-queue = ↩️ Back to the queue
reassign-done = ↪️ Ticket <code>{ $number }</code> is now in <b>{ $agent }</b>'s queue.
reassign-not-there = ⚠️ <b>{ $agent }</b> is { $availability } now, so the ticket may have to wait there.
reassign-elsewhere = ⚠️ <b>{ $agent }</b> does not serve the department { $department }.
reassign-queued = ↩️ Ticket <code>{ $number }</code> is back in the queue.
reassign-returns = ℹ️ No other agent can take it now, so it goes back to <b>{ $agent }</b> in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}, unless another agent becomes free first.
reassign-full = <b>{ $agent }</b>'s queue is full ({ $held }/{ $max }). Reassign anyway?
reassign-anyway = ✅ Anyway
no-such-ticket = There is no ticket “{ $text }”. Use its number, or the last four characters of it.
several-tickets = Several tickets end in “{ $text }”. Choose one:

# Admin: departments and categories.

departments-head = 🏢 <b>Departments</b>
department-unknown = There is no department <b>{ $name }</b> yet.
department-make = ➕ Create it
department-new = ➕ New department
department-head = 🏢 <b>{ $name }</b>
department-critical = 🚨 Critical: somebody should always be online here.
department-retired = 💤 Takes no new tickets.
department-categories = Categories:
department-category = • { $name }
department-category-retired = • { $name } 💤
department-rename = ✏️ Rename
department-critical-on = 🚨 Make critical
department-critical-off = 🚨 No longer critical
department-retire = 💤 Retire
department-revive = ▶️ Bring back
department-now-critical = 🚨 { $name } is critical now.
department-not-critical = { $name } is not critical.
department-now-retired = 💤 { $name } takes no new tickets.
department-not-retired = ▶️ { $name } takes new tickets.
relocation-ask = 💤 <b>{ $name }</b> takes no new tickets. { $count ->
    [one] { $count } ticket still waits there.
   *[other] { $count } tickets still wait there.
} Move to another department, or let its agents serve them?
relocation-keep = 👤 Its agents serve them
relocation-done = ↪️ { $count ->
    [one] { $count } waiting ticket
   *[other] { $count } waiting tickets
} moved from <b>{ $from }</b> to <b>{ $to }</b>.
department-created = ✅ Department <b>{ $name }</b> created.
department-no-agents = 👤 It has no agents yet. Add some with /agents, or invite somebody with /invite.
department-ask-name = What is the new department called? Write its name, or /cancel.
department-ask-rename = What is the new name of <b>{ $name }</b>? Write it, or /cancel.
category-new = ➕ New category
category-head = 🏷 <b>{ $label }</b>
category-retired = 💤 Not offered to customers.
category-now-retired = 💤 { $name } is not offered to customers.
category-not-retired = ▶️ { $name } is offered to customers.
category-which = Which department is the new category for?
category-ask-name = What is the new category in <b>{ $name }</b> called? Write its name, or /cancel.
category-ask-rename = What is the new name of <b>{ $name }</b>? Write it, or /cancel.
category-created = ✅ Category <b>{ $label }</b> added.
category-usage = Use <code>/category Department - Category</code>, or just /category to choose.
no-such-department = There is no department “{ $name }”. See /department.
department-gone = That department is no longer active.

# Topics in the agents' chats.

topics-on = 🧵 <b>Topics are on.</b>
    Each ticket that an agent holds has its own topic in the agent's chat. What they write in a topic goes to the ticket's customer.
topics-off = 🧵 <b>Topics are off.</b>
    Agents answer by replying to a message, or choose a customer. With topics, each ticket has its own topic in the agent's chat. Customers' chats get topics as well.
button-topics-on = 🧵 Switch topics on
button-topics-off = ✖️ Switch topics off
topics-by-hand-on = 🧵 This Telegram server cannot change it from here. Open @BotFather, choose @{ $bot } → Bot Settings, and switch on <b>Threads Mode</b>. The desk uses topics after some minutes.
topics-by-hand-off = 🧵 This Telegram server cannot change it from here. Open @BotFather, choose @{ $bot } → Bot Settings, and switch off <b>Threads Mode</b>. After some minutes, the desk no longer uses topics.
topics-retry = ⚠️ Telegram does not answer at the moment. Try again soon with /topics.
