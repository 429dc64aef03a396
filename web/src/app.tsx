/** The web front end of the desk. */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { RequestError, logIn, logOut, loginOptions, renewNow, session } from "./desk/api";
import type { LoginOptions } from "./desk/bodies";
import { agents, alerts, notices } from "./desk/desk";
import { keepAlive } from "./desk/heartbeat";
import { connection, follow } from "./desk/live";
import { StatusToggle } from "./parts/status-toggle";
import { SearchField } from "./parts/search-field";
import { playSound, SoundSwitch } from "./parts/sound";
import { Toasts, failureText, say, sayFailure } from "./parts/toasts";
import { LANGUAGES, type Language, chooseLanguage, language, setUsualLanguage, text, zone } from "./texts";
import { forgetLaunch, initData, joinTelegram, loginCode, storedToken, widgetLogin } from "./telegram";
import { type Route, route } from "./route";
import { Alerts, alertText } from "./views/alerts";
import { Departments } from "./views/departments";
import { Login } from "./views/login";
import { MyQueue } from "./views/my-queue";
import { Queue } from "./views/queue";
import { Search } from "./views/search";
import { Settings } from "./views/settings";
import { Statistics } from "./views/statistics";
import { Ticket } from "./views/ticket";
import { Waiting, waitingFor } from "./views/waiting";
import { Workload } from "./views/workload";

const options = signal<LoginOptions | null>(null);
const problem = signal<string | null>(null);
/** Why the log-in did not reach a decision; null if it did, or while it runs. */
const fault = signal<unknown>(null);

/** The statuses of a log-in that the desk has refused. */
const REFUSALS = [401, 403];
const PROBLEMS: Record<string, string> = {
  expired_token: "login-used",
  used_login: "login-used",
  old_login: "login-used",
  forbidden: "login-forbidden",
};

/** Logs in with what Telegram or the link passed, or else resumes the session of the cookie or of the tab. */
async function logInOrResume(): Promise<void> {
  const widget = widgetLogin();
  if (loginCode) return logIn("link", { code: loginCode });
  if (!initData) return widget ? logIn("telegram", widget) : renewNow();
  try {
    await logIn("miniapp", { init_data: initData });
  } catch (error) {
    // Telegram's client may load the page again with the same signed data, and the session of this tab lasts longer.
    const isUsed = error instanceof RequestError && PROBLEMS[error.code] === "login-used";
    if (!isUsed || !storedToken()) throw error;
    await renewNow();
    if (!session.value) throw error;
  }
}

/** Begins a session. What was passed stays in the address until the desk has decided about it. */
async function begin(): Promise<void> {
  fault.value = null;
  options.value = await loginOptions().catch(() => null);
  if (options.value) zone.value = options.value.time_zone;
  setUsualLanguage(options.value?.locale ?? language.value);
  try {
    await logInOrResume();
    forgetLaunch();
  } catch (error) {
    if (!(error instanceof RequestError) || !REFUSALS.includes(error.status)) {
      fault.value = error;
      return;
    }
    // A Mini App without a session is still one when it is loaded again.
    if (!initData) forgetLaunch();
    problem.value = PROBLEMS[error.code] ?? "login-failed";
    session.value = null;
  }
}

type View = Exclude<Route["view"], "ticket" | "search">;
const AGENT_VIEWS: View[] = ["my-queue", "waiting"];
const ADMIN_VIEWS: View[] = ["workload", "queue", "statistics", "departments", "settings", "alerts"];
const NAMES: Record<View, string> = {
  "my-queue": "nav-my-queue",
  waiting: "nav-waiting",
  workload: "nav-workload",
  queue: "nav-queue",
  statistics: "nav-statistics",
  departments: "nav-departments",
  settings: "nav-settings",
  alerts: "nav-alerts",
};

function Shown({ route }: { route: Route }) {
  switch (route.view) {
    case "my-queue":
      return <MyQueue />;
    case "waiting":
      return <Waiting />;
    case "statistics":
      return <Statistics />;
    case "departments":
      return <Departments />;
    case "settings":
      return <Settings />;
    case "workload":
      return <Workload />;
    case "queue":
      return <Queue />;
    case "alerts":
      return <Alerts />;
    case "ticket":
      return <Ticket id={route.ticket} />;
    case "search":
      return <Search words={route.words} />;
  }
}

function Badge({ view }: { view: View }) {
  const me = session.value?.agent_id ?? "";
  const count = view === "alerts" ? alerts.value.length : view === "waiting" ? waitingFor(agents.get(me)).length : 0;
  return count > 0 ? <span class={`badge ${view}`}>{count}</span> : null;
}

function Desk() {
  const me = session.value;
  const isAgent = me?.is_agent ?? false;
  const views = [...(isAgent ? AGENT_VIEWS : []), ...(me?.role === "admin" ? ADMIN_VIEWS : [])];
  const home = views[0] ?? "my-queue";
  const asked = route.value;
  const isAllowed = asked && (asked.view === "ticket" || asked.view === "search" || views.includes(asked.view));
  const shown: Route = isAllowed ? asked : { view: home };

  useEffect(() => follow(), []);
  // The navigation of a phone is wider than its window.
  useEffect(() => {
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [shown.view, alerts.value.length]);
  useEffect(() => (isAgent ? keepAlive(options.value?.heartbeat_seconds ?? 180) : undefined), [isAgent]);
  return (
    <>
      <header class="top">
        {isAgent ? <StatusToggle /> : <strong>{text("web-title")}</strong>}
        <span class="name">{me?.name}</span>
        {isAgent && <SoundSwitch />}
        <select
          aria-label={text("language-label")}
          value={language.value}
          onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
        >
          {LANGUAGES.map((tag) => (
            <option key={tag} value={tag}>
              {tag.toUpperCase()}
            </option>
          ))}
        </select>
        <button type="button" class="quiet" onClick={() => void logOut().catch(sayFailure)}>
          {text("log-out")}
        </button>
      </header>
      {connection.value !== "open" && (
        <p class="connection" role="status">
          {text(connection.value === "waiting" ? "connection-waiting" : "connection-connecting")}
        </p>
      )}
      <div class="bar">
        {views.length > 1 && (
          <nav aria-label={text("nav-label")}>
            {views.map((view) => (
              <a key={view} href={`#/${view}`} aria-current={shown.view === view ? "page" : undefined}>
                {text(NAMES[view])}
                <Badge view={view} />
              </a>
            ))}
          </nav>
        )}
        <SearchField />
      </div>
      <main>
        <Shown route={shown} />
      </main>
    </>
  );
}

function Beginning() {
  if (!fault.value) return <p class="empty">{text("web-loading")}</p>;
  return (
    <main class="login">
      <p class="problem" role="alert">
        {failureText(fault.value)}
      </p>
      <button type="button" class="primary" onClick={() => void begin()}>
        {text("media-again")}
      </button>
    </main>
  );
}

function App() {
  const known = session.value;
  return (
    <>
      {known === undefined ? (
        <Beginning />
      ) : known ? (
        <Desk />
      ) : (
        <Login options={options.value} problem={problem.value && text(problem.value)} />
      )}
      <Toasts />
    </>
  );
}

effect(() => {
  document.documentElement.lang = language.value;
});
effect(() => {
  const locale = session.value?.locale;
  if (locale) setUsualLanguage(locale);
});
effect(() => {
  const [first, ...rest] = notices.value;
  if (!first) return;
  notices.value = rest;
  if (first.kind === "assigned") {
    say(text("toast-assigned", { number: first.ticket.ticket_number }));
    playSound();
  } else {
    const alert = alertText(first.alert);
    say(first.alert.cleared ? text("alert-over", { alert }) : `🚨 ${alert}`, first.alert.cleared ? "info" : "error");
  }
});

joinTelegram();
// A link with another code in the same tab logs in anew.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#login=")) location.reload();
});
void begin();
render(<App />, document.getElementById("app") as HTMLElement);
