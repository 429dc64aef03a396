# Admin: the audit log of a ticket, and its priority.

audit-pick = 🧾 <b>The history of which ticket?</b>
audit-none = 🧾 There is no open ticket. For a completed one, send /audit with its number.
audit-head = 🧾 <b>History</b> · <code>{ $number }</code>
audit-time = { $time } ·
audit-desk = the desk
audit-nobody = a deleted person
audit-opened = 🎫 <b>{ $name }</b> opened the ticket.
audit-assigned = 🎯 Assigned to <b>{ $agent }</b>.
audit-policy = ⚖️ { $department } · { $strategy } · { $mode }, { $percent }% · had { $held }/{ $max }
audit-considered = ✅ { $count ->
        [one] One agent could take it
       *[other] { $count } agents could take it
    }: { $names }
audit-skipped = ➖ { $reason }: { $count }
audit-skipped-named = ➖ { $reason }: { $count } ({ $names })
audit-picked-up = 🙋 <b>{ $name }</b> picked it up.
audit-reassigned = 🔀 <b>{ $name }</b> gave it to <b>{ $to }</b>.
audit-reassigned-from = 🔀 <b>{ $name }</b> moved it from <b>{ $from }</b> to <b>{ $to }</b>.
audit-over-capacity = ⚠️ Over the agent's limit.
audit-started = ▶️ <b>{ $name }</b> opened it.
audit-paused = ⏸ <b>{ $name }</b> put it on hold.
audit-snoozed = ⏰ <b>{ $name }</b> put it on hold until { $time }.
audit-resumed = ▶️ Resumed by <b>{ $name }</b>.
audit-nudged = ⏰ <b>{ $agent }</b> was reminded to open it.
audit-completed = ✅ <b>{ $name }</b> completed it.
audit-cancelled = ✖️ <b>{ $name }</b> cancelled it.
audit-cancel-undone = ↩️ <b>{ $name }</b> undid the cancellation.
audit-reopened = ↩️ <b>{ $name }</b> reopened it. It went back to the queue.
audit-reopened-to = ↩️ <b>{ $name }</b> reopened it. It went back to <b>{ $agent }</b>.
audit-rated = ⭐ <b>{ $name }</b> rated it: { $stars } of 5.
audit-priority = 🔺 <b>{ $name }</b> changed the priority: { $from } → { $to }.
audit-relocated = 🏢 <b>{ $name }</b> moved it from { $from } to { $to }.
audit-released-offline = 📥 Back in the queue: <b>{ $agent }</b> went offline.
audit-released-removed = 📥 Back in the queue: <b>{ $agent }</b> is no agent any more.
audit-released-admin = 📥 <b>{ $name }</b> took it from <b>{ $agent }</b> and put it back in the queue.
audit-released-unreachable = 📥 Back in the queue: <b>{ $agent }</b> cannot be reached in Telegram.
audit-released-given-back = 📥 <b>{ $agent }</b> gave it back to the queue.
audit-released-no-answer = 📥 Back in the queue: <b>{ $agent }</b> did not open it in time.
audit-other = • Changed by <b>{ $name }</b>.

skip-offline = Offline
skip-lost = Not connected
skip-busy = Busy
skip-away = Away
skip-unreachable = Not reachable in Telegram
skip-opted-out = Automatic assignment off
skip-full = Full
skip-other-department = Other department
skip-former-holder = Had it before
skip-own-ticket = Own ticket

button-ticket = 🎫 Ticket
button-audit = 🧾 History
button-priority = 🔺 Priority
priority-pick = 🔺 <b>The priority of which ticket?</b>
priority-none = 🔺 There is no open ticket.
priority-question = 🔺 <b>Priority of <code>{ $number }</code></b>
    Now: { $priority }. An urgent ticket goes before all others of its department.
priority-unknown = “{ $word }” is no priority. Use <code>urgent</code>, <code>high</code>, <code>normal</code> or <code>low</code>.
priority-set = ✅ <code>{ $number }</code> now has the priority { $priority }.
