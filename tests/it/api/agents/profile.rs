//! An agent's alias and departments over the API.
use crate::api::{BUDI, CITRA, desk, id};
use crate::support::ADMIN;
use serde_json::json;

#[tokio::test]
async fn an_admin_sets_and_takes_away_an_alias() {
    let desk = desk().await;
    let (budi, citra) = (id(&desk, BUDI).await, id(&desk, CITRA).await);
    let (budi, citra) = (format!("/api/agents/{budi}"), format!("/api/agents/{citra}"));
    assert_eq!(desk.get(ADMIN, &budi).await.data()["alias"], json!(null));
    assert_eq!(desk.patch(ADMIN, &budi, json!({"alias": " Kak  Bud "})).await.data()["alias"], "Kak Bud");
    assert!(desk.last(BUDI).text.contains("Kak Bud"), "{}", desk.last(BUDI).text);
    desk.patch(ADMIN, &citra, json!({"alias": "kak bud"})).await.refused(409, "taken");
    desk.patch(ADMIN, &citra, json!({"alias": "?!"})).await.refused(422, "bad_alias");
    assert_eq!(desk.patch(ADMIN, &budi, json!({"alias": ""})).await.data()["alias"], json!(null));
}

#[tokio::test]
async fn an_admin_chooses_the_departments_of_an_agent() {
    let desk = desk().await;
    desk.department("Teknik").await;
    let all = desk.get(ADMIN, "/api/departments").await.data().clone();
    let ids: Vec<_> = all.as_array().unwrap().iter().map(|one| one["department_id"].clone()).collect();
    let path = format!("/api/agents/{}", id(&desk, BUDI).await);
    let of = |reply: &crate::support::Reply| {
        let departments = reply.data()["departments"].as_array().unwrap().clone();
        departments.iter().map(|one| one["department_id"].clone()).collect::<Vec<_>>()
    };
    let both = desk.patch(ADMIN, &path, json!({"departments": ids})).await;
    assert_eq!(of(&both).len(), 2);
    let one = desk.patch(ADMIN, &path, json!({"departments": [ids[1]]})).await;
    assert_eq!(of(&one), [ids[1].clone()]);
    let unknown = json!({"departments": ["550e8400-e29b-41d4-a716-446655440000"]});
    desk.patch(ADMIN, &path, unknown).await.refused(404, "department_not_found");
    assert_eq!(of(&desk.get(ADMIN, &path).await), [ids[1].clone()]);
}
