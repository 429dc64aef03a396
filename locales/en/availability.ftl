# Reminders of tickets that nobody opened.

task-nudged = ⏰ <b>{ $number } is still waiting for you.</b>
task-nudged-time = Open it, or give it back so that somebody else can help. If it is not opened within { $time }, it goes to another agent who is free.
task-nudged-hint = Open it, or give it back so that somebody else can help.
notice-task-passed-on = ↪️ Ticket <code>{ $number }</code> was not opened in time and goes to another agent.
toast-given-back = ↩️ The ticket is back in the queue

# Absences with an end.

availability-until = { $availability }, back { $when }
absence-ask = Until when? After that you are online again, or offline outside your working hours.
absence-prompt = 🌙 Until when are you away? Write how long, a time of day, or a date.
absence-examples =
    For example:
    • <code>2 hours</code>
    • <code>14:00</code>
    • <code>tomorrow 9:00</code>
    • <code>2026-12-01</code> or <code>1/12</code>
absence-unclear = 🤔 I do not understand “{ $text }”. Please write how long you are away, a time of day, or a date.
absence-past = 🕰 “{ $text }” is over already. Please write a time to come.
absence-too-far = 📅 “{ $text }” is more than a year away. Please write an earlier time.
button-absence-hour = ⏱ 1 hour
button-absence-today = 🌅 Rest of today
button-absence-other = 📅 Another time
button-absence-open = ♾ No end
button-still-away = 🌙 Still away
notice-absence-over = 🟢 <b>Welcome back!</b> You are online again and get tickets.
