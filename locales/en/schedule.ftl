# Business hours of departments, and weekly plans.

plan-weekday = { $weekday ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
plan-every-day = Every day
plan-days = { $first }–{ $last }
plan-all-day = 24 h
plan-times = { $from }–{ $to }
plan-line = { $days } { $times }
plan-date = { $day } { $month ->
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
} { $year }
plan-unclear = 🤔 I do not understand “{ $part }”.
plan-days-missing = 🤔 On which days is “{ $part }”? Please write the days before the times.
plan-times-missing = 🤔 At what time on “{ $part }”? Please write the times behind the days.
plan-too-many = 🤔 There are too many times in one plan. Please make it simpler.
department-hours = 🕗 { $hours }
department-hours-button = 🕗 Business hours
hours-head = 🕗 <b>Business hours of { $name }</b>
hours-none = Not set, so always open.
hours-line = • { $line }
hours-zone = Time zone: { $zone }
hours-holidays = 🏖 Closed: { $dates }
hours-more-holidays = { $count ->
    [one] … and { $count } more day
   *[other] … and { $count } more days
}
hours-open-now = 🟢 Open now
hours-closed-until = 🌙 Closed now, opens { $when }
hours-closed = 🌙 Closed now
hours-workdays = Mon–Fri 8–17
hours-saturday = Mon–Sat 8–17
hours-every-day = Every day 8–21
hours-always = Every day 24 h
hours-other = ✏️ Other hours
hours-add-holidays = 🏖 Add holidays
hours-remove-holiday = ✖️ { $date }
hours-wib = WIB
hours-wita = WITA
hours-wit = WIT
hours-desk-zone = Desk’s zone
hours-changed = 🕗 Business hours of { $name } saved
hours-changed-meanwhile = { $name } has changed. This is how it is now.
hours-ask = 🕗 When is <b>{ $name }</b> open? Write the days and the times.
hours-examples =
    For example:
    • <code>Mon–Fri 08:00–17:00, Sat 09:00–12:00</code>
    • <code>Every day 08:00–12:00, 13:00–21:00</code>
    • <code>Fri 22:00–06:00</code> (past midnight)
    At the end you may name a time zone, such as <code>WITA</code> or <code>Asia/Makassar</code>.
holidays-ask = 🏖 On which dates is <b>{ $name }</b> closed? You can write several.
holidays-examples =
    For example:
    • <code>2026-12-25, 2027-01-01</code>
    • <code>25/12</code>
    • <code>Jan 1 2027</code>
holidays-unclear = 🤔 “{ $part }” is no date to come.
holidays-limit = At most { $max } holidays. Please remove some first.
track-opens = 🕗 We are closed right now. Your ticket is in the queue, and work begins { $when }.

# Working hours of agents.

work-button = 🕗 Working hours
work-head-own = 🕗 <b>Your working hours</b>
work-head = 🕗 <b>Working hours of { $name }</b>
work-none = Not set. With working hours, going online and offline happens by itself.
work-online-at = 🟢 Goes online { $when }
work-offline-at = 🔴 Goes offline { $when }
work-hint = A status that is set by hand stays until then.
work-clear = 🗑 Clear working hours
work-saved = 🕗 Working hours saved
work-cleared = 🗑 Working hours cleared
work-ask = 🕗 When are the working hours? Write the days and the times.
work-examples =
    For example:
    • <code>Mon–Fri 08:00–17:00, Sat 09:00–12:00</code>
    • <code>Every day 08:00–12:00, 13:00–21:00</code>
    • <code>Fri 22:00–06:00</code> (past midnight)
button-not-yet = 🌙 Not yet
notice-work-begins = 🟢 Your working hours have begun. You are online and get tickets.
notice-work-ends = 🔴 Your working hours are over, so you are offline. Thank you!
notice-work-ends-kept = { $count ->
    [one] 🔴 Your working hours are over, so you are offline. { $count } ticket stays with you.
   *[other] 🔴 Your working hours are over, so you are offline. { $count } tickets stay with you.
}
notice-work-set = 🕗 An admin set your working hours. Press /hours to see them.
notice-work-cleared = 🕗 An admin cleared your working hours.
