//! Crash tests: the real program dies at a named point by SIGKILL, is started again, and has lost and doubled nothing.
mod balancer;
mod books;
mod cast;
mod crowd;
mod fleet;
mod life;
mod nights;
mod oracle;
mod points;
mod servers;
mod story;
mod town;
mod wire;

pub(crate) use life::Life;
pub(crate) use story::{Told, play};
pub(crate) use town::Town;
