# Canned replies: /r, and @bot in the message field.

canned-choose = 💬 <b>Which reply?</b>
canned-choose-for = 💬 <b>Which reply</b> for { $name }?
canned-chosen = 💬 You chose the reply <b>{ $word }</b>.
canned-nearest = 🤔 There is no reply “{ $word }”. Did you mean:
canned-unknown = 🤔 There is no reply “{ $word }”. Type /r to see them all.
canned-edit-no-word = 🤔 Which reply do you mean? Without a word behind /r, the customer's message stays as it was.
canned-edit-unclear = 🤔 It is not clear which reply “{ $word }” is, so the customer's message stays as it was.
canned-none-yet = 📭 There are no canned replies yet. Admins write them with /replies.
canned-no-ticket = 📭 You hold no ticket, so there is nobody to reply to.
canned-too-long = ⚠️ This message is too long. Send a part of it as a message of its own.
canned-caption-too-long = ⚠️ The file was not sent: this text is too long for a file. Send the file without it, then the reply as a message of its own.
canned-file-unclear = 🤔 The file was not sent: which reply do you mean? Send the file again with /r and one whole word: { $words }
canned-more = { $count ->
    [one] … and { $count } more. Type the beginning of its word as well: <code>/r word</code>
   *[other] … and { $count } more. Type the beginning of the word as well: <code>/r word</code>
}

# The last word, before a ticket is completed.

button-ask-last-word-on = 💬 Ask me for a closing message
button-ask-last-word-off = 💬 Don't ask me for a closing message
toast-last-word-on = You are asked for a closing message before a ticket is completed
toast-last-word-off = Tickets are completed without a question
last-word-ask = 💬 <b>A closing message for { $name }?</b>
    Write it, and ticket <code>{ $number }</code> is completed right away.
last-word-album = 💬 { $name } gets the album. Anything else? Just write it, or complete ticket <code>{ $number }</code>.
button-last-word-none = ✅ No message
button-last-word-back = ↩️ Not done yet
last-word-left = 👌 All right, ticket <code>{ $number }</code> stays open.
last-word-sent = ✅ The closing message is sent, ticket <code>{ $number }</code> is completed.
last-word-none = ✅ Ticket <code>{ $number }</code> is completed, without a closing message.
last-word-over = ✅ Ticket <code>{ $number }</code> is completed.
