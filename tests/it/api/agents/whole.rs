//! A change of several fields: one commit, all of them or none.
use crate::api::{BUDI, CITRA, desk, id};
use crate::support::ADMIN;
use serde_json::{Value, json};

/// Returns how many messages a person has.
fn messages(desk: &crate::support::Desk, person: i64) -> usize {
    desk.sandbox.chat(person).len()
}

#[tokio::test]
async fn a_refused_field_of_an_agent_leaves_the_others_as_they_were() {
    let desk = desk().await;
    let path = format!("/api/agents/{}", id(&desk, BUDI).await);
    desk.patch(ADMIN, &format!("/api/agents/{}", id(&desk, CITRA).await), json!({"alias": "Kak Tia"}))
        .await
        .data();
    let (before, told) = (desk.get(ADMIN, &path).await.data().clone(), messages(&desk, BUDI));
    let version = desk.person_by_telegram_id(BUDI).await.version;
    let unknown = json!(["550e8400-e29b-41d4-a716-446655440000"]);
    let rest = json!({"max_tickets": 9, "auto_assignment_enabled": false, "departments": []});
    for (field, bad, status, error) in [
        ("alias", json!("kak  tia"), 409, "taken"),
        ("alias", json!("?!"), 422, "bad_alias"),
        ("departments", unknown, 404, "department_not_found"),
        ("max_tickets", json!(101), 422, "bad_capacity"),
    ] {
        let mut body = rest.clone();
        body[field] = bad;
        desk.patch(ADMIN, &path, body).await.refused(status, error);
        assert_eq!(desk.get(ADMIN, &path).await.data(), &before, "{field}");
        assert_eq!(messages(&desk, BUDI), told, "{field}");
    }
    assert_eq!(desk.person_by_telegram_id(BUDI).await.version, version, "nothing was written");

    // All of them at once: one commit, and a notice of each.
    let mut body = rest;
    body["alias"] = json!("Kak Bud");
    let changed = desk.patch(ADMIN, &path, body.clone()).await.data().clone();
    for field in ["alias", "max_tickets", "auto_assignment_enabled", "departments"] {
        assert_eq!(changed[field], body[field], "{field}");
    }
    let after = desk.person_by_telegram_id(BUDI).await.version;
    assert_eq!(after, version.next(), "one commit");
    assert_eq!(messages(&desk, BUDI), told + 4);
    // The same again changes nothing, and says nothing.
    desk.patch(ADMIN, &path, body).await.data();
    assert_eq!((desk.person_by_telegram_id(BUDI).await.version, messages(&desk, BUDI)), (after, told + 4));
}

#[tokio::test]
async fn a_refused_field_of_a_department_leaves_the_others_as_they_were() {
    let desk = desk().await;
    desk.department("Teknik").await;
    let listed = async || desk.get(ADMIN, "/api/departments?retired=true").await.data().clone();
    let before = listed().await;
    let of = |name: &str| {
        let all = before.as_array().unwrap();
        all.iter().find(|one| one["department"] == name).unwrap_or(&all[0]).clone()
    };
    let (teknik, other) = (of("Teknik"), of("Umum"));
    let path =
        |department: &Value| format!("/api/departments/{}", department["department_id"].as_str().unwrap());
    let category = |department: &Value| {
        let id = department["categories"][0]["category_id"].as_str().unwrap().to_owned();
        format!("{}/categories/{id}", path(department))
    };
    // The name of another department, and no name.
    for (name, status, error) in [(other["department"].clone(), 409, "taken"), (json!(" "), 422, "bad_name")]
    {
        let body = json!({"department": name, "critical": true, "retired": true});
        desk.patch(ADMIN, &path(&teknik), body).await.refused(status, error);
        assert_eq!(listed().await, before);
    }
    // The only category of a department.
    let body = json!({"category": "Baru", "retired": true});
    desk.patch(ADMIN, &category(&teknik), body).await.refused(409, "last_one");
    assert_eq!(listed().await, before);
    // The only department that takes tickets.
    desk.patch(ADMIN, &path(&teknik), json!({"retired": true})).await.data();
    let before = listed().await;
    let body = json!({"department": "Lain", "critical": true, "retired": true});
    desk.patch(ADMIN, &path(&other), body).await.refused(409, "last_one");
    assert_eq!(listed().await, before);
}
