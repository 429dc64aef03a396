//! Route of `/api/departments`: the departments and categories that a new ticket can name.
use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::domain::department::{Category, Department};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/departments", get(list))
}

/// A department that takes new tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DepartmentBody {
    /// Its id.
    department_id: Uuid,
    /// Its name.
    #[schema(example = "Umum")]
    department: String,
    /// Whether it is an incident when no agent of it is online.
    critical: bool,
    /// Its categories, in display order.
    categories: Vec<CategoryBody>,
}

/// A category that takes new tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CategoryBody {
    /// Its id.
    category_id: Uuid,
    /// Its name.
    #[schema(example = "Pertanyaan")]
    category: String,
}

/// Lists the departments that take new tickets, with their categories. Retired ones are left out.
#[utoipa::path(get, operation_id = "listDepartments", path = "/api/departments", tag = "tickets", security(("bearer" = [])),
    responses((status = 200, body = Envelope<Vec<DepartmentBody>>)))]
pub(in crate::api) async fn list(State(api): State<Arc<Api>>, _: Staff) -> Result<Vec<DepartmentBody>> {
    let departments = api.engine.store().departments().await?;
    Ok(Answer::ok("Departments", departments.iter().filter(|d| !d.retired).map(body).collect()))
}

fn body(department: &Department) -> DepartmentBody {
    let category =
        |category: &Category| CategoryBody { category_id: category.id.0, category: category.name.clone() };
    DepartmentBody {
        department_id: department.id.0,
        department: department.name.clone(),
        critical: department.critical,
        categories: department.offered().map(category).collect(),
    }
}
