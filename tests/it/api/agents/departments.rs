//! Departments and categories over the API: adding, renaming and retiring, as in the bot.
use crate::api::{BUDI, desk};
use crate::support::ADMIN;
use serde_json::{Value, json};

#[tokio::test]
async fn an_admin_adds_renames_and_retires_departments_and_categories() {
    let desk = desk().await;
    let new = json!({"department_id": "550e8400-e29b-41d4-a716-446655440000", "department": "Teknik", "category": "Gangguan"});
    let added = desk.post(ADMIN, "/api/departments", new.clone()).await;
    assert_eq!(added.status, 201);
    // A repeated request adds nothing.
    assert_eq!(desk.post(ADMIN, "/api/departments", new).await.data(), added.data());
    let path = format!("/api/departments/{}", added.data()["department_id"].as_str().unwrap());
    let changed = desk.patch(ADMIN, &path, json!({"department": "Lapangan", "critical": true})).await;
    assert_eq!(
        (&changed.data()["department"], &changed.data()["critical"]),
        (&json!("Lapangan"), &json!(true))
    );
    let both = desk.post(ADMIN, &format!("{path}/categories"), json!({"category": "Pasang baru"})).await;
    let categories = both.data()["categories"].as_array().unwrap().clone();
    assert_eq!(categories.len(), 2);
    let category = |n: usize| format!("{path}/categories/{}", categories[n]["category_id"].as_str().unwrap());
    let renamed = desk.patch(ADMIN, &category(1), json!({"category": "Relokasi", "retired": true})).await;
    assert_eq!(
        renamed.data()["categories"][1],
        json!({"category_id": categories[1]["category_id"], "category": "Relokasi", "retired": true})
    );
    desk.patch(ADMIN, &category(0), json!({"retired": true})).await.refused(409, "last_one");
    desk.patch(ADMIN, &category(1), json!({"category": "gangguan"})).await.refused(409, "taken");
    desk.patch(ADMIN, &path, json!({"department": " "})).await.refused(422, "bad_name");

    // Retired ones are listed only on request, and come back.
    desk.patch(ADMIN, &path, json!({"retired": true})).await.data();
    let listed = async |query: &str| {
        let reply = desk.get(BUDI, &format!("/api/departments{query}")).await;
        reply.data().as_array().unwrap().len()
    };
    assert_eq!((listed("").await, listed("?retired=true").await), (1, 2));
    let last = desk.get(BUDI, "/api/departments").await.data()[0]["department_id"].clone();
    let last = format!("/api/departments/{}", last.as_str().unwrap());
    desk.patch(ADMIN, &last, json!({"retired": true})).await.refused(409, "last_one");
    desk.patch(ADMIN, &path, json!({"retired": false})).await.data();
    assert_eq!(listed("").await, 2);
}

#[tokio::test]
async fn bad_changes_of_departments_are_refused() {
    let desk = desk().await;
    let unknown = "/api/departments/550e8400-e29b-41d4-a716-446655440000";
    desk.patch(ADMIN, unknown, json!({"critical": true})).await.refused(404, "department_not_found");
    let category = format!("{unknown}/categories/550e8400-e29b-41d4-a716-446655440000");
    desk.patch(ADMIN, &category, json!({"retired": true})).await.refused(404, "department_not_found");
    desk.patch(BUDI, &category, json!({"retired": true})).await.refused(403, "forbidden");
    desk.patch(ADMIN, "/api/departments/x/categories/y", json!({})).await.refused(400, "bad_id");
    for bad in [json!({"department": "A"}), json!({"department": 1, "category": "B"}), Value::from(1)] {
        desk.post(ADMIN, "/api/departments", bad).await.refused(422, "bad_body");
    }
    desk.get(ADMIN, "/api/departments?retired=maybe").await.refused(400, "bad_query");
}
