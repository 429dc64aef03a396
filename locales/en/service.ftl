# A customer's ticket is completed: reopening and rating.

completed-hint = Still not right? Tap ↩️ Not solved. Something else? Just send a message here.
button-reopen = ↩️ Not solved
button-skip = ⏭ Skip
reopen-done = ↩️ Ticket { $number } is open again.
reopened-before = Ticket { $number } was already reopened. It is now: { $state }.
reopen-too-late = Ticket { $number } was completed too long ago to be reopened. Just send a message here and we'll open a new one.
rating-ask = How satisfied are you with our help?
rating-button = { $stars } ⭐
rating-given = Your rating: { $stars }
rating-thanks = 🙏 Thank you for your rating!
rating-ask-comment = 🙏 Thank you for your rating! Is there anything you would like to add? Write it here within ten minutes, or skip it.
rating-comment-thanks = 🙏 Thank you, we have passed that on to our admins. Need help again? Just send a message here.
rating-closed = The rating of ticket { $number } can no longer be changed. Thank you!
notice-reopened = ↩️ Ticket <code>{ $number }</code> is open again. An agent will take care of it.
notice-reopened-at = ↩️ Ticket <code>{ $number }</code> is open again and back in the queue, at position #{ $position }. Your turn counts from when you created it.

# An agent's ticket is reopened, or dropped with its customer.

notice-task-reopened = ↩️ The customer says that ticket <code>{ $number }</code> is not solved yet. It is in your queue again.
notice-task-reopened-elsewhere = ↩️ The customer says that ticket <code>{ $number }</code>, which you completed, is not solved yet. It is back in the shared queue.
notice-task-dropped = 🚫 An admin cancelled ticket <code>{ $number }</code>, because its customer is banned. It has left your queue.

# Bans.

notice-banned = 🚫 Your messages are not passed on at the moment, so no ticket can be opened here. If you think this is a mistake, please contact us in another way.
