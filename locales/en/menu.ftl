# Commands: one line each, in Telegram's menu and in /help.

command-start = Start
command-help = See all commands
command-language = Change the language
command-cancel = Discard what you are writing

command-new = Create a new ticket
command-mytickets = See your tickets
command-ticket = See one ticket by its number

command-online = Start receiving tickets
command-offline = Stop receiving tickets
command-busy = Busy, no new tickets please
command-away = Away for a while
command-hours = Your working hours
command-myqueue = Your ticket queue
command-status = Your status and today's numbers
command-autoassign = Automatic assignment: on or off
command-alias = Your name for customers
command-queue = Tickets that are waiting
command-search = Find tickets by words
command-reply = Send a canned reply: /r word
command-withdraw = Take back a message (reply to it)
command-forget = Export or delete personal data
command-forget-customer = Export or delete a customer's data: /forget @username
command-transcript = The conversation of a ticket as a document
command-web = Open the dashboard
command-token = Token for the web application

command-workload = Workload of all agents
command-agents = List of agents
command-invite = Invite a new agent
command-invites = Open invitations
command-addadmin = Make somebody an admin
command-removeadmin = Remove an admin
command-deadletters = Messages that were given up
command-addagent = Make somebody an agent
command-removeagent = Remove an agent
command-setmax = Set an agent's ticket limit
command-priority = Set the priority of a ticket
command-audit = The history of a ticket
command-reassign = Reassign a ticket
command-department = Manage departments
command-category = Add a category
command-replies = Manage canned replies
command-topics = Topics per ticket: on or off
command-stats = Statistics of the desk
command-settings = Settings of the desk
command-ban = Ban a customer
command-unban = Lift a ban

help-line = /{ $command } – { $description }
help-note = <code>//</code> before a message – an internal note, which the customer doesn't see
help-head = 💡 <b>What you can do</b>
help-customer-hint = The easiest way: just send a message here, and we'll turn it into a ticket.
help-group-customer = <b>Your tickets</b>
help-group-agent = <b>Agent</b>
help-group-admin = <b>Admin</b>
help-group-everyone = <b>General</b>

menu-dashboard = Dashboard
button-dashboard = 🌐 Open the dashboard
