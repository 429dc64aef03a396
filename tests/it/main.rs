//! The integration tests, in one binary so that linking is paid once. `cfg(test)` lets the lints know that they are tests.
#[cfg(test)]
mod env_example;
#[cfg(test)]
mod layering;
