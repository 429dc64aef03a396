//! Panics in the parsing of an update, in the real process: the update becomes a dead letter, and the process
//! goes on.
use crate::crash::{DeskProcess, Environment};
use crate::support::ADMIN;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_in_the_parser_dead_letters_one_update() {
    for environment in [Environment::new().await, Environment::on_servers().await] {
        let (victim, other) = (environment.actors.customers[0].id, environment.actors.customers[1].id);
        let process = DeskProcess::start(&environment, None);
        environment.settle().await;
        process.stop().await;
        let panic_once = [(antri::cli::failpoints::PANIC_VARIABLE, "inbox-parse:0")];
        let process = DeskProcess::with(&environment, None, &panic_once);
        environment.sandbox.send_text(victim, "/help");
        environment.settle().await;
        environment.sandbox.send_text(other, "/help");
        environment.settle().await;
        process.stop().await;
        let process = DeskProcess::start(&environment, None);
        environment.settle().await;
        let has = |chat, part: &str| environment.sandbox.chat(chat).iter().any(|m| m.text.contains(part));
        assert!(has(victim, "gagal kami proses") && !has(victim, "/mytickets\n"), "{}", process.log_tail());
        assert!(has(ADMIN, "disisihkan"), "{}", process.log_tail());
        assert!(has(other, "/mytickets"), "{}", process.log_tail());
        assert!(process.log().contains("parsing panicked"), "{}", process.log_tail());
        process.stop().await;
    }
}
