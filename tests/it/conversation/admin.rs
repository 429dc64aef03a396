//! Conversations of an admin: agents, departments, links and the reassignment of tickets.
mod admins;
mod agents;
mod bans;
mod console;
mod departments;
mod links;
mod priority;
mod relocation;
mod replies;
mod returns;
mod settings;
mod stale_buttons;
mod statistics;
mod switches;
mod tickets;
mod unreadable_people;
mod usernames;
