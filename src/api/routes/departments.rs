//! Route of `/api/departments`: the departments and categories that a new ticket can name.
use crate::api::Api;
use crate::api::http::auth::Staff;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::json::hours::HoursBody;
use crate::domain::Time;
use crate::domain::department::{Category, Department};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
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
    /// When it is open; `null` if that is not set, and so it always is.
    hours: Option<HoursBody>,
    /// Whether it is open now.
    open: bool,
    /// When it opens; `null` if it is open.
    opens_at: Option<DateTime<Utc>>,
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
    let (desk, now) = (api.engine.config().zone, api.now());
    let open = departments.iter().filter(|d| !d.retired);
    Ok(Answer::ok("Departments", open.map(|d| body(d, desk, now)).collect()))
}

fn body(department: &Department, desk: Tz, now: Time) -> DepartmentBody {
    let category =
        |category: &Category| CategoryBody { category_id: category.id.0, category: category.name.clone() };
    DepartmentBody {
        department_id: department.id.0,
        department: department.name.clone(),
        critical: department.critical,
        hours: department.hours.as_ref().map(|hours| HoursBody::of(hours, desk)),
        open: department.is_open(desk, now),
        opens_at: department.opens_at(desk, now),
        categories: department.offered().map(category).collect(),
    }
}
