//! Crash tests: the real program dies at a named point by SIGKILL, is started again, and has lost and doubled nothing.
mod life;
mod oracle;
mod points;
mod story;
mod town;
