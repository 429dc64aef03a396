//! Who is there. The embedded back end keeps it in memory; what it forgets in a restart, the store's last activities
//! bring back.
pub mod memory;

pub use memory::Memory;
