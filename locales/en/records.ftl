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
