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
use antri::domain::ticket::service::Stars;
use antri::engine::departments::{DepartmentEdit, HoursEdit};
use antri::engine::people::Profile;
use antri::engine::tickets::open::{NewTicket, SentFrom};
use antri::engine::tickets::steps::Step;
use chrono::{DateTime, TimeDelta, Utc};

/// The departments with their categories, as in the specification.
const DEPARTMENTS: [(&str, &str); 3] =
    [("HSI INDIBIZ", "TROUBLESHOOT"), ("WMSLite", "PUSH BIMA"), ("BITSTREAM", "RECONFIG")];
/// The customers with their tickets, oldest first: the department of each, its age in minutes, and what it says.
const TICKETS: [(&str, usize, i64, &str); 9] = [
    (
        "Rudi Hartono",
        0,
        47,
        "Internet kantor mati total sejak pukul 07.00, lampu LOS di modem merah berkedip. Modem sudah dimatikan dan dinyalakan \
         tiga kali, tetap sama. Mohon teknisi datang sebelum jam makan siang, kasir kami tidak bisa jalan.",
    ),
    (
        "Ani Lestari",
        1,
        38,
        "Tolong push ulang konfigurasi WMS di lantai 2 gedung B, SSID karyawan hilang sejak listrik padam.",
    ),
    ("Toko Makmur Sentosa", 2, 26, "Ganti paket ke 100 Mbps mulai besok."),
    ("Bengkel Jaya", 0, 19, "Kecepatan turun setiap malam, dari 50 Mbps tinggal 4 Mbps. Siang hari normal."),
    ("Sinta Dewi", 1, 16, "Wi-Fi tamu tidak muncul di lobi hotel."),
    ("Joko Susilo", 2, 12, "IP publik berubah terus sehingga CCTV tidak bisa dibuka dari luar."),
    ("Warung Bu Tini", 0, 9, "Modem berkedip merah."),
    (
        "PT Sumber Rejeki Abadi",
        2,
        6,
        "Mohon reconfig VLAN 210 untuk CCTV di tiga cabang: Cikarang, Karawang dan Purwakarta.",
    ),
    ("Klinik Sehat Bersama", 0, 2, "Telepon tidak bisa dihubungi dari luar, nada sibuk terus."),
];
/// More agents, with their capacity and status.
const AGENTS: [(&str, u16, Availability); 2] =
    [("Eka Putri", 5, Availability::Offline), ("Fajar Nugroho", 4, Availability::Away)];
const FIRST_ID: i64 = 5_000;

impl Demo {
    /// Opens tickets and completes some, so that every view has something to show.
    pub(super) async fn populate(&self) {
        let (engine, now) = (&self.stage.app.engine, Clock::system().now());
        let admin = self.person(DEWI).await;
        self.complete_two(now).await;
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
        // Nothing waits for Citra, who therefore has free slots.
        for (id, max, serves) in [(BUDI, 3, &all[..]), (CITRA, 5, &all[1..2])] {
            let agent = self.person(id).await.id;
            engine.add_agent(Actor::Person(admin.id), agent, serves, now).await.unwrap();
            engine.set_capacity(&admin, agent, Capacity::new(max).unwrap(), now).await.unwrap();
        }
        // An incident: nobody works in a critical department.
        let empty = engine
            .add_department(&admin, engine.new_department_id(), "FTTH", "PASANG BARU", now)
            .await
            .unwrap();
        engine.edit_department(&admin, empty.id, &DepartmentEdit::SetCritical(true), now).await.unwrap();
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
        let (fajar, hours) = (person(FIRST_ID + 1, AGENTS[1].0).await.id, plan("Mon-Fri 08:00-16:00"));
        engine.set_working_hours(&admin, fajar, Some(&hours), now).await.unwrap();
        engine.set_away_until(fajar, now + TimeDelta::hours(3), None, now).await.unwrap();
        self.stage
            .say(DEWI, "/replies salam Halo {name}, tiket {number} sedang kami periksa.")
            .await
            .unwrap();
        for (id, (name, department, age, text)) in (FIRST_ID + 100..).zip(TICKETS) {
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
            engine.open(new, now - TimeDelta::minutes(age)).await.unwrap();
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

    /// Opens two of Sari's tickets, which an agent completes and she rates.
    async fn complete_two(&self, now: DateTime<Utc>) {
        let engine = &self.stage.app.engine;
        let sari = self.person(SARI).await;
        let general = engine.store().departments().await.unwrap().remove(0);
        let target = (general.id, general.categories[0].id);
        for (text, age, stars) in [("Tagihan dua kali lipat.", 95, 5), ("Minta salinan kontrak.", 80, 4)] {
            let at = |minutes: i64| now - TimeDelta::minutes(age - minutes);
            let description = Description::of_text(text).unwrap();
            let new = NewTicket {
                key: text.into(),
                customer: &sari,
                target,
                description,
                sent_from: SentFrom::default(),
            };
            engine.open(new, at(0)).await.unwrap();
            self.stage.settle().await.unwrap();
            let held = engine.store().all_held().await.unwrap().remove(0);
            let agent = held.holder().unwrap();
            for (step, minutes) in [(Step::Start, 4), (Step::Complete, 28)] {
                engine.step(agent, held.id, step, None, at(minutes)).await.unwrap();
            }
            engine.rate(held.customer, (held.id, 0), Stars::new(stars).unwrap(), at(30)).await.unwrap();
        }
    }
}

/// Returns a picture as a bitmap: a modem with its lamps, one of them red.
pub(super) fn bitmap() -> Vec<u8> {
    const WIDTH: u32 = 240;
    const HEIGHT: u32 = 120;
    let size = WIDTH * HEIGHT * 3;
    let mut bytes = b"BM".to_vec();
    for number in [54 + size, 0, 54, 40, WIDTH, HEIGHT] {
        bytes.extend(u32::to_le_bytes(number));
    }
    bytes.extend([1, 0, 24, 0]);
    for number in [0, size, 2_835, 2_835, 0, 0] {
        bytes.extend(u32::to_le_bytes(number));
    }
    // The rows begin at the bottom, and the colours are blue, green, red.
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let lamp = (x >= 40 && x % 36 < 14 && (52..58).contains(&y)).then_some(x / 36);
            let is_modem = (24..216).contains(&x) && (36..78).contains(&y);
            bytes.extend(match lamp.filter(|_| is_modem) {
                Some(4) => [40, 40, 230],
                Some(_) => [90, 200, 60],
                None if is_modem => [58, 52, 48],
                None if y < 36 => [96, 128, 160],
                None => [206, 212, 216],
            });
        }
    }
    bytes
}
