//! Conversations of an admin: agents, departments, links and the reassignment of tickets.
mod admins;
mod agents;
mod departments;
mod links;
mod relocation;
mod returns;
mod stale_buttons;
mod switches;
mod tickets;
