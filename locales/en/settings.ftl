# Admin: the desk's settings.

settings-head = ⚙️ <b>Settings</b>
settings-line = { $name }: <b>{ $value }</b>
settings-hint = Tap a setting to change it. A change counts at once, for the whole desk.
settings-chosen = ✓ { $value }
setting-head = <b>{ $name }</b>
setting-now = Now: <b>{ $value }</b>
setting-changed = ✅ { $name }: { $value }
setting-changed-meanwhile = This was changed in the meantime, so your choice was not saved. { $name }: { $value }
setting-less = − { $step }
setting-more = + { $step }
setting-percent = { $percent }%

setting-mode = 🧭 Mode
setting-mode-auto = Automatic
setting-mode-dual = Mixed
setting-mode-manual = Pick-up only
setting-mode-about =
    How tickets come to agents:
    • <b>Automatic</b>: they are assigned to agents who are online.
    • <b>Mixed</b>: the same, and agents who turned /autoassign off pick tickets up.
    • <b>Pick-up only</b>: agents pick all tickets up from /queue.

setting-rollout = 📊 Automatic share
setting-rollout-about = The share of new tickets that may be assigned automatically. The rest wait in /queue until somebody picks them up. It makes no difference in the mode “Pick-up only”.

setting-strategy = ⚖️ Strategy
setting-strategy-turns = In turn
setting-strategy-load = Least busy
setting-strategy-random = At random
setting-strategy-about =
    Who gets the next ticket:
    • <b>In turn</b>: whoever has gone longest without a new one.
    • <b>Least busy</b>: whoever has the largest part of their limit free.
    • <b>At random</b>: anybody with a free place.

setting-capacity = 🔢 Starting limit
setting-capacity-about = How many tickets a new agent can hold at once. Agents you already have keep their limit; change it with /setmax.

setting-offline = 🌙 Gone offline
setting-offline-keep = Tickets stay
setting-offline-waiting = Unopened ones go back
setting-offline-all = All go back
setting-offline-about =
    What happens to the tickets of an agent who goes offline:
    • <b>Tickets stay</b>: they wait for the agent.
    • <b>Unopened ones go back</b>: what they have not opened goes to others.
    • <b>All go back</b>: everything goes to others.

setting-idle = 💤 Idle time-out
setting-idle-about = After this time without a sign of an agent who is online, the bot asks them: “Still online?”

setting-grace = ⏳ Grace period
setting-grace-about = How long an agent has to answer “Still online?”, or to come back after a lost connection. After that they are offline.

setting-naming = 🎭 Agents' names
setting-naming-alias = Alias
setting-naming-name = Real name
setting-naming-hidden = Nothing
setting-naming-about =
    What customers see of their agent:
    • <b>Alias</b>: “Agent 1”, or the name that the agent chose with /alias.
    • <b>Real name</b>: the agent's name in Telegram.
    • <b>Nothing</b>: no name at all.

setting-no-answer = ⏰ No answer
setting-no-answer-off = off
setting-no-answer-about = An agent who has not opened a ticket for this long gets one reminder. After the same time again, the ticket goes to another agent who is free. If nobody else is, it stays.

setting-reopen = ↩️ Reopening
setting-reopen-about = How long after completion a customer can reopen a ticket.

setting-topics = 🗂 Old topics
setting-topics-none = deleted at once
setting-topics-about = How long the topic of a ticket stays in the agent's chat after they have completed it or let it go. Then the bot deletes the topic; the ticket itself is kept.

setting-wait-alert = 🚨 Long wait
setting-wait-alert-about = When a ticket has waited in the queue for this long, the admins are alerted.

setting-unstaffed-alert = 🚨 Nobody online
setting-unstaffed-alert-about = When a department has had nobody online for this long, the admins are alerted. For a critical department they are alerted at once.

setting-summary = ☀️ Daily summary
setting-summary-off = off
setting-summary-about = At this hour each admin gets the day's figures: in the morning those of yesterday, from noon on those of today.

duration-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
duration-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
duration-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
duration-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
