//! The engine over the embedded store and presence in memory, without Telegram: many things at once, and what time brings.
//! Whatever the verbs answered, the store's record of events is played back and must tell a story without a fault.
//!
//! | file | what |
//! |---|---|
//! | `stage` | an engine with people and departments, and its clock |
//! | `oracle` | the record played back; who was told; what waits |
//! | `random` | random histories whose commands race |
//! | `at_once` | tickets that are given away as they are opened |
//! | `races` | the races that the fault table names |
//! | `broken_off` | rounds and verbs that end in the middle, answers that are lost |
//! | `overtaken` | what another does between a look and the write that rests on it |
//! | `silence` | presence, idle agents, clocks that jump |
//! | `restarts` | a process that begins anew on the same store |
//! | `known` | people as the engine knows them without asking the store |
//! | `invites` | claims, invitations, quotas |
mod cancellation;
mod immediate_assignment;
mod invites;
mod lost_races;
mod oracle;
mod person_cache;
mod presence;
mod races;
mod random;
mod remembered;
mod restarts;
mod stage;
