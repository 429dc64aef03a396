# Admins: statistics of the desk.

stats-head = 📊 <b>Statistics</b> · { $days } · { $department }
stats-summary = ☀️ <b>Summary</b> · { $day }
stats-summary-week = 📊 Last 7 days
stats-days = { $first } – { $last }
stats-date = { $day } { $month ->
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
}
stats-today = Today
stats-period = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
stats-all = All departments
stats-which = Statistics of which department?
stats-choose = 🏢 { $department }
stats-created = 🆕 Created: <b>{ $count }</b>
stats-completed = ✅ Completed: <b>{ $count }</b>
stats-reopened = 🔁 Reopened: <b>{ $count }</b>
stats-cancelled = ✖️ Cancelled: <b>{ $count }</b>
stats-waiting = ⏳ Waiting now: <b>{ $count }</b>
stats-waiting-longest = ⏳ Waiting now: <b>{ $count }</b> (longest { $time })
stats-rating = ⭐ Satisfaction: <b>{ $average }</b> of 5 ({ $count ->
    [one] { $count } rating
   *[other] { $count } ratings
})
stats-rating-none = ⭐ Satisfaction: no ratings yet
stats-decimal = { $whole }.{ $tenth }
stats-times = ⏱ <b>Times</b> (average · median · 90% within)
stats-wait = Wait for an agent
stats-answer = First answer
stats-handling = Handling
stats-time = { $what }: { $average } · { $median } · { $most }
stats-time-none = { $what }: –
stats-moment = <{"\u00A0"}1{"\u00A0"}s
stats-days-short = { $count }{"\u00A0"}d
stats-hours-short = { $count }{"\u00A0"}h
stats-minutes-short = { $count }{"\u00A0"}min
stats-seconds-short = { $count }{"\u00A0"}s
stats-nothing = –
stats-targets = 🎯 <b>Targets</b>
stats-target-assignment = { $mark } Assignment: { $value } (below 2 seconds)
stats-target-wait = { $mark } Average wait: { $value } (below 5 minutes)
stats-target-utilisation = { $mark } Capacity used: { $value } (70–90%)
stats-target-orphaned = { $mark } Orphaned tickets: { $value } (must be 0)
stats-agents = 👥 <b>Agents</b> (capacity used · completed)
stats-agent = { $name }: { $percent }% · { $count }
stats-agent-away = { $name }: – · { $count }
stats-chart = 🖼 Chart
stats-table = 📄 CSV
stats-chart-created = Created
stats-chart-completed = Completed
stats-chart-wait = Wait for an agent (minutes, median)
stats-chart-failed = The chart could not be drawn. The figures are still in /stats.
stats-file = statistics
stats-file-days = statistics-days
stats-file-agents = statistics-agents
