# News for customers.

notice-completed = ✅ Ticket <code>{ $number }</code> is completed. Thank you!
notice-something-broke = ⚠️ Sorry, we failed to process your last message. The admins have been told. Please try once more.

# News for agents.

notice-words = 📄 <code>{ $number }</code> ({ $part }/{ $parts })
notice-file = 📎 <code>{ $number }</code>
notice-task-cancelled = ✖️ The customer cancelled ticket <code>{ $number }</code>; it has left your queue.
notice-task-taken = ↪️ Ticket <code>{ $number }</code> was handed to <b>{ $agent }</b>.
notice-task-requeued = ↩️ Ticket <code>{ $number }</code> was moved from your queue back to the shared queue.
notice-customer-unreachable = ⚠️ The customer of ticket <code>{ $number }</code> has blocked this bot, so our messages don't reach them.
notice-still-online =
    🙋 <b>Still online?</b>
    We have not seen you for a while. If you don't answer, you will go offline in { $minutes ->
        [one] { $minutes } minute.
       *[other] { $minutes } minutes.
    }
notice-still-there =
    🙋 <b>Still there?</b>
    We have not seen you for a while. If you don't answer, you will go offline in { $minutes ->
        [one] { $minutes } minute.
       *[other] { $minutes } minutes.
    }
notice-taken-offline = 🔴 There was no answer, so you are offline now. { $count ->
    [0] There are no tickets in your queue.
    [one] { $count } ticket stays in your queue.
   *[other] { $count } tickets stay in your queue.
}

# News for anybody, and for admins.

notice-role-customer = You are a customer now and no longer receive tickets. Thank you for your work.
notice-role-agent = 👋 Welcome, you are an agent now! Press 🟢 Online to start receiving tickets, or /help for all commands.
notice-role-admin =
    👋 You are an admin now. Press /help for all commands.
    Next step: invite agents with /invite, or make yourself an agent with /addagent.
notice-role-admin-agent =
    👋 You are an admin now, and still an agent. Press /help for all commands.
    Next step: invite more agents with /invite.
notice-no-longer-admin = You are no longer an admin. You can still create tickets here. Thank you for your work.
notice-no-longer-admin-agent = You are no longer an admin. You are still an agent and keep your tickets.
notice-admin-added = 🔑 <b>{ $admin }</b> made <b>{ $name }</b> an admin.
notice-admin-removed = 🔑 <b>{ $admin }</b> removed <b>{ $name }</b> as an admin.
notice-no-longer-agent = You are no longer an agent and receive no more tickets. You are still an admin.
notice-alias-set = 🎭 An admin chose a name for you: customers now know you as <b>{ $alias }</b>. You can choose another one with /alias.
notice-alias-cleared = 🎭 An admin removed the name that you had chosen for customers. You can choose another one with /alias.
notice-capacity-changed = 🔢 Your ticket limit is now { $max }. { $held ->
    [0] You have no tickets at the moment.
    [one] You have { $held } ticket at the moment.
   *[other] You have { $held } tickets at the moment.
}
notice-department-joined = 🏢 You now receive tickets of the department <b>{ $department }</b>.
notice-department-left = 🏢 You no longer receive new tickets of the department <b>{ $department }</b>. You keep the ones you already have.
notice-joined = 👋 <b>{ $name }</b> accepted an invitation and has joined.
notice-agent-unreachable = ⚠️ <b>{ $name }</b> has blocked this bot and gets no tickets until they unblock it.
notice-agent-released = { $released ->
    [one] { $released } ticket goes back to the queue.
   *[other] { $released } tickets go back to the queue.
}
notice-agent-kept = { $kept ->
    [one] { $kept } ticket stays in their queue; move it with /reassign.
   *[other] { $kept } tickets stay in their queue; move them with /reassign.
}
notice-returned = ↩️ Ticket <code>{ $number }</code> is with <b>{ $agent }</b> again: nobody else had room for it. Choose somebody with /reassign.
notice-update-put-aside = ⚠️ Telegram update <code>{ $update }</code> could not be processed and was put aside. All other messages go on as usual. See /deadletters.
notice-part-undelivered = ⚠️ A file or a part of ticket <code>{ $number }</code> can't be brought to you: Telegram does not accept it any more. The customer was asked to send it again.
notice-send-again = ⚠️ Something that you sent for ticket <code>{ $number }</code> did not reach our agent. Please send that file or text again.
notice-undelivered = ⚠️ A message to <b>{ $name }</b> was given up: Telegram refused it, or twice did not say whether it arrived. Messages given up so far: { $total }. See /deadletters.

# Incidents, for admins: when they begin, and when they are over.

alert-nobody-online = 🚨 Nobody is online in <b>{ $department }</b>.
alert-nobody-online-over = ✅ Somebody is online in <b>{ $department }</b> again.
alert-ticket-waits = 🚨 A ticket in <b>{ $department }</b> has been waiting for more than { $time }.
alert-ticket-waits-over = ✅ No ticket in <b>{ $department }</b> waits too long any more.
alert-heartbeats-fail = 🚨 Many agent heartbeats are failing. Details are in the log.
alert-heartbeats-fail-over = ✅ Agent heartbeats arrive again.
alert-store-away = 🚨 The database could not be reached.
alert-store-away-over = ✅ The database can be reached again.
alert-presence-away = 🚨 Redis, which knows who is online, can't be reached. Nobody is taken offline because of it.
alert-presence-away-over = ✅ Redis, which knows who is online, can be reached again.
alert-person-unreadable = 🚨 The record of <b>{ $name }</b> in the database is damaged and can't be read. The desk goes on without them until it is repaired. Details are in the log.
alert-person-unreadable-over = ✅ The record of <b>{ $name }</b> can be read again.
alert-muted = 🔕 Muted by { $name } for all admins until { $time }.
notice-alert-muted = 🔕 <b>{ $name }</b> muted an alert for all admins until { $time }:
notice-alert-unmuted = 🔔 <b>{ $name }</b> turned an alert on again:
button-mute-hour = 🔕 1 hour
button-mute-eight-hours = 🔕 8 hours
button-mute-tomorrow = 🔕 Until tomorrow
button-unmute = 🔔 Turn on again
toast-muted = 🔕 Muted for all admins until { $time }
toast-unmuted = 🔔 On again
