# A customer's ticket is completed: reopening and rating.

completed-hint = Still not right? Tap ↩️ Not solved. Something else? Just send a message here.
button-reopen = ↩️ Not solved
button-skip = ⏭ Skip
reopen-done = ↩️ Ticket { $number } is open again.
reopened-before = Ticket { $number } was already reopened. It is now: { $state }.
reopen-too-late = Ticket { $number } was completed too long ago to be reopened. Just send a message here and we'll open a new one.
button-continue = ↩️ Continue { $number }
continue-done = ↩️ Ticket <code>{ $number }</code> is open again. What you wrote is in it, and an agent will read it.
continued-before = This is already in ticket { $number }.
continue-too-late = Ticket { $number } was completed too long ago to be continued. What you wrote is kept. You can send it as a new ticket.
rating-ask = How satisfied are you with our help?
rating-button = { $stars } ⭐
rating-given = Your rating: { $stars }
rating-thanks = 🙏 Thank you for your rating!
rating-ask-comment = 🙏 Thank you for your rating! Is there anything you would like to add? Write it here within ten minutes, or skip it.
rating-commented = 🙏 Thank you for your rating and your comment!
rating-comment-continue = 🙏 Thank you, our admins can read that with your rating. Still not right? ↩️ Continue takes up “{ $ticket }” again and adds this message to it. Something else? Just send a message here.
rating-comment-thanks = 🙏 Thank you, our admins can read that with your rating. Need help again? Just send a message here.
notice-low-rating = 💬 <b>{ $name }</b> commented on a low rating of ticket <code>{ $number }</code>.
rating-closed = The rating of ticket { $number } can no longer be changed. Thank you!

# An agent's ticket is reopened, or dropped with its customer.

notice-task-reopened = ↩️ The customer says that ticket <code>{ $number }</code>, which you completed, is not solved yet. It is back in the shared queue.
notice-task-dropped = 🚫 An admin cancelled ticket <code>{ $number }</code>, because its customer is banned. It has left your queue.

# Bans.

notice-banned = 🚫 Your messages are not passed on at the moment, so no ticket can be opened here. If you think this is a mistake, please contact us in another way.
notice-unbanned = ✅ You can send messages and open tickets again.
notice-customer-banned = 🚫 An admin has banned the customer of ticket <code>{ $number }</code>. Their new messages are not passed on; the ticket stays with you.
no-such-customer = There is no customer “{ $name }”. Use a name, an @username, a Telegram id or one of their tickets.
several-customers = Several customers are called “{ $name }”. Choose one:
ban-pick = 🚫 Whom do you want to ban? Pick somebody who wrote recently, or type <code>/ban @username reason</code>.
ban-nobody = There is no customer yet.
ban-staff = <b>{ $name }</b> is staff and can't be banned. Remove them as an agent first.
ban-done = 🚫 <b>{ $name }</b> is banned. What they send is not passed on, and they can't open tickets.
ban-reason = Reason: { $reason }
ban-open-tickets = { $count ->
    [one] { $count } ticket of theirs is still open.
   *[other] { $count } tickets of theirs are still open.
}
ban-tickets-cancelled = { $count ->
    [0] No ticket was open any more.
    [one] ✖️ { $count } ticket cancelled
   *[other] ✖️ { $count } tickets cancelled
}
button-cancel-tickets = ✖️ Cancel the open tickets
button-unban = ↩️ Lift the ban
unban-pick = Whose ban do you want to lift?
unban-nobody = Nobody is banned.
unban-none = <b>{ $name }</b> is not banned.
unban-done = ↩️ <b>{ $name }</b> is no longer banned.

# One ticket, for staff.

ticket-usage = Use <code>/ticket</code> with the number of a ticket, or with the last four characters of it. To find a ticket by words, use /search.
line-rating = Rating: { $stars }
line-rating-comment = Comment: { $comment }
button-reassign = ↪️ Reassign

# Canned replies.

replies-head = 💬 <b>Canned replies</b>
replies-none = 💬 There are no canned replies yet. A canned reply is a text that agents send often.
reply-new = ➕ New reply
reply-head = 💬 <b>{ $word }</b>
reply-department = Department: { $department }
reply-edit = ✏️ Change the text
reply-remove = 🗑 Delete
reply-choose-department = 🏢 Department
reply-ask =
    Write a word by which agents will find the reply, and behind it the text, both in one message. For example:
    <code>hello Hello {"{"}name{"}"}, this is {"{"}agent{"}"}.</code>

    {"{"}name{"}"} becomes the customer's name, {"{"}number{"}"} the ticket's number, {"{"}agent{"}"} the agent's name. To stop: /cancel.
reply-ask-text = What is the new text of <b>{ $word }</b>? Write it, or /cancel.
reply-which-department = Which department's agents should have the reply <b>{ $word }</b>?
reply-remove-sure = Delete the reply <b>{ $word }</b>?
reply-removed = 🗑 Reply deleted
reply-gone = That reply has been deleted.
no-such-reply = There is no reply “{ $word }”. To write one: <code>/replies word text</code>
reply-word-taken = There is already a reply with that word.
reply-lacks-text = “{ $word }” has no text yet. Write the word once more, and the text behind it in the same message: <code>{ $word } …</code>
reply-invalid = A reply needs a word of up to { $word } characters, and then a text of up to { $max } characters.
reply-placeholder = { $word } has no value, so the customer would read it as it is. There are three placeholders: {"{"}name{"}"} for the customer's name, {"{"}number{"}"} for the ticket's number, {"{"}agent{"}"} for the agent's name. Nothing was saved; please send the reply once more.
reply-limit = There are { $max } replies already, and that is the limit. Delete one first.
