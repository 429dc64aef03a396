//! The integration tests, in one binary so that linking is paid once.
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod support;
