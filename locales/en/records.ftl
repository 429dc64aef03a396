# Records of tickets: the summary for a new holder, transcripts, search, personal data.

summary-head = 🔁 <b>The conversation so far</b> · <code>{ $number }</code>
    { $count ->
        [one] The last message:
       *[other] The last { $count } messages:
    }
summary-customer = 👤 <b>{ $name }</b> · { $time }: { $text }
summary-agent = 💬 <b>{ $name }</b> · { $time }: { $text }
summary-note = 🗒 <b>{ $name }</b> · { $time }: { $text }
summary-kind = 📎 { $kind }
button-summary-media = 📎 Media

transcript-usage = 📄 Send /transcript with a ticket number, for example <code>/transcript INC120420251352536CO</code>.
transcript-which = 📄 <b>The transcript of which ticket?</b>
transcript-caption = 📄 Transcript of ticket <code>{ $number }</code>, { $count ->
        [one] one message
       *[other] { $count } messages
    }. It may hold personal data: please share it with care.
transcript-file = transcript-{ $number }
transcript-title = Ticket { $number }
transcript-customer = Customer
transcript-category = Category
transcript-state = State
transcript-opened = Opened
transcript-agent = Agent
transcript-description = description
transcript-empty = There are no messages.
transcript-note = 🗒 internal note
transcript-edited = ✏️ edited
transcript-forwarded = ↪️ forwarded
transcript-forwarded-from = ↪️ forwarded from { $name }
transcript-waiting = ⏳ not delivered yet
transcript-failed = ⚠️ not delivered
transcript-made = Made { $time }. All times are in the zone { $zone }.
transcript-withdrawn = 🙈 withdrawn

search-usage = 🔎 Send /search with words: part of a number, a customer's name or what was written. For example <code>/search modem red</code>.
search-none = 🔎 Nothing found for “{ $words }”. Try fewer words, or only the beginning of one.
search-head = 🔎 Tickets with “{ $words }”, newest first:
search-number = 🎫 <code>{ $number }</code>
search-state = { $state }
search-subject = 📝 { $subject }
search-line = 🔸 <i>{ $line }</i>
search-line-of = 🔸 <b>{ $name }</b>: <i>{ $line }</i>
search-name = 👤 { $name }
search-open = 🎫 { $number }

withdraw-usage = 🗑 To take a message back, reply to it with /withdraw.
withdraw-done = 🗑 Done: the customer no longer sees the message that you replied to. It stays in the record.
withdraw-before = 🗑 You took this message back already.
withdraw-too-late = ⏳ Telegram only lets us delete messages of the last { $hours } hours, so this one stays with the customer.
withdraw-not-delivered = 🗑 This message did not reach the customer, so there is nothing to take back.
withdraw-not-yours = ⚠️ You can only take back your own messages to a customer. Reply to one of them with /withdraw.
withdrawn-here = 🗑 This message was taken back.

forget-own = 🔐 <b>Your data</b>
    You can have everything that we hold about you sent as one file, or have it deleted.
forget-other = 🔐 <b>The data of { $name }</b>
    Everything can be sent as one file, or be deleted at the customer's request.
button-export = 📥 Export
button-forget = 🗑 Delete
forget-sure = ⚠️ <b>Delete everything?</b>
    Name, messages and files are gone for good. Only ticket numbers, times and states stay, for our figures.
button-forget-sure = 🗑 Yes, delete everything
forget-done = ✅ The data are deleted. { $count ->
        [0] There were no tickets.
        [one] One ticket was emptied.
       *[other] { $count } tickets were emptied.
    }
forget-open = ⏳ { $count ->
        [one] One ticket is still open.
       *[other] { $count } tickets are still open.
    } Please cancel or finish it first, then delete the data.
forget-cancel = ✖️ { $number }
forget-still-open = { $count ->
    [one] One ticket is still open.
   *[other] { $count } tickets are still open.
}
forget-unknown = 🔎 I don't know “{ $text }”. Send a Telegram id or an @username.
forget-staff = 🔐 /forget is for customers: it exports or deletes their data. An agent's or admin's data are deleted after they have left the desk. Admins: /forget with a customer's Telegram id or @username.
export-file = my-data
export-caption = 📥 All the data that we hold, as JSON.
