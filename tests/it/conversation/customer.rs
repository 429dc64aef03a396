//! Conversations of a customer: drafts with text and files, and the tickets that they become.
mod cancel_race;
mod continuation;
mod copies;
mod drafts;
mod feedback;
mod media;
mod new_ticket;
mod status_card;
mod tickets;
