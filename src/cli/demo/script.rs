//! The story that `antri demo --script` plays: six tickets, two agents with two places each, one who is offline, an admin.
//! Every fact of it is checked; the first that differs ends it with exit code 1.
use super::stage::{BUDI, CITRA, DEWI, SARI, Stage};
use crate::sandbox::{ChatMessage, NewUser, Sandbox, Side};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The agent who is offline at first.
const EKA: i64 = 105;
/// Six customers and what they write.
const CUSTOMERS: [(i64, &str, &str); 6] = [
    (SARI, "Sari", "Internet di toko mati sejak pagi."),
    (111, "Rina", "Tagihan bulan ini dua kali lipat."),
    (112, "Tono", "Modem berkedip merah terus."),
    (113, "Wati", "Mohon bantu pindah alamat."),
    (114, "Joko", "Kecepatan turun setiap malam."),
    (115, "Ayu", "Lupa kata sandi Wi-Fi."),
];

/// Plays the story. Exit code 0 when everything was as it must be.
pub async fn play(seed: u64, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let stage = Stage::set(TcpListener::bind("127.0.0.1:0").await?, seed).await?;
    let mut story = Story::new(stage);
    let result = tokio::select! {
        result = story.tell() => result,
        () = stop.cancelled() => Err(anyhow::anyhow!("interrupted")),
    };
    story.stage.strike().await?;
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
    stage: Stage,
    names: BTreeMap<i64, String>,
    shown: BTreeMap<(i64, i64), String>,
}

impl Story {
    fn new(stage: Stage) -> Self {
        let mut extras = vec![(EKA, "Eka")];
        extras.extend(CUSTOMERS.iter().filter(|(id, ..)| *id != SARI).map(|(id, name, _)| (*id, *name)));
        for (id, name) in extras {
            stage.sandbox.add_user(NewUser {
                id: Some(id),
                first_name: name.into(),
                username: Some(name.to_lowercase()),
                language_code: Some("id".into()),
                ..NewUser::default()
            });
        }
        let names = stage.sandbox.users().into_iter().map(|user| (user.id, user.first_name)).collect();
        Self { stage, names, shown: BTreeMap::new() }
    }

    async fn tell(&mut self) -> anyhow::Result<()> {
        self.curtain_up().await?;
        self.six_tickets().await?;
        self.one_is_completed().await?;
        self.one_comes_online().await?;
        self.the_admin_reassigns().await
    }

    async fn curtain_up(&mut self) -> anyhow::Result<()> {
        chapter("Three agents with two places each; Eka stays offline");
        for id in [DEWI, BUDI, CITRA, EKA].into_iter().chain(CUSTOMERS.map(|(id, ..)| id)) {
            self.stage.say(id, "/start").await?;
        }
        for agent in [BUDI, CITRA, EKA] {
            self.stage.say(DEWI, &format!("/addagent {agent}")).await?;
            let name = self.name(agent);
            self.stage.say(DEWI, &format!("/setmax {name} 2")).await?;
        }
        self.show();
        self.says(BUDI, "/online").await?;
        self.says(CITRA, "/online").await
    }

    async fn six_tickets(&mut self) -> anyhow::Result<()> {
        chapter("Six tickets come");
        for (id, _, text) in CUSTOMERS {
            self.says(id, text).await?;
            self.presses(id, "", "✅ Kirim").await?;
        }
        for (nth, agent) in [BUDI, CITRA, BUDI, CITRA].into_iter().enumerate() {
            let (customer, name, _) = customer(nth)?;
            let (holder, place) = (self.name(agent), nth / 2 + 1);
            let task = self.task(agent, customer)?;
            fact(
                &format!("{name}'s ticket is {holder}'s, at #{place}"),
                task.contains(&format!("#{place}\n")),
            )?;
        }
        for (nth, position) in [(4, 1), (5, 2)] {
            let (customer, name, _) = customer(nth)?;
            let told = self.last(customer)?.contains(&format!("Posisi antrian: #{position}"));
            fact(&format!("{name} waits and is told position {position}"), told)?;
        }
        fact("Eka, offline, got nothing", self.tasks(EKA) == 0)
    }

    async fn one_is_completed(&mut self) -> anyhow::Result<()> {
        chapter("Budi completes one, and the oldest that waits comes to him");
        let number = self.number_of(SARI)?;
        self.presses(BUDI, &number, "▶️ Buka").await?;
        self.presses(BUDI, &number, "✅ Selesai").await?;
        fact("Sari is told that it is done", self.last(SARI)?.contains("sudah selesai"))?;
        let (joko, ..) = customer(4)?;
        fact("Joko's ticket is at the bottom of Budi's queue", self.task(BUDI, joko)?.contains("#2\n"))?;
        let (ayu, ..) = customer(5)?;
        fact("Ayu has moved up to position 1", self.last(ayu)?.contains("Posisi antrian: #1"))?;
        fact("Eka, offline, still got nothing", self.tasks(EKA) == 0)
    }

    async fn one_comes_online(&mut self) -> anyhow::Result<()> {
        chapter("Eka comes online, and the queue is empty");
        self.says(EKA, "/online").await?;
        let (ayu, ..) = customer(5)?;
        fact("Ayu's ticket is Eka's, at #1", self.task(EKA, ayu)?.contains("#1\n"))?;
        self.says(DEWI, "/queue").await?;
        fact("nothing waits", self.last(DEWI)?.contains("Tidak ada tiket yang menunggu"))
    }

    async fn the_admin_reassigns(&mut self) -> anyhow::Result<()> {
        chapter("Dewi gives Rina's ticket to Eka");
        let (rina, ..) = customer(1)?;
        let number = self.number_of(rina)?;
        self.says(DEWI, &format!("/reassign {number} Eka")).await?;
        fact("Rina's ticket is Eka's, at #2", self.task(EKA, rina)?.contains("#2\n"))?;
        self.says(DEWI, "/workload").await?;
        let load = self.last(DEWI)?;
        for (agent, held) in [("Budi", 2), ("Citra", 1), ("Eka", 2)] {
            let line = format!("{held}/2");
            let right = load.lines().any(|l| l.contains(agent) && l.contains(&line));
            fact(&format!("{agent} holds {held} of 2"), right)?;
        }
        Ok(())
    }

    async fn says(&mut self, id: i64, text: &str) -> anyhow::Result<()> {
        println!("\n{} writes: {text}", self.name(id));
        self.stage.say(id, text).await?;
        self.show();
        Ok(())
    }

    async fn presses(&mut self, id: i64, on: &str, label: &str) -> anyhow::Result<()> {
        println!("\n{} presses [ {label} ]", self.name(id));
        self.stage.press(id, on, label).await?;
        self.show();
        Ok(())
    }

    /// Prints what is new or edited in anybody's chat, people in the order of their ids.
    fn show(&mut self) {
        for (id, name) in &self.names {
            for message in bots(&self.stage.sandbox, *id) {
                let drawn = drawn(&message);
                let before = self.shown.insert((*id, message.message_id), drawn.clone());
                let mark = match &before {
                    None => "▸",
                    Some(before) if *before != drawn => "✎",
                    Some(_) => continue,
                };
                for (nth, line) in drawn.lines().enumerate() {
                    let (who, mark) = if nth == 0 { (name.as_str(), mark) } else { ("", " ") };
                    println!("  {who:<6} {mark} {line}");
                }
            }
        }
    }

    fn name(&self, id: i64) -> String {
        self.names.get(&id).cloned().unwrap_or_default()
    }

    /// The newest card of a ticket in a customer's chat, or the newest message.
    fn last(&self, id: i64) -> anyhow::Result<String> {
        let message = bots(&self.stage.sandbox, id).pop().context("an empty chat")?;
        Ok(message.text)
    }

    fn number_of(&self, customer: i64) -> anyhow::Result<String> {
        let messages = bots(&self.stage.sandbox, customer);
        let words = messages.iter().flat_map(|m| m.text.split_whitespace());
        let number = words.filter_map(crate::domain::number::TicketNumber::parse).next_back();
        Ok(number.with_context(|| format!("{} has no ticket", self.name(customer)))?.to_string())
    }

    /// An agent's card of a customer's ticket, as it came.
    fn task(&self, agent: i64, customer: i64) -> anyhow::Result<String> {
        let number = self.number_of(customer)?;
        let cards = bots(&self.stage.sandbox, agent);
        let card = cards.iter().rev().find(|m| m.text.contains(&number) && m.text.contains("Posisi antrian"));
        let card =
            card.with_context(|| format!("{} has no ticket of {}", self.name(agent), self.name(customer)))?;
        Ok(card.text.clone())
    }

    fn tasks(&self, agent: i64) -> usize {
        bots(&self.stage.sandbox, agent).iter().filter(|m| m.text.contains("Tiket baru")).count()
    }
}

fn chapter(title: &str) {
    println!("\n━━ {title} ━━");
}

fn fact(what: &str, holds: bool) -> anyhow::Result<()> {
    if !holds {
        bail!("{what}");
    }
    println!("  ✓ {what}");
    Ok(())
}

fn customer(nth: usize) -> anyhow::Result<(i64, &'static str, &'static str)> {
    CUSTOMERS.get(nth).copied().context("no such customer")
}

fn bots(sandbox: &Sandbox, id: i64) -> Vec<ChatMessage> {
    sandbox.chat(id).into_iter().filter(|message| message.from == Side::Bot).collect()
}

/// A message as it looks in a terminal: the words, then a line for each row of buttons.
fn drawn(message: &ChatMessage) -> String {
    let rows = message.keyboard.iter().map(|row| {
        let labels: Vec<_> = row.iter().map(|button| format!("[ {} ]", button.text)).collect();
        format!("\n{}", labels.join(" "))
    });
    format!("{}{}", message.text, rows.collect::<String>())
}
