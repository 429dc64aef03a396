//! Crashes around the creation of a topic: the ticket's card and messages are in one topic, and nothing is lost.
use super::{check, crash_and_restart, play_one_by_one, to_agent};
use crate::crash::environment::Environment;

/// Kills the desk when it creates the topic of a ticket. Afterwards the agent's chat has this many topics, of
/// which all but the last are empty.
async fn crash_at(point: &str, topics: usize, on_servers: bool) {
    let environment = if on_servers { Environment::on_servers().await } else { Environment::new().await };
    environment.sandbox.set_topics_enabled(true);
    let (customer, agent) = (environment.actors.customers[0].id, environment.actors.agents[0].id);
    crash_and_restart(&environment, point, play_one_by_one(&environment, customer)).await;
    assert_eq!(check(&environment, &[customer], point), 0, "{point}: a message was repeated");

    let found = environment.sandbox.topics(agent);
    assert_eq!(found.len(), topics, "{point}: {found:?}");
    let of_ticket = found.iter().map(|(thread, _)| *thread).max();
    let complaint = format!("Keluhan dari {customer}");
    let words: Vec<_> = to_agent(customer).into_iter().chain([complaint.clone()]).collect();
    let chat = environment.sandbox.chat(agent);
    for message in chat.iter().filter(|m| words.iter().any(|words| m.text.contains(words.as_str()))) {
        assert_eq!(message.thread, of_ticket, "{point}: {}", message.text);
    }
    let cards =
        chat.iter().filter(|m| m.text.contains(&complaint) && m.button("✅ Selesai").is_some()).count();
    assert_eq!(cards, 1, "{point}: the ticket's card");
}

macro_rules! points {
    ($($test:ident: $point:literal, $topics:literal;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                crash_at($point, $topics, false).await;
            }
        )*

        mod on_mongodb {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::crash_at($point, $topics, true).await;
                }
            )*
        }
    };
}

points! {
    before_a_topic_is_created: "topic-before-send", 1;
    // The Bot API does not list topics, so the desk can't find the one whose creation it did not record.
    after_a_topic_was_created: "topic-after-send", 2;
    after_a_topic_is_recorded: "topic-after-settle", 1;
}
