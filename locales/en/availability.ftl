# Reminders of tickets that nobody opened.

task-nudged = ⏰ <b>{ $number } is still waiting for you.</b>
task-nudged-time = Open it, or give it back so that somebody else can help. If it is not opened within { $time }, it goes to another agent who is free.
task-nudged-hint = Open it, or give it back so that somebody else can help.
notice-task-passed-on = ↪️ Ticket <code>{ $number }</code> was not opened in time and goes to another agent.
toast-given-back = ↩️ The ticket is back in the queue
