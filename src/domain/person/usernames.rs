//! Former usernames. A name can pass to somebody else, so whoever had one is remembered with it.
use super::Person;

/// How many former usernames of a person are kept: the newest ones.
const MAX_FORMER_USERNAMES: usize = 20;

impl Person {
    /// Records that they gave up a username, in any case.
    pub fn record_former_username(&mut self, username: &str) {
        let key = username.to_lowercase();
        self.former_usernames.retain(|former| *former != key);
        self.former_usernames.push(key);
        let surplus = self.former_usernames.len().saturating_sub(MAX_FORMER_USERNAMES);
        self.former_usernames.drain(..surplus);
    }
}
