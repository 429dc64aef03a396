//! The desk as admins see and change it: the workload, filters, priorities, reassignments, alerts.
use super::{CITRA, DESKTOP, DEWI, Demo, FILTER, containing, press, ticket};
use antri::cli::demo::stage::{BUDI, SARI};
use antri::clock::Clock;
use antri::domain::policy::Capacity;
use antri::domain::ticket::Priority;
use antri::engine::departments::DepartmentEdit;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_workload_has_what_the_mock_up_shows() {
    let demo = Demo::open(DESKTOP).await;
    let (admin, engine) = (demo.person(DEWI).await, &demo.stage.app.engine);
    let now = Clock::system().now();
    for (id, max) in [(BUDI, 2), (CITRA, 5)] {
        let agent = demo.person(id).await.id;
        engine.set_capacity(&admin, agent, Capacity::new(max).unwrap(), now).await.unwrap();
    }
    for text in ["Satu.", "Dua.", "Tiga."] {
        demo.ticket(text).await;
    }
    demo.stage.say(CITRA, "/offline").await.unwrap();
    demo.open_front_end(DEWI).await;
    demo.wait_displayed(&format!("//h1{}", containing("👥 Beban kerja agen"))).await;
    for column in ["Agen", "Status", "Antrian", "Beban"] {
        demo.wait_displayed(&format!("//th{}", containing(column))).await;
    }
    let held = async |id: i64| engine.store().held_by(demo.person(id).await.id).await.unwrap().len();
    assert_eq!((held(BUDI).await, held(CITRA).await), (2, 1));
    let row = |name: &str, part: &str| format!("//tr[@data-agent='{name}']{}", containing(part));
    for (name, parts, bar) in
        [("Budi", ["🟢 Online", "2/2", "100% PENUH"], 100), ("Citra", ["🔴 Offline", "1/5", "20%"], 20)]
    {
        for part in parts {
            demo.wait_displayed(&row(name, part)).await;
        }
        let value = format!("return document.querySelector('tr[data-agent={name}] meter').value");
        assert_eq!(demo.script(&value).await, json!(bar));
    }
    demo.wait_gone(&row("Citra", "PENUH")).await;
    // The next ticket waits: nobody is online with a free slot. The numbers are those of the mock-up.
    demo.ticket("Empat.").await;
    for (stat, wanted) in [("waiting", "1"), ("online", "1/2"), ("slots", "0")] {
        demo.wait_displayed(&format!("//*[@data-stat='{stat}'][.='{wanted}']")).await;
    }
    demo.stage.say(CITRA, "/online").await.unwrap();
    demo.wait_displayed(&row("Citra", "2/5")).await;
    for (stat, wanted) in [("waiting", "0"), ("online", "2/2"), ("slots", "3")] {
        demo.wait_displayed(&format!("//*[@data-stat='{stat}'][.='{wanted}']")).await;
    }
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_filters_the_queue_and_orders_it_by_priority() {
    let demo = Demo::open(DESKTOP).await;
    let (admin, engine) = (demo.person(DEWI).await, &demo.stage.app.engine);
    for agent in [BUDI, CITRA] {
        demo.stage.say(agent, "/offline").await.unwrap();
    }
    demo.ticket("Modem berkedip.").await;
    demo.ticket("Internet mati.").await;
    let added = engine
        .add_department(
            &admin,
            engine.new_department_id(),
            "HSI INDIBIZ",
            "TROUBLESHOOT",
            Clock::system().now(),
        )
        .await
        .unwrap();
    let customer = demo.person(SARI).await;
    let new = antri::engine::tickets::open::NewTicket {
        key: "hsi".into(),
        customer: &customer,
        target: (added.id, added.categories[0].id),
        description: antri::domain::ticket::description::Description::of_text("Kecepatan turun.").unwrap(),
        sent_from: antri::engine::tickets::open::SentFrom::default(),
    };
    engine.open(new, Clock::system().now()).await.unwrap();
    demo.open_front_end(DEWI).await;
    demo.open_view("⏳ Antrian").await;
    let count = |count: &str| format!("//p{}", containing(count));
    demo.wait_displayed(&count("3 tiket")).await;
    // The department, words of the description, the customer, and the number.
    let department = "//select[@aria-label='Departemen']";
    demo.choose_option(department, &added.id.to_string()).await;
    demo.wait_displayed(&count("1 tiket")).await;
    demo.wait_displayed(&ticket("HSI INDIBIZ - TROUBLESHOOT")).await;
    demo.choose_option(department, "").await;
    demo.fill(FILTER, "berkedip").await;
    demo.wait_displayed(&count("1 tiket")).await;
    demo.fill(FILTER, "sari").await;
    demo.wait_displayed(&count("3 tiket")).await;
    demo.fill(FILTER, "tidak ada ini").await;
    demo.wait_displayed(&count("Tidak ada tiket di sini.")).await;
    demo.script("const field = document.querySelector('.filters input'); field.value = ''; field.dispatchEvent(new Event('input', { bubbles: true }))").await;
    demo.wait_displayed(&count("3 tiket")).await;

    // The second of its department becomes the first, on the page and on the desk.
    let departments = engine.store().departments().await.unwrap();
    let general = departments.iter().find(|one| one.id != added.id).unwrap().id;
    let general: Vec<_> = engine.store().queue_page(&[general], 0, 9).await.unwrap();
    let second = general.iter().find(|one| one.number != general[0].number).unwrap().number.to_string();
    let of = |part: &str| format!("//*[@data-ticket='{second}']{part}");
    demo.wait_displayed(&of(&containing("#2 • "))).await;
    demo.choose_option(&of("//select"), "urgent").await;
    demo.wait_displayed(&of(&containing("#1 • "))).await;
    demo.stage.settle().await.unwrap();
    demo.wait_script("return document.querySelector('[data-ticket]')?.dataset.ticket", json!(second)).await;
    let held_id = general.iter().find(|one| one.number.to_string() == second).unwrap().id;
    let stored = engine.store().ticket(held_id).await.unwrap().unwrap();
    assert_eq!(stored.priority, Priority::Urgent);
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reassignment_shows_the_loads_and_guards_a_full_agent() {
    let demo = Demo::open(DESKTOP).await;
    let (admin, engine) = (demo.person(DEWI).await, &demo.stage.app.engine);
    let now = Clock::system().now();
    let citra = demo.person(CITRA).await.id;
    engine.set_capacity(&admin, citra, Capacity::new(1).unwrap(), now).await.unwrap();
    demo.ticket("Satu.").await;
    demo.ticket("Dua.").await;
    demo.open_front_end(DEWI).await;
    demo.open_view("⏳ Antrian").await;
    demo.click(&press("//*[@role='group']", "Dikerjakan")).await;
    let held = async |id: i64| engine.store().held_by(demo.person(id).await.id).await.unwrap().len();
    assert_eq!((held(BUDI).await, held(CITRA).await), (1, 1));
    demo.click(&press(&ticket("Agen: Budi"), "Alihkan")).await;
    demo.wait_displayed(&press("//dialog", "🟢 Online · 1/1")).await;
    demo.click(&press("//dialog", "Citra")).await;
    demo.wait_displayed(&format!(
        "//dialog//p[@role='alert']{}",
        containing("Citra sudah memegang 1/1 tiket")
    ))
    .await;
    assert_eq!(held(CITRA).await, 1, "the question changes nothing");
    demo.click(&press("//dialog", "Tetap alihkan")).await;
    demo.wait_toast("dialihkan").await;
    demo.wait_gone(&ticket("Agen: Budi")).await;
    assert_eq!((held(BUDI).await, held(CITRA).await), (0, 2));
    // The audit log says that the capacity was exceeded.
    let moved = engine.store().held_by(citra).await.unwrap();
    let moved = moved.iter().max_by_key(|one| one.hold().unwrap().assigned_at).unwrap().number.to_string();
    demo.click(&press(&format!("//*[@data-ticket='{moved}']//h2"), "INC")).await;
    let event = |text: &str| format!("//section[@aria-labelledby='audit']//li{}", containing(text));
    demo.wait_displayed(&event("Dewi mengalihkannya dari Budi ke Citra")).await;
    demo.wait_displayed(&event("Melebihi batas agen")).await;
    // Back to the queue; a free agent gets it then.
    demo.stage.say(BUDI, "/offline").await.unwrap();
    demo.click(&press("//main", "Alihkan")).await;
    demo.click(&press("//dialog", "Kembalikan ke antrian")).await;
    demo.wait_toast("kembali ke antrian").await;
    demo.wait_displayed(&format!("//main//p{}", containing("⏳ Dalam antrian"))).await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_reads_a_conversation_with_its_notes_and_cannot_write_in_it() {
    let demo = Demo::open(DESKTOP).await;
    demo.ticket("Modem berkedip.").await;
    demo.open_front_end(BUDI).await;
    demo.click(&press("//*[@data-ticket]", "▶️ Buka")).await;
    demo.click("//form//label[.//input[@type='checkbox']]").await;
    demo.fill("//form/textarea", "Modem lama, siapkan pengganti.").await;
    demo.click(&press("//form", "Kirim")).await;
    let note = format!("//li[contains(@class, 'note')]{}", containing("Modem lama, siapkan pengganti."));
    demo.wait_displayed(&format!("{note}{}", containing("📝 Catatan"))).await;
    demo.stage.say(SARI, "Masih merah.").await.unwrap();
    demo.stage.settle().await.unwrap();
    assert!(!demo.has(SARI, "siapkan pengganti"), "a note stays on the desk");

    demo.open_front_end(DEWI).await;
    demo.open_view("⏳ Antrian").await;
    demo.click(&press("//*[@role='group']", "Dikerjakan")).await;
    demo.click(&press("//*[@data-ticket]//h2", "INC")).await;
    demo.wait_displayed(&note).await;
    demo.wait_displayed(&format!("//li[contains(@class, 'bubble')]{}", containing("Masih merah."))).await;
    demo.wait_displayed(&format!("//p{}", containing("Hanya agen yang memegang tiket ini"))).await;
    demo.wait_gone("//main//textarea").await;
    // What is written now appears by itself.
    demo.stage.say(SARI, "Sekarang mati total.").await.unwrap();
    demo.wait_displayed(&format!("//li[contains(@class, 'bubble')]{}", containing("Sekarang mati total.")))
        .await;
    demo.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_announced_listed_and_ends() {
    let demo = Demo::open(DESKTOP).await;
    demo.open_front_end(DEWI).await;
    demo.open_view("🏢 Departemen").await;
    // Nobody is online in a critical department: the page sets both.
    let card = "//*[@data-department]";
    demo.click(&format!("{card}//label{}", containing("Kritis"))).await;
    let engine = &demo.stage.app.engine;
    let department = engine.store().departments().await.unwrap().remove(0);
    demo.stage.settle().await.unwrap();
    demo.wait_script(
        "return document.querySelector('[data-department] [type=checkbox]')?.checked",
        json!(true),
    )
    .await;
    for agent in [BUDI, CITRA] {
        demo.stage.say(agent, "/offline").await.unwrap();
    }
    let words = format!("Tidak ada agen online di {}", department.name);
    demo.wait_toast(&format!("🚨 {words}")).await;
    demo.wait_displayed(&format!("//nav/a{}/span[.='1']", containing("🚨 Peringatan"))).await;
    demo.open_view("🚨 Peringatan").await;
    demo.wait_displayed(&format!("//section//li{}", containing(&words))).await;
    // A renamed department has its new name there, too; a page that is loaded later has the alert.
    let admin = demo.person(DEWI).await;
    engine
        .edit_department(
            &admin,
            department.id,
            &DepartmentEdit::Rename("Layanan".into()),
            Clock::system().now(),
        )
        .await
        .unwrap();
    demo.wait_displayed(&format!("//section//li{}", containing("di Layanan"))).await;
    demo.page.refresh().await.unwrap();
    demo.wait_displayed(&format!("//section//li{}", containing("di Layanan"))).await;
    demo.stage.say(BUDI, "/online").await.unwrap();
    demo.wait_toast("Selesai: Tidak ada agen online di Layanan").await;
    demo.wait_displayed(&format!("//section//p{}", containing("Tidak ada peringatan."))).await;
    demo.wait_gone("//nav/a/span[contains(@class, 'alerts')]").await;
    demo.close().await;
}
