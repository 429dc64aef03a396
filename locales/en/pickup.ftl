# Cards to pick tickets up.

pick-up-head = 🙋 <b>A ticket that you can pick up</b>
pick-up-yours = ✅ Ticket <code>{ $number }</code> is in your queue.
pick-up-taken-by = 👤 <b>{ $agent }</b> took ticket <code>{ $number }</code>.
pick-up-taken = 👤 Ticket <code>{ $number }</code> was taken.
pick-up-cancelled = ✖️ Ticket <code>{ $number }</code> was cancelled.
pick-up-closed = ℹ️ Ticket <code>{ $number }</code> is no longer yours to pick up: it is assigned automatically.
pick-up-moved = ⬇️ This ticket can be picked up again. See below.
