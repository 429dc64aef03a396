//! The integration tests, in one binary so that linking is paid once.
mod presence_contract;
mod store_contract;
