//! Records of tickets: the summary for a new holder, transcripts, search, withdrawal, personal
//! data.
mod audit;
mod first_answer;
mod forget;
mod handover;
mod search;
mod transcript;
mod withdraw;
