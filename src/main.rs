//! The `antri` program: everything is in the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    antri::cli::main()
}
