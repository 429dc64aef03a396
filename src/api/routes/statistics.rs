//! Route of `/api/statistics`: the figures of a period, from the daily roll-ups.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::QueryParams;
use crate::domain::ids::DepartmentId;
use crate::domain::statistics::{Figure, Figures, Period, StatisticsQuery, Timing};
use crate::domain::ticket::service::Stars;
use crate::engine::statistics::{AgentStatistics, Statistics};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/statistics", get(show))
}

/// The period and the department.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct StatisticsParams {
    /// The number of days up to today, in the desk's time zone.
    #[serde(default = "default_days")]
    #[param(minimum = 1, maximum = 366, default = 7)]
    days: u16,
    /// The id of the only department that counts; all of them without it.
    department: Option<Uuid>,
}

fn default_days() -> u16 {
    7
}

/// The statistics of a period.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct StatisticsBody {
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2025-12-01")]
    first_day: NaiveDate,
    /// The last day: today.
    #[schema(value_type = String, format = Date, example = "2025-12-07")]
    last_day: NaiveDate,
    /// The sums of the period.
    total: FiguresBody,
    /// Tickets that wait now.
    waiting: u64,
    /// How long the ticket that waits longest has waited, in seconds.
    longest_wait: Option<f64>,
    /// Held tickets whose holder is no agent; always 0 in a desk that works.
    orphaned: usize,
    /// The share of their slot time that the agents used, in percent; null if none was available.
    utilisation: Option<i64>,
    /// The figures of each day and department that has any.
    days: Vec<DayBody>,
    /// The agents who serve the department, the most used first.
    agents: Vec<AgentBody>,
}

/// Figures of tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct FiguresBody {
    /// Tickets that were opened.
    created: i64,
    /// Completions.
    completed: i64,
    /// Reopenings of completed tickets.
    reopened: i64,
    /// Cancellations that were not undone.
    cancelled: i64,
    /// Times that a ticket was given to an agent.
    assigned: i64,
    /// From the opening to the first assignment.
    wait: DurationsBody,
    /// From the opening to the first message of an agent.
    first_answer: DurationsBody,
    /// From the assignment to the completion.
    handling: DurationsBody,
    /// How long the desk took to assign once ticket and agent were ready.
    assignment: DurationsBody,
    /// The number of completions with one star, two stars, … five stars.
    ratings: Vec<i64>,
}

/// Durations in seconds. The percentiles differ from the exact ones by at most 10 percent.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DurationsBody {
    /// How many there are.
    count: i64,
    /// The average.
    average: Option<f64>,
    /// The median.
    p50: Option<f64>,
    /// The duration that nine in ten do not exceed.
    p90: Option<f64>,
}

/// The figures of a day and a department.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct DayBody {
    /// The day.
    #[schema(value_type = String, format = Date, example = "2025-12-07")]
    date: NaiveDate,
    /// The department's id.
    department_id: Uuid,
    /// The figures.
    figures: FiguresBody,
}

/// The figures of an agent.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AgentBody {
    /// The agent's id.
    agent_id: Uuid,
    /// Their name.
    #[schema(example = "Budi")]
    name: String,
    /// Tickets that they got.
    assigned: i64,
    /// Their completions.
    completed: i64,
    /// The number of ratings of their completions.
    ratings: i64,
    /// The sum of the stars.
    stars: i64,
    /// The share of their slot time that they used, in percent; null if they were not available.
    utilisation: Option<i64>,
}

/// Returns the statistics of the last days.
#[utoipa::path(get, operation_id = "getStatistics", path = "/api/statistics", tag = "queue", security(("bearer" = [])),
    params(StatisticsParams), responses((status = 200, body = Envelope<StatisticsBody>)))]
pub(in crate::api) async fn show(
    State(api): State<Arc<Api>>,
    _: Admin,
    QueryParams(params): QueryParams<StatisticsParams>,
) -> Result<StatisticsBody> {
    let period = Period::try_from(params.days).map_err(|error| ApiError::bad("bad_query", error))?;
    let query = StatisticsQuery { period, department: params.department.map(DepartmentId) };
    let statistics = api.engine.read_statistics(query, api.now()).await?;
    if query.department.is_some() && statistics.department.is_none() {
        return Err(ApiError::no_department());
    }
    Ok(Answer::ok("Statistics", body(&statistics)))
}

fn body(statistics: &Statistics) -> StatisticsBody {
    let day = |(date, department, figures): &(NaiveDate, DepartmentId, Figures)| DayBody {
        date: *date,
        department_id: department.0,
        figures: figures_body(figures),
    };
    StatisticsBody {
        first_day: *statistics.days.start(),
        last_day: *statistics.days.end(),
        total: figures_body(&statistics.total),
        waiting: statistics.waiting,
        longest_wait: statistics.longest_wait.map(seconds),
        orphaned: statistics.orphaned,
        utilisation: statistics.utilisation(),
        days: statistics.daily.iter().map(day).collect(),
        agents: statistics.agents.iter().map(agent_body).collect(),
    }
}

fn figures_body(figures: &Figures) -> FiguresBody {
    let durations = |timing| DurationsBody {
        count: figures.count(timing),
        average: figures.average(timing).map(seconds),
        p50: figures.percentile(timing, 50).map(seconds),
        p90: figures.percentile(timing, 90).map(seconds),
    };
    FiguresBody {
        created: figures.get(Figure::Created),
        completed: figures.get(Figure::Completed),
        reopened: figures.get(Figure::Reopened),
        cancelled: figures.get(Figure::Cancelled),
        assigned: figures.get(Figure::Assigned),
        wait: durations(Timing::Wait),
        first_answer: durations(Timing::FirstAnswer),
        handling: durations(Timing::Handling),
        assignment: durations(Timing::Assignment),
        ratings: Stars::ALL.into_iter().map(|stars| figures.get(Figure::Rated(stars))).collect(),
    }
}

fn agent_body(agent: &AgentStatistics) -> AgentBody {
    let (ratings, stars) = agent.figures.ratings();
    AgentBody {
        agent_id: agent.id.0,
        name: agent.name.clone(),
        assigned: agent.figures.get(Figure::Assigned),
        completed: agent.figures.get(Figure::Completed),
        ratings,
        stars,
        utilisation: agent.figures.utilisation(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a duration in milliseconds is far below 2^53")]
fn seconds(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64 / 1_000.0
}
