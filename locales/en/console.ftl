# Console: agents and tickets that an admin manages.

console-closed = This list is for admins only, so it is closed now.
console-back = ⬅️ { $name }
console-back-workload = ⬅️ Workload
console-back-queue = ⬅️ Queue
console-back-ticket = ⬅️ Ticket
button-manage = 🛠 Manage
console-no-tickets = Holds no tickets.
console-held =
    { $at }. <code>{ $number }</code>
    { $state } · { $when }
console-ticket-label = { $dot } …{ $tail } · { $label }
console-less = − 1
console-more = + 1
console-capacity = Limit: { $max }
console-capacity-set = 🔢 { $name } can now hold { $max } tickets.
console-capacity-stands = The limit of { $name } has changed: { $max } tickets.
console-auto-on = ▶️ Turn automatic on
console-auto-off = ⏸ Turn automatic off
console-auto-is-on = ▶️ { $name } gets tickets automatically again.
console-auto-is-off = ⏸ { $name } no longer gets tickets automatically.
console-offline = 🔴 Set offline
console-is-offline = 🔴 { $name } is offline now.
console-availability-stands = Nothing changed: { $name } is { $availability } now.
console-departments = 🏢 Departments
console-profile = ⚙️ More
console-no-agents = There is no other agent for ticket <code>{ $number }</code>.
console-to-top = ⏫ To the top
console-cancel = ✖️ Cancel ticket
console-cancel-sure =
    ✖️ Cancel ticket <code>{ $number }</code> of <b>{ $customer }</b>?
    State: { $state }

    The customer will be told, and so will the agent who holds it.
console-messages = 💬 Messages
console-no-messages = 💬 There are no messages in ticket <code>{ $number }</code> yet.
console-transcript = 📄 Full transcript
console-reassigned = ↪️ { $number } is now in { $agent }'s queue.
console-priority-set = ✅ Priority of { $number }: { $priority }
console-released = ↩️ { $number } is back in the queue.
notice-cancelled-by-desk = ✖️ Our team cancelled ticket <code>{ $number }</code>. Still need help? Just create a new ticket.
notice-task-cancelled-by-admin = ✖️ An admin cancelled ticket <code>{ $number }</code>; it has left your queue.
notice-set-offline = 🔴 An admin set you offline. Press 🟢 Online when you're ready again.
notice-auto-on = ▶️ An admin turned your automatic assignment on: new tickets come to your queue by themselves.
notice-auto-off = ⏸ An admin turned your automatic assignment off. Pick waiting tickets up in /queue.
