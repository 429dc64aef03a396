//! Routes of `/api/departments`: the departments and categories that a new ticket can name, and their changes by
//! admins.
use crate::api::Api;
use crate::api::http::auth::{Admin, Staff};
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::{JsonBody, PathId, PathIds, QueryParams};
use crate::api::json::hours::HoursBody;
use crate::domain::department::{Category, Department};
use crate::domain::ids::{CategoryId, DepartmentId};
use crate::domain::person::Person;
use crate::engine::departments::DepartmentEdit;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/api/departments", get(list).post(add))
        .route("/api/departments/{department_id}", patch(change))
        .route("/api/departments/{department_id}/categories", post(add_category))
        .route("/api/departments/{department_id}/categories/{category_id}", patch(change_category))
}

/// A department.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DepartmentBody {
    /// Its id.
    department_id: Uuid,
    /// Its name.
    #[schema(example = "Umum")]
    department: String,
    /// Whether it is an incident when no agent of it is online.
    critical: bool,
    /// Whether it takes no new tickets.
    #[schema(example = false)]
    retired: bool,
    /// When it is open; `null` if that is not set, and so it always is.
    hours: Option<HoursBody>,
    /// Whether it is open now.
    open: bool,
    /// When it opens; `null` if it is open.
    opens_at: Option<DateTime<Utc>>,
    /// Its categories, in display order.
    categories: Vec<CategoryBody>,
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CategoryBody {
    /// Its id.
    category_id: Uuid,
    /// Its name.
    #[schema(example = "Pertanyaan")]
    category: String,
    /// Whether it takes no new tickets.
    #[schema(example = false)]
    retired: bool,
}

/// The query of the departments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct DepartmentsQuery {
    /// Whether to list retired departments and categories as well.
    #[serde(default)]
    #[param(default = false)]
    retired: bool,
}

/// A new department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewDepartment {
    /// The id that the caller chose for it: a repeated request with the same id adds nothing.
    department_id: Option<Uuid>,
    /// Its name.
    #[schema(example = "HSI INDIBIZ", min_length = 1, max_length = 60)]
    department: String,
    /// The name of its first category.
    #[schema(example = "TROUBLESHOOT", min_length = 1, max_length = 60)]
    category: String,
}

/// A change of a department; absent fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct DepartmentChange {
    /// Its new name.
    #[schema(example = "HSI INDIBIZ", min_length = 1, max_length = 60)]
    department: Option<String>,
    /// Whether it is an incident when no agent of it is online.
    critical: Option<bool>,
    /// Whether it takes no new tickets.
    #[schema(example = false)]
    retired: Option<bool>,
}

/// A new category.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewCategory {
    /// The id that the caller chose for it: a repeated request with the same id adds nothing.
    category_id: Option<Uuid>,
    /// Its name.
    #[schema(example = "TROUBLESHOOT", min_length = 1, max_length = 60)]
    category: String,
}

/// A change of a category; absent fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct CategoryChange {
    /// Its new name.
    #[schema(example = "TROUBLESHOOT", min_length = 1, max_length = 60)]
    category: Option<String>,
    /// Whether it takes no new tickets.
    #[schema(example = false)]
    retired: Option<bool>,
}

/// Lists the departments with their categories. Without `retired`, those that take no new tickets are left out.
#[utoipa::path(get, operation_id = "listDepartments", path = "/api/departments", tag = "departments", security(("bearer" = [])),
    params(DepartmentsQuery), responses((status = 200, body = Envelope<Vec<DepartmentBody>>)))]
pub(in crate::api) async fn list(
    State(api): State<Arc<Api>>,
    _: Staff,
    QueryParams(query): QueryParams<DepartmentsQuery>,
) -> Result<Vec<DepartmentBody>> {
    let mut departments = api.engine.store().departments().await?;
    if !query.retired {
        departments.retain(|department| !department.retired);
        for department in &mut departments {
            department.categories.retain(|category| !category.retired);
        }
    }
    Ok(Answer::ok("Departments", departments.iter().map(|one| api.department_body(one)).collect()))
}

/// Adds a department with its first category.
#[utoipa::path(post, operation_id = "addDepartment", path = "/api/departments", tag = "departments", security(("bearer" = [])),
    request_body = NewDepartment, responses((status = 201, body = Envelope<DepartmentBody>)))]
pub(in crate::api) async fn add(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    JsonBody(new): JsonBody<NewDepartment>,
) -> Result<DepartmentBody> {
    let id = new.department_id.map_or_else(|| api.engine.new_department_id(), DepartmentId);
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let add = async move { engine.add_department(&admin, id, &new.department, &new.category, now).await };
    Ok(Answer::ok("Department added", api.department_body(&Api::run(add).await?))
        .with_status(StatusCode::CREATED))
}

/// Changes a department: all named fields, or none if one is refused. The last one that takes tickets can't be retired.
#[utoipa::path(patch, operation_id = "changeDepartment", path = "/api/departments/{department_id}", tag = "departments",
    security(("bearer" = [])), params(("department_id" = Uuid, Path)), request_body = DepartmentChange,
    responses((status = 200, body = Envelope<DepartmentBody>)))]
pub(in crate::api) async fn change(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    PathId(id): PathId,
    JsonBody(change): JsonBody<DepartmentChange>,
) -> Result<DepartmentBody> {
    let edits = [
        change.department.map(DepartmentEdit::Rename),
        change.critical.map(DepartmentEdit::SetCritical),
        change.retired.map(DepartmentEdit::SetRetired),
    ];
    let department = api.edit(admin, DepartmentId(id), edits.into_iter().flatten().collect()).await?;
    Ok(Answer::ok("Department changed", api.department_body(&department)))
}

/// Adds a category to a department.
#[utoipa::path(post, operation_id = "addCategory", path = "/api/departments/{department_id}/categories", tag = "departments",
    security(("bearer" = [])), params(("department_id" = Uuid, Path)), request_body = NewCategory,
    responses((status = 201, body = Envelope<DepartmentBody>)))]
pub(in crate::api) async fn add_category(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    PathId(id): PathId,
    JsonBody(new): JsonBody<NewCategory>,
) -> Result<DepartmentBody> {
    let category = new.category_id.map_or_else(|| api.engine.new_category_id(), CategoryId);
    let edits = vec![DepartmentEdit::AddCategory(category, new.category)];
    let department = api.edit(admin, DepartmentId(id), edits).await?;
    Ok(Answer::ok("Category added", api.department_body(&department)).with_status(StatusCode::CREATED))
}

/// Changes a category: all named fields, or none if one is refused. The last one of a department that takes tickets can't be retired.
#[utoipa::path(patch, operation_id = "changeCategory", tag = "departments",
    path = "/api/departments/{department_id}/categories/{category_id}", security(("bearer" = [])),
    params(("department_id" = Uuid, Path), ("category_id" = Uuid, Path)), request_body = CategoryChange,
    responses((status = 200, body = Envelope<DepartmentBody>)))]
pub(in crate::api) async fn change_category(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    PathIds(department, category): PathIds,
    JsonBody(change): JsonBody<CategoryChange>,
) -> Result<DepartmentBody> {
    let category = CategoryId(category);
    let edits = [
        change.category.map(|name| DepartmentEdit::RenameCategory(category, name)),
        change.retired.map(|retired| DepartmentEdit::SetCategoryRetired(category, retired)),
    ];
    let department = api.edit(admin, DepartmentId(department), edits.into_iter().flatten().collect()).await?;
    Ok(Answer::ok("Category changed", api.department_body(&department)))
}

impl Api {
    /// Applies edits, all or none, and returns the department.
    async fn edit(
        &self,
        admin: Person,
        id: DepartmentId,
        edits: Vec<DepartmentEdit>,
    ) -> std::result::Result<Department, ApiError> {
        let (engine, now) = (Arc::clone(&self.engine), self.now());
        let edited = Self::run(async move { engine.edit_department_with(&admin, id, &edits, now).await });
        edited.await.map_err(|error| error.or_missing(ApiError::no_department))
    }

    pub(in crate::api) fn department_body(&self, department: &Department) -> DepartmentBody {
        let (desk, now) = (self.engine.config().zone, self.now());
        let category = |category: &Category| CategoryBody {
            category_id: category.id.0,
            category: category.name.clone(),
            retired: category.retired,
        };
        DepartmentBody {
            department_id: department.id.0,
            department: department.name.clone(),
            critical: department.critical,
            retired: department.retired,
            hours: department.hours.as_ref().map(|hours| HoursBody::of(hours, desk)),
            open: department.in_business_hours(desk, now),
            opens_at: department.next_start(desk, now),
            categories: department.categories.iter().map(category).collect(),
        }
    }
}
