//! The integration tests, in one binary so that linking is paid once.
#[cfg(test)]
mod api;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod contents;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod engine_histories;
#[cfg(test)]
mod env_example;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod layering;
#[cfg(test)]
mod presence_contract;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod script;
#[cfg(test)]
mod store_contract;
#[cfg(test)]
mod support;
