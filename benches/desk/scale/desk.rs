//! A desk of one size, and what is measured on it: the engine's operations, and cards from their command's
//! delivery to the rendered text.
use super::bare_page;
use super::fill::{ADMIN_CHAT, customer_with_tickets, customers_of};
use super::{AGENTS_PER_DEPARTMENT, CAPACITY};
use crate::fixture::{FIRST_AGENT_CHAT, Fixture, agent_id, description, nth_category, nth_department};
use antri::app::App;
use antri::bot::cards::composer::Composer;
use antri::domain::card::CardKey;
use antri::domain::ids::{ChatId, PersonId};
use antri::domain::notice::Message;
use antri::domain::person::Availability;
use antri::engine::agents::heartbeat::ClientReport;
use antri::engine::tickets::open::{NewTicket, SentFrom};
use antri::engine::tickets::steps::Step;
use antri::outbox::{Compose, TelegramAction};
use std::sync::Arc;

/// People whose cards are shown and agents who send heartbeats, spread over all: as many at each size.
const PEOPLE: u64 = 50;
/// Assignments after which the outbox is emptied.
const OUTBOX_INTERVAL: usize = 20;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// Opening a ticket, and the round that gives the oldest of its queue to an agent with one free slot.
    Assignment,
    Workload,
    Queue,
    MyQueue,
    MyTickets,
    /// A heartbeat, with the read of the person, as the side API does it.
    Heartbeat,
    /// One check of the incident monitor.
    Evaluation,
    /// On MongoDB, beside `/queue`: the first documents of a bare collection with as many as there are waiting tickets.
    BarePage,
}

impl Figure {
    /// The figures of the desk.
    pub(super) const DESK: [Self; 7] = [
        Self::Assignment,
        Self::Workload,
        Self::Queue,
        Self::MyQueue,
        Self::MyTickets,
        Self::Heartbeat,
        Self::Evaluation,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Assignment => "assignment",
            Self::Workload => "/workload",
            Self::Queue => "/queue",
            Self::MyQueue => "/myqueue",
            Self::MyTickets => "/mytickets",
            Self::Heartbeat => "heartbeat",
            Self::Evaluation => "incidents",
            Self::BarePage => "bare page",
        }
    }
}

/// A desk that is started but runs no tasks: only what is measured uses the store.
pub(super) struct Desk {
    fixture: Fixture,
    app: App,
    composer: Composer,
    departments: u64,
    admin: PersonId,
    opened: u64,
}

impl Desk {
    /// Starts the desk of a filled store.
    pub(super) async fn open(fixture: Fixture, departments: u64) -> Self {
        let (url, _call_log) = crate::telegram::serve().await;
        let app = App::start(crate::latency::setup(&fixture, &url).await).await.expect("a desk");
        let bot = Arc::clone(&app.bot);
        let composer = Composer {
            engine: Arc::clone(&app.engine),
            views: bot.views.clone(),
            texts: Arc::clone(&bot.texts),
            topics: Arc::clone(&bot.topics),
            mini_app: bot.mini_app.clone(),
        };
        let admins = fixture.store.admins().await.expect("the admin");
        // The round of the start is not measured with the first assignment.
        assert_eq!(
            app.engine.run_round(bot.clock.now()).await.expect("a round"),
            0,
            "nobody has a free slot"
        );
        Self { fixture, app, composer, departments, admin: admins[0].id, opened: 0 }
    }

    pub(super) async fn close(self) {
        self.fixture.backend.close().await;
    }

    /// Writes the collection of [`Figure::BarePage`].
    pub(super) async fn write_bare_pages(&self, documents: u64) {
        bare_page::fill(self.fixture.backend.database(), documents).await;
    }

    fn agents(&self) -> u64 {
        self.departments * AGENTS_PER_DEPARTMENT
    }

    /// Returns the agent of the nth repetition.
    fn agent(&self, nth: usize) -> u64 {
        nth as u64 % PEOPLE * self.agents() / PEOPLE
    }

    /// Frees the slot for an assignment. Not measured.
    pub(super) async fn prepare(&mut self, figure: Figure, nth: usize) {
        if figure != Figure::Assignment {
            return;
        }
        if nth.is_multiple_of(OUTBOX_INTERVAL) {
            self.fixture.empty_outbox().await;
        }
        let agent = agent_id(self.agent(nth));
        let held = self.fixture.store.held_by(agent).await.expect("their tickets");
        assert_eq!(held.len(), usize::from(CAPACITY));
        let now = self.app.bot.clock.now();
        self.app
            .engine
            .step(agent, held[0].id, Step::Complete, None, now)
            .await
            .expect("the holder completes it");
    }

    /// Does what is measured.
    pub(super) async fn measured(&mut self, figure: Figure, nth: usize) {
        let agent = self.agent(nth);
        let agent_chat = ChatId(FIRST_AGENT_CHAT + agent.cast_signed());
        match figure {
            Figure::Assignment => self.assign_one(agent % self.departments).await,
            Figure::Workload => self.show(ChatId(ADMIN_CHAT), CardKey::Workload(self.admin, 0)).await,
            Figure::Queue => self.show(ChatId(ADMIN_CHAT), CardKey::Queue(self.admin, 0)).await,
            Figure::MyQueue => self.show(agent_chat, CardKey::MyQueue(agent_id(agent), 0)).await,
            Figure::MyTickets => {
                let (customer, chat) =
                    customer_with_tickets(nth as u64 % PEOPLE * customers_of(self.departments) / PEOPLE);
                self.show(chat, CardKey::MyTickets(customer, 0)).await;
            }
            Figure::Heartbeat => {
                let person =
                    self.fixture.store.person(agent_id(agent)).await.expect("a read").expect("an agent");
                let report = ClientReport { status: Availability::Online, client: None };
                let now = self.app.bot.clock.now();
                let status = self.app.engine.heartbeat(&person, report, now).await.expect("a heartbeat");
                assert_eq!(status, Availability::Online);
            }
            Figure::Evaluation => {
                self.app.engine.check_incidents(self.app.bot.clock.now()).await.expect("a check");
            }
            Figure::BarePage => bare_page::read(self.fixture.backend.database()).await,
        }
    }

    async fn assign_one(&mut self, department: u64) {
        let (engine, now) = (&self.app.engine, self.app.bot.clock.now());
        self.opened += 1;
        let new = NewTicket {
            key: format!("draft {}", engine.draft_id(now)),
            customer: self.fixture.customer(self.opened),
            target: (nth_department(department), nth_category(department)),
            description: description(self.opened),
            sent_from: SentFrom::default(),
        };
        engine.open(new, now).await.expect("a ticket is opened");
        assert_eq!(engine.run_round(now).await.expect("a round"), 1);
    }

    /// Loads and renders a card, from the delivery that its command leaves.
    async fn show(&self, chat: ChatId, card: CardKey) {
        let now = self.app.bot.clock.now();
        let action = self.composer.compose(chat, &Message::Card(card), now).await.expect("a card");
        assert!(matches!(action, TelegramAction::Send(_, Some(_))), "{action:?}");
    }
}
