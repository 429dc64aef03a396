/** The figures of a period with charts, for admins: what `/stats` shows in the bot. */
import { useSignal } from "@preact/signals";
import type { Durations, Figures, Statistics as Body } from "../desk/bodies";
import { stats } from "../desk/desk";
import { useResource } from "../desk/resource";
import { BarChart } from "../parts/chart";
import { dayText, duration, language, text } from "../texts";

const PERIODS = [1, 7, 30, 90];
const DAY_MS = 86_400_000;

/** Returns the days from the first to the last, as `2025-12-04`. */
function daysOf(body: Body): string[] {
  const days: string[] = [];
  for (let at = Date.parse(body.first_day); at <= Date.parse(body.last_day); at += DAY_MS) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

const time = (seconds: number | null) => (seconds === null ? "–" : duration(Math.max(1, seconds)));
/** The same in whole minutes, for a narrow place. */
const minutes = (seconds: number) => time(seconds < 60 ? seconds : Math.round(seconds / 60) * 60);
const percent = (share: number | null) => (share === null ? "–" : text("setting-percent", { percent: share }));

/** Returns a decimal with one digit. */
const decimal = (value: number) => new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }).format(value);

function Rating({ stars }: { stars: number[] }) {
  const count = stars.reduce((sum, one) => sum + one, 0);
  const sum = stars.reduce((sum, one, index) => sum + one * (index + 1), 0);
  return <>{count === 0 ? "–" : text("stats-stars", { average: decimal(sum / count), count })}</>;
}

function Numbers({ body }: { body: Body }) {
  const { total } = body;
  const numbers: [string, string | number, string?][] = [
    ["figure-created", total.created],
    ["figure-completed", total.completed],
    ["figure-reopened", total.reopened],
    ["figure-cancelled", total.cancelled],
    ["figure-waiting", body.waiting, body.longest_wait === null ? undefined : text("figure-longest", { time: minutes(body.longest_wait) })],
    ["figure-utilisation", percent(body.utilisation)],
  ];
  return (
    <dl class="stats">
      {numbers.map(([key, value, more]) => (
        <div key={key}>
          <dt>{text(key)}</dt>
          <dd data-figure={key}>
            {value}
            {more && <small>{more}</small>}
          </dd>
        </div>
      ))}
      <div>
        <dt>{text("figure-rating")}</dt>
        <dd data-figure="figure-rating">
          <Rating stars={total.ratings} />
        </dd>
      </div>
    </dl>
  );
}

function Times({ total }: { total: Figures }) {
  const rows: [string, Durations][] = [
    ["time-wait", total.wait],
    ["time-first-answer", total.first_answer],
    ["time-handling", total.handling],
  ];
  return (
    <section class="card" aria-labelledby="times">
      <h2 id="times">{text("stats-times-head")}</h2>
      <table class="plain">
        <thead>
          <tr>
            <td />
            {["time-average", "time-median", "time-most"].map((key) => (
              <th key={key} scope="col">
                {text(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, { average, p50, p90 }]) => (
            <tr key={key}>
              <th scope="row">{text(key)}</th>
              <td>{time(average)}</td>
              <td>{time(p50)}</td>
              <td>{time(p90)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Charts({ body }: { body: Body }) {
  const days = daysOf(body);
  const of = (day: string) => body.days.filter((one) => one.date === day).map((one) => one.figures);
  const count = (figure: "created" | "completed") => days.map((day) => of(day).reduce((sum, one) => sum + one[figure], 0));
  // The average of all departments, by the number of tickets of each.
  const wait = days.map((day) => {
    const waits = of(day).map((figures) => figures.wait);
    const tickets = waits.reduce((sum, one) => sum + one.count, 0);
    const seconds = waits.reduce((sum, one) => sum + (one.average ?? 0) * one.count, 0);
    return tickets === 0 ? 0 : Math.round(seconds / tickets / 6) / 10;
  });
  const labels = days.map(dayText);
  return (
    <>
      <BarChart
        title={text("chart-tickets")}
        labels={labels}
        series={[
          { name: text("figure-created"), values: count("created") },
          { name: text("figure-completed"), values: count("completed") },
        ]}
      />
      <BarChart title={text("chart-wait")} labels={labels} series={[{ name: text("chart-minutes"), values: wait }]} format={decimal} />
      <BarChart
        title={text("chart-ratings")}
        labels={[1, 2, 3, 4, 5].map((stars) => "★".repeat(stars))}
        series={[{ name: text("figure-rating"), values: body.total.ratings }]}
      />
    </>
  );
}

function Agents({ body }: { body: Body }) {
  return (
    <section class="card" aria-labelledby="stats-agents">
      <h2 id="stats-agents">{text("stats-agents-head")}</h2>
      <table class="plain">
        <thead>
          <tr>
            {["workload-agent", "figure-completed", "figure-rating", "figure-utilisation"].map((key) => (
              <th key={key} scope="col">
                {text(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.agents.map((agent) => (
            <tr key={agent.agent_id}>
              <th scope="row">{agent.name}</th>
              <td>{agent.completed}</td>
              <td>{agent.ratings === 0 ? "–" : decimal(agent.stars / agent.ratings)}</td>
              <td>{percent(agent.utilisation)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Statistics() {
  const days = useSignal(7);
  const department = useSignal("");
  const path = `/api/statistics?days=${days.value}${department.value ? `&department=${department.value}` : ""}`;
  // The numbers of the queue change with each ticket, and the figures with them.
  const body = useResource<Body>(path, stats.value).data;
  return (
    <section aria-labelledby="statistics">
      <h1 id="statistics">{text("nav-statistics")}</h1>
      <div class="filters">
        <div class="segments" role="group" aria-label={text("stats-period-label")}>
          {PERIODS.map((period) => (
            <button type="button" key={period} aria-pressed={days.value === period} onClick={() => (days.value = period)}>
              {period === 1 ? text("stats-period-today") : text("duration-days", { count: period })}
            </button>
          ))}
        </div>
        <select
          aria-label={text("queue-department")}
          value={department.value}
          onChange={(event) => (department.value = event.currentTarget.value)}
        >
          <option value="">{text("queue-all-departments")}</option>
          {stats.value?.departments.map((one) => (
            <option key={one.department_id} value={one.department_id}>
              {one.department}
            </option>
          ))}
        </select>
      </div>
      {!body ? (
        <p class="empty">{text("web-loading")}</p>
      ) : (
        <>
          <Numbers body={body} />
          <div class="charts">
            <Charts body={body} />
            <Times total={body.total} />
            <Agents body={body} />
          </div>
        </>
      )}
    </section>
  );
}
