//! Engine tests without Telegram, over the SQLite store and presence in memory: concurrency, and the passage
//! of time. After each history, the oracle replays the audit events and checks every state on the way.
//!
//! | file | contents |
//! |---|---|
//! | `fixture` | an engine with a clock, departments, agents and customers |
//! | `oracle` | replays the audit events; checks notices, slots and waiting tickets |
//! | `random` | random histories of concurrent commands |
//! | `immediate_assignment` | tickets that are assigned in their opening commit |
//! | `races` | the races of the fault table |
//! | `cancellation` | rounds and commands that are dropped, and answers that are lost |
//! | `conflict_counts` | what counts as a lost race |
//! | `lost_races` | writes by others between a read and the write that depends on it |
//! | `presence` | presence, idle agents, clock jumps |
//! | `gaps` | starts, freezes and outages, in which the desk misses signs of activity |
//! | `snooze` | tickets on hold until a time |
//! | `absence` | agents who are away until a time |
//! | `hours` | business hours and the alerts about departments |
//! | `no_answer` | tickets that their holder does not open, or gives back |
//! | `working_hours` | agents who go online and offline by a plan |
//! | `restarts` | a process that restarts on the same store |
//! | `person_cache` | people whom the engine returns without a store read |
//! | `languages` | when the language of a person changes |
//! | `invites` | claims, invites, limits |
//! | `settings` | changes of settings and aliases |
mod absence;
mod cancellation;
mod conflict_counts;
mod fixture;
mod gaps;
mod hours;
mod immediate_assignment;
mod invites;
mod languages;
mod lost_races;
mod no_answer;
mod oracle;
mod person_cache;
mod presence;
mod races;
mod random;
mod restarts;
mod settings;
mod snooze;
mod working_hours;
