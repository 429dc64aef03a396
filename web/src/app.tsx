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
import { playSound, SoundSwitch } from "./parts/sound";
import { Toasts, say, sayFailure } from "./parts/toasts";
import { LANGUAGES, type Language, chooseLanguage, language, setUsualLanguage, text, zone } from "./texts";
import { forgetLaunch, initData, joinTelegram, loginCode, widgetLogin } from "./telegram";
import { type Route, route } from "./route";
import { Alerts, alertText } from "./views/alerts";
import { Departments } from "./views/departments";
import { Login } from "./views/login";
import { MyQueue } from "./views/my-queue";
import { Queue } from "./views/queue";
import { Settings } from "./views/settings";
import { Statistics } from "./views/statistics";
import { Ticket } from "./views/ticket";
import { Waiting, waitingFor } from "./views/waiting";
import { Workload } from "./views/workload";

const options = signal<LoginOptions | null>(null);
const problem = signal<string | null>(null);

const PROBLEMS: Record<string, string> = {
  expired_token: "login-used",
  used_login: "login-used",
  old_login: "login-used",
  forbidden: "login-forbidden",
};

/** Logs in with what Telegram or the link passed, or else resumes the session of the cookie. */
async function begin(): Promise<void> {
  const widget = widgetLogin();
  forgetLaunch();
  options.value = await loginOptions().catch(() => null);
  if (options.value) {
    zone.value = options.value.time_zone;
    setUsualLanguage(options.value.locale);
  }
  try {
    if (loginCode) await logIn("link", { code: loginCode });
    else if (initData) await logIn("miniapp", { init_data: initData });
    else if (widget) await logIn("telegram", widget);
    else await renewNow();
  } catch (error) {
    const code = error instanceof RequestError ? error.code : "";
    problem.value = PROBLEMS[code] ?? "login-failed";
    session.value = null;
  }
}

type View = Exclude<Route["view"], "ticket">;
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
  const shown: Route = asked && (asked.view === "ticket" || views.includes(asked.view)) ? asked : { view: home };

  useEffect(() => follow(), []);
  // The navigation of a phone is wider than its window.
  useEffect(() => {
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [shown.view]);
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
      <main>
        <Shown route={shown} />
      </main>
    </>
  );
}

function App() {
  const known = session.value;
  return (
    <>
      {known === undefined ? (
        <p class="empty">{text("web-loading")}</p>
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
