//! A desk with departments, agents and tickets as a real one has them, for the tour through the views.
use super::Demo;
use antri::cli::demo::stage::{BUDI, CITRA, DEWI, SARI};
use antri::clock::Clock;
use antri::domain::event::Actor;
use antri::domain::ids::{CategoryId, DepartmentId, TelegramId};
use antri::domain::person::{Availability, Locale};
use antri::domain::policy::Capacity;
use antri::domain::schedule::grammar::parse_plan;
use antri::domain::ticket::description::Description;
use antri::engine::departments::HoursEdit;
use antri::engine::people::Profile;
use antri::engine::tickets::open::{NewTicket, SentFrom};
use antri::engine::tickets::steps::Step;
use chrono::TimeDelta;

/// The departments with their categories, as in the specification.
const DEPARTMENTS: [(&str, &str); 3] =
    [("HSI INDIBIZ", "TROUBLESHOOT"), ("WMSLite", "PUSH BIMA"), ("BITSTREAM", "RECONFIG")];
/// The customers with their tickets: the department of each, and what it says.
const TICKETS: [(&str, usize, &str); 9] = [
    ("Rudi Hartono", 0, "Internet kantor mati sejak pukul 07.00, lampu LOS merah."),
    ("Ani Lestari", 1, "Tolong push ulang konfigurasi WMS di lantai 2."),
    ("Toko Makmur", 2, "Ganti paket ke 100 Mbps mulai besok."),
    ("Bengkel Jaya", 0, "Kecepatan turun setiap malam."),
    ("Sinta Dewi", 1, "Wi-Fi tamu tidak muncul."),
    ("Pak Joko", 2, "IP publik berubah terus."),
    ("Warung Bu Tini", 0, "Modem berkedip merah."),
    ("PT Sumber Rejeki", 2, "Mohon reconfig VLAN untuk CCTV."),
    ("Klinik Sehat", 0, "Telepon tidak bisa dihubungi dari luar."),
];
/// More agents, with their capacity and status.
const AGENTS: [(&str, u16, Availability); 2] =
    [("Eka", 5, Availability::Offline), ("Fajar", 4, Availability::Away)];
const FIRST_ID: i64 = 5_000;

impl Demo {
    /// Opens tickets and completes some, so that every view has something to show.
    pub(super) async fn populate(&self) {
        let (engine, now) = (&self.stage.app.engine, Clock::system().now());
        let admin = self.person(DEWI).await;
        // Two that are completed already.
        for text in ["Tagihan dua kali lipat.", "Minta salinan kontrak."] {
            self.ticket(text).await;
            let held = engine.store().all_held().await.unwrap().remove(0);
            let agent = held.holder().unwrap();
            for step in [Step::Start, Step::Complete] {
                engine.step(agent, held.id, step, None, Clock::system().now()).await.unwrap();
            }
        }
        let mut targets: Vec<(DepartmentId, CategoryId)> = Vec::new();
        for (name, category) in DEPARTMENTS {
            let added = engine
                .add_department(&admin, engine.new_department_id(), name, category, Clock::system().now())
                .await
                .unwrap();
            targets.push((added.id, added.categories[0].id));
        }
        let person = async |id: i64, name: &str| {
            let profile = Profile {
                telegram: TelegramId(id),
                name: name.into(),
                username: None,
                locale: Some(Locale::Id),
            };
            engine.register_person(&profile, now).await.unwrap()
        };
        let all: Vec<_> = targets.iter().map(|(department, _)| *department).collect();
        for (id, (name, max, availability)) in (FIRST_ID..).zip(AGENTS) {
            let agent = person(id, name).await;
            engine.add_agent(Actor::Person(admin.id), agent.id, &all, now).await.unwrap();
            engine.set_capacity(&admin, agent.id, Capacity::new(max).unwrap(), now).await.unwrap();
            engine.set_availability_by_client(agent.id, availability, now).await.unwrap();
        }
        for (id, max) in [(BUDI, 3), (CITRA, 2)] {
            let agent = self.person(id).await.id;
            engine.add_agent(Actor::Person(admin.id), agent, &all, now).await.unwrap();
            engine.set_capacity(&admin, agent, Capacity::new(max).unwrap(), now).await.unwrap();
        }
        // Business hours, working hours, and an absence with an end.
        let plan = |text: &str| parse_plan(text).unwrap();
        for (department, text) in all.iter().zip(["Mon-Fri 08:00-17:00, Sat 09:00-12:00", "Sun 01:00-02:00"])
        {
            let typed = plan(text);
            engine
                .edit_hours(&admin, *department, (&HoursEdit::Plan(typed.plan, None), None), now)
                .await
                .unwrap();
        }
        let (fajar, hours) = (person(FIRST_ID + 1, "Fajar").await.id, plan("Mon-Fri 08:00-16:00"));
        engine.set_working_hours(&admin, fajar, Some(&hours), now).await.unwrap();
        engine.set_away_until(fajar, now + TimeDelta::hours(3), None, now).await.unwrap();
        self.stage
            .say(DEWI, "/replies salam Halo {name}, tiket {number} sedang kami periksa.")
            .await
            .unwrap();
        for (id, (name, department, text)) in (FIRST_ID + 100..).zip(TICKETS) {
            let customer =
                if name == "Bengkel Jaya" { self.person(SARI).await } else { person(id, name).await };
            let description = Description::of_text(text).unwrap();
            let target = targets[department];
            let new = NewTicket {
                key: name.into(),
                customer: &customer,
                target,
                description,
                sent_from: SentFrom::default(),
            };
            engine.open(new, Clock::system().now()).await.unwrap();
        }
        self.stage.settle().await.unwrap();
        let (budi, sari) = (self.person(BUDI).await.id, self.person(SARI).await.id);
        let held = engine.store().all_held().await.unwrap();
        let queued = engine.store().queue_page(&all, 0, TICKETS.len()).await.unwrap();
        let own = held.iter().chain(&queued).find(|ticket| ticket.customer == sari).unwrap();
        if own.holder() != Some(budi) {
            // Budi's last ticket goes to the queue, and Sari's comes in its place.
            let last = held.iter().rfind(|ticket| ticket.holder() == Some(budi)).unwrap();
            engine.set_capacity(&admin, budi, Capacity::new(2).unwrap(), now).await.unwrap();
            engine.requeue(&admin, (last.id, None), now).await.unwrap();
            engine.reassign(&admin, (own.id, None), budi, true, Clock::system().now()).await.unwrap();
            engine.set_capacity(&admin, budi, Capacity::new(3).unwrap(), now).await.unwrap();
        }
        let held = engine.store().held_by(budi).await.unwrap();
        let mut others = held.iter().filter(|ticket| ticket.customer != sari);
        let (first, second) = (others.next().unwrap(), others.next().unwrap());
        engine.step(budi, first.id, Step::Start, None, now).await.unwrap();
        let until = Clock::system().now() + TimeDelta::hours(2);
        engine.step(budi, second.id, Step::Snooze(Some(until)), None, now).await.unwrap();
        self.stage.settle().await.unwrap();
    }
}

/// Returns a picture: a colour gradient as a bitmap.
pub(super) fn bitmap() -> Vec<u8> {
    const SIDE: u8 = 96;
    let size = u32::from(SIDE) * u32::from(SIDE) * 3;
    let mut bytes = b"BM".to_vec();
    for number in [54 + size, 0, 54, 40, SIDE.into(), SIDE.into()] {
        bytes.extend(u32::to_le_bytes(number));
    }
    bytes.extend([1, 0, 24, 0]);
    for number in [0, size, 2_835, 2_835, 0, 0] {
        bytes.extend(u32::to_le_bytes(number));
    }
    for y in 0..SIDE {
        bytes.extend((0..SIDE).flat_map(|x| [60 + x, 40 + y, 200 - x]));
    }
    bytes
}
