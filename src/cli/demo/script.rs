//! The scripted story of `antri demo --script`: six tickets, two agents with two slots each, an offline
//! agent, and an admin. The script checks every fact of the story; the first failed check ends it with exit
//! code 1.
use super::stage::{BUDI, CITRA, DEWI, Environment, SARI};
use crate::domain::person::Locale;
use crate::i18n::{Arg, Texts};
use crate::sandbox::{ChatMessage, NewUser, Sandbox, Side};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The agent who is offline at first.
const EKA: i64 = 105;
/// A customer: id, name, and the text of their ticket in each language.
struct Customer {
    id: i64,
    name: &'static str,
    indonesian: &'static str,
    english: &'static str,
}

const fn writes(id: i64, name: &'static str, indonesian: &'static str, english: &'static str) -> Customer {
    Customer { id, name, indonesian, english }
}

const CUSTOMERS: [Customer; 6] = [
    writes(
        SARI,
        "Sari",
        "Internet di toko mati sejak pagi.",
        "The shop has been offline since this morning.",
    ),
    writes(111, "Rina", "Tagihan bulan ini dua kali lipat.", "This month's bill is twice as high."),
    writes(112, "Tono", "Modem berkedip merah terus.", "The modem keeps blinking red."),
    writes(113, "Wati", "Mohon bantu pindah alamat.", "Please help me move to a new address."),
    writes(114, "Joko", "Kecepatan turun setiap malam.", "It gets slow every evening."),
    writes(115, "Ayu", "Lupa kata sandi Wi-Fi.", "I forgot the Wi-Fi password."),
];

/// Plays the story in this language. Returns exit code 0 if every check passed.
pub async fn play(seed: u64, locale: Locale, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let stage = Environment::start(TcpListener::bind("127.0.0.1:0").await?, seed, locale).await?;
    let mut story = Story::new(stage, locale)?;
    let result = tokio::select! {
        result = story.run() => result,
        () = stop.cancelled() => Err(anyhow::anyhow!("interrupted")),
    };
    story.stage.shut_down().await?;
    match result {
        Ok(()) => {
            println!("\nThe story went as it must.");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            println!("\nFAILED: {error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

struct Story {
    stage: Environment,
    locale: Locale,
    texts: Texts,
    names: BTreeMap<i64, String>,
    /// The printed text of each message, by chat and message id.
    printed: BTreeMap<(i64, i64), String>,
}

impl Story {
    fn new(stage: Environment, locale: Locale) -> anyhow::Result<Self> {
        let mut extras = vec![(EKA, "Eka")];
        extras.extend(CUSTOMERS.iter().filter(|c| c.id != SARI).map(|c| (c.id, c.name)));
        for (id, name) in extras {
            stage.sandbox.add_user(NewUser {
                id: Some(id),
                first_name: name.into(),
                username: Some(name.to_lowercase()),
                language_code: Some(locale.tag().into()),
                ..NewUser::default()
            });
        }
        let names = stage.sandbox.users().into_iter().map(|user| (user.id, user.first_name)).collect();
        Ok(Self { stage, locale, texts: Texts::load()?, names, printed: BTreeMap::new() })
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        self.set_up().await?;
        self.open_tickets().await?;
        self.complete_a_ticket().await?;
        self.bring_eka_online().await?;
        self.reassign_a_ticket().await
    }

    async fn set_up(&mut self) -> anyhow::Result<()> {
        chapter("Three agents with two places each; Eka stays offline");
        for id in [DEWI, BUDI, CITRA, EKA].into_iter().chain(CUSTOMERS.map(|c| c.id)) {
            self.stage.say(id, "/start").await?;
        }
        for agent in [BUDI, CITRA, EKA] {
            self.stage.say(DEWI, &format!("/addagent {agent}")).await?;
            let name = self.name(agent);
            self.stage.say(DEWI, &format!("/setmax {name} 2")).await?;
        }
        self.print_changes();
        self.says(BUDI, "/online").await?;
        self.says(CITRA, "/online").await
    }

    async fn open_tickets(&mut self) -> anyhow::Result<()> {
        chapter("Six tickets come");
        for customer in CUSTOMERS {
            let text = match self.locale {
                Locale::Id => customer.indonesian,
                Locale::En => customer.english,
            };
            self.says(customer.id, text).await?;
            self.presses(customer.id, "", "button-send").await?;
        }
        for (index, agent) in [BUDI, CITRA, BUDI, CITRA].into_iter().enumerate() {
            let Customer { id: customer, name, .. } = customer(index)?;
            let (holder, position) = (self.name(agent), index / 2 + 1);
            let card = self.task_card(agent, *customer)?;
            check(
                &format!("{name}'s ticket is {holder}'s, at #{position}"),
                card.contains(&format!("#{position}\n")),
            )?;
        }
        for (index, position) in [(4, 1), (5, 2)] {
            let Customer { id: customer, name, .. } = customer(index)?;
            let notified = self.newest_text(*customer)?.contains(&self.position_line(position));
            check(&format!("{name} waits and is told position {position}"), notified)?;
        }
        check("Eka, offline, got nothing", self.task_count(EKA) == 0)
    }

    async fn complete_a_ticket(&mut self) -> anyhow::Result<()> {
        chapter("Budi completes one, and the oldest that waits comes to him");
        let number = self.number_of(SARI)?;
        self.presses(BUDI, &number, "button-open").await?;
        self.presses(BUDI, &number, "button-complete").await?;
        let done = self.text("notice-completed", &[("number", Arg::from(&number))]);
        check("Sari is told that it is done", self.newest_text(SARI)?.contains(&done))?;
        let joko = customer(4)?.id;
        check(
            "Joko's ticket is at the bottom of Budi's queue",
            self.task_card(BUDI, joko)?.contains("#2\n"),
        )?;
        let ayu = customer(5)?.id;
        check("Ayu has moved up to position 1", self.newest_text(ayu)?.contains(&self.position_line(1)))?;
        check("Eka, offline, still got nothing", self.task_count(EKA) == 0)
    }

    async fn bring_eka_online(&mut self) -> anyhow::Result<()> {
        chapter("Eka comes online, and the queue is empty");
        self.says(EKA, "/online").await?;
        let ayu = customer(5)?.id;
        check("Ayu's ticket is Eka's, at #1", self.task_card(EKA, ayu)?.contains("#1\n"))?;
        self.says(DEWI, "/queue").await?;
        check("nothing waits", self.newest_text(DEWI)?.contains(&self.text("waiting-empty", &[])))
    }

    async fn reassign_a_ticket(&mut self) -> anyhow::Result<()> {
        chapter("Dewi gives Rina's ticket to Eka");
        let rina = customer(1)?.id;
        let number = self.number_of(rina)?;
        self.says(DEWI, &format!("/reassign {number} Eka")).await?;
        check("Rina's ticket is Eka's, at #2", self.task_card(EKA, rina)?.contains("#2\n"))?;
        self.says(DEWI, "/workload").await?;
        let load = self.newest_text(DEWI)?;
        for (agent, held) in [("Budi", 2), ("Citra", 1), ("Eka", 2)] {
            let line = format!("{held}/2");
            let right = load.lines().any(|l| l.contains(agent) && l.contains(&line));
            check(&format!("{agent} holds {held} of 2"), right)?;
        }
        Ok(())
    }

    async fn says(&mut self, id: i64, text: &str) -> anyhow::Result<()> {
        println!("\n{} writes: {text}", self.name(id));
        self.stage.say(id, text).await?;
        self.print_changes();
        Ok(())
    }

    /// Presses the button whose label has this key.
    async fn presses(&mut self, id: i64, on: &str, key: &str) -> anyhow::Result<()> {
        let label = self.text(key, &[]);
        println!("\n{} presses [ {label} ]", self.name(id));
        self.stage.press_button(id, on, &label).await?;
        self.print_changes();
        Ok(())
    }

    /// Prints the new and the edited messages of all chats, ordered by the ids of the people.
    fn print_changes(&mut self) {
        for (id, name) in &self.names {
            for message in bot_messages(&self.stage.sandbox, *id) {
                let rendered = render(&message);
                let before = self.printed.insert((*id, message.message_id), rendered.clone());
                let mark = match &before {
                    None => "▸",
                    Some(before) if *before != rendered => "✎",
                    Some(_) => continue,
                };
                for (index, line) in rendered.lines().enumerate() {
                    let (who, mark) = if index == 0 { (name.as_str(), mark) } else { ("", " ") };
                    println!("  {who:<6} {mark} {line}");
                }
            }
        }
    }

    /// Returns a text of the bot as it is read: without the tags of its formatting.
    fn text(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let html = self.texts.format(self.locale, key, args);
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
    }

    fn position_line(&self, position: usize) -> String {
        self.text("line-position", &[("position", Arg::from(position))])
    }

    fn name(&self, id: i64) -> String {
        self.names.get(&id).cloned().unwrap_or_default()
    }

    /// Returns the text of the bot's newest message in a chat.
    fn newest_text(&self, id: i64) -> anyhow::Result<String> {
        let message = bot_messages(&self.stage.sandbox, id).pop().context("an empty chat")?;
        Ok(message.text)
    }

    fn number_of(&self, customer: i64) -> anyhow::Result<String> {
        let messages = bot_messages(&self.stage.sandbox, customer);
        let words = messages.iter().flat_map(|m| m.text.split_whitespace());
        let number = words.filter_map(crate::domain::number::TicketNumber::parse).next_back();
        Ok(number.with_context(|| format!("{} has no ticket", self.name(customer)))?.to_string())
    }

    /// Returns the text of an agent's newest card of a customer's ticket.
    fn task_card(&self, agent: i64, customer: i64) -> anyhow::Result<String> {
        let number = self.number_of(customer)?;
        let cards = bot_messages(&self.stage.sandbox, agent);
        let position = self.position_line(0);
        let position = position.trim_end_matches(['#', '0']);
        let card = cards.iter().rev().find(|m| m.text.contains(&number) && m.text.contains(position));
        let card =
            card.with_context(|| format!("{} has no ticket of {}", self.name(agent), self.name(customer)))?;
        Ok(card.text.clone())
    }

    /// Returns how many tickets an agent was given.
    fn task_count(&self, agent: i64) -> usize {
        let new = self.text("task-new", &[]);
        bot_messages(&self.stage.sandbox, agent).iter().filter(|m| m.text.contains(&new)).count()
    }
}

fn chapter(title: &str) {
    println!("\n━━ {title} ━━");
}

/// Prints a fact of the story. Errors if it does not hold.
fn check(fact: &str, holds: bool) -> anyhow::Result<()> {
    if !holds {
        bail!("{fact}");
    }
    println!("  ✓ {fact}");
    Ok(())
}

fn customer(index: usize) -> anyhow::Result<&'static Customer> {
    CUSTOMERS.get(index).context("no such customer")
}

fn bot_messages(sandbox: &Sandbox, id: i64) -> Vec<ChatMessage> {
    sandbox.chat(id).into_iter().filter(|message| message.from == Side::Bot).collect()
}

/// Renders a message for the terminal: its text, then a line for each row of buttons.
fn render(message: &ChatMessage) -> String {
    let rows = message.keyboard.iter().map(|row| {
        let labels: Vec<_> = row.iter().map(|button| format!("[ {} ]", button.text)).collect();
        format!("\n{}", labels.join(" "))
    });
    format!("{}{}", message.text, rows.collect::<String>())
}
