/** The desk's settings, for admins: what `/settings` shows in the bot. A change counts at once. */
import { RequestError, call } from "../desk/api";
import type { Settings as Values } from "../desk/bodies";
import { useResource } from "../desk/resource";
import { Rich } from "../parts/rich";
import { say, sayFailure } from "../parts/toasts";
import { duration, text } from "../texts";

const PATH = "/api/settings";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A value of a setting; null where it is off. */
type Value = string | number | null;

interface Setting {
  field: string;
  name: string;
  about: string;
  /** The texts of its alternatives. */
  choices?: Record<string, string>;
  /** The times that are offered, in seconds; the text of zero, where that is a choice. */
  times?: number[];
  zero?: string;
  /** The hours of the day that are offered, with null for none. */
  hours?: (number | null)[];
  /** The range of a number. */
  range?: [number, number];
}

const SETTINGS: Setting[] = [
  {
    field: "mode",
    name: "setting-mode",
    about: "web-mode-about",
    choices: { auto: "setting-mode-auto", dual: "setting-mode-dual", manual: "setting-mode-manual" },
  },
  { field: "rollout_percent", name: "setting-rollout", about: "web-rollout-about", range: [0, 100] },
  {
    field: "strategy",
    name: "setting-strategy",
    about: "setting-strategy-about",
    choices: {
      round_robin: "setting-strategy-turns",
      least_loaded: "setting-strategy-load",
      random: "setting-strategy-random",
    },
  },
  { field: "default_capacity", name: "setting-capacity", about: "web-capacity-about", range: [1, 100] },
  {
    field: "offline_behaviour",
    name: "setting-offline",
    about: "setting-offline-about",
    choices: {
      keep: "setting-offline-keep",
      reassign_waiting: "setting-offline-waiting",
      reassign_all: "setting-offline-all",
    },
  },
  {
    field: "agent_idle_timeout",
    name: "setting-idle",
    about: "setting-idle-about",
    times: [10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
  },
  {
    field: "grace_period",
    name: "setting-grace",
    about: "setting-grace-about",
    times: [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  },
  {
    field: "no_answer_time",
    name: "setting-no-answer",
    about: "setting-no-answer-about",
    times: [0, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR],
    zero: "setting-no-answer-off",
  },
  {
    field: "agent_naming",
    name: "setting-naming",
    about: "web-naming-about",
    choices: { alias: "setting-naming-alias", name: "setting-naming-name", hidden: "setting-naming-hidden" },
  },
  {
    field: "reopen_window",
    name: "setting-reopen",
    about: "setting-reopen-about",
    times: [6 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY],
  },
  {
    field: "topic_retention",
    name: "setting-topics",
    about: "setting-topics-about",
    times: [0, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY],
    zero: "setting-topics-none",
  },
  {
    field: "wait_alert",
    name: "setting-wait-alert",
    about: "setting-wait-alert-about",
    times: [5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR],
  },
  {
    field: "unstaffed_alert",
    name: "setting-unstaffed-alert",
    about: "setting-unstaffed-alert-about",
    times: [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  },
  {
    field: "summary_hour",
    name: "setting-summary",
    about: "setting-summary-about",
    hours: [null, ...Array(24).keys()],
    zero: "setting-summary-off",
  },
];

/** Returns a value of a setting in words. */
function valueText(setting: Setting, value: Value): string {
  const choice = setting.choices?.[String(value)];
  if (choice) return text(choice);
  if (setting.hours) return value === null ? text(setting.zero ?? "") : text("time-clock", { hour: String(value).padStart(2, "0"), minute: "00" });
  if (!setting.times) return setting.field === "rollout_percent" ? text("setting-percent", { percent: Number(value) }) : String(value);
  return value === 0 && setting.zero ? text(setting.zero) : duration(Number(value));
}

function Control({ setting, value, change }: { setting: Setting; value: Value; change: (value: Value) => void }) {
  const describedBy = `about-${setting.field}`;
  const label = text(setting.name);
  if (setting.range) {
    const [min, max] = setting.range;
    return (
      <input
        type="number"
        aria-label={label}
        aria-describedby={describedBy}
        required
        min={min}
        max={max}
        value={value ?? ""}
        onChange={(event) => {
          const field = event.currentTarget;
          if (field.reportValidity()) change(field.valueAsNumber);
        }}
      />
    );
  }
  const offered = setting.times ?? setting.hours ?? Object.keys(setting.choices ?? {});
  const values = [...new Set<Value>([...offered, value])];
  if (setting.times) values.sort((a, b) => Number(a) - Number(b));
  return (
    <select
      aria-label={label}
      aria-describedby={describedBy}
      value={String(value)}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        change(values.find((one) => String(one) === chosen) ?? null);
      }}
    >
      {values.map((one) => (
        <option key={String(one)} value={String(one)}>
          {valueText(setting, one)}
        </option>
      ))}
    </select>
  );
}

export function Settings() {
  const settings = useResource<Values>(PATH);
  const values = settings.data;
  const change = async (setting: Setting, value: Value) => {
    if (!values) return;
    const name = text(setting.name);
    const before = values;
    settings.show({ ...values, [setting.field]: value });
    try {
      settings.show(await call<Values>("PATCH", PATH, { version: before.version, [setting.field]: value }));
      say(text("setting-changed", { name, value: valueText(setting, value) }));
    } catch (error) {
      settings.show(before);
      if (!(error instanceof RequestError) || error.code !== "stale") return sayFailure(error);
      // Somebody else was faster: what they chose is shown, and the next change is over that.
      const now = await call<Values>("GET", PATH).catch(() => before);
      settings.show(now);
      const present = valueText(setting, now[setting.field] ?? null);
      say(text("setting-changed-meanwhile", { name, value: present }), "error");
    }
  };
  return (
    <section aria-labelledby="settings">
      <h1 id="settings">{text("nav-settings")}</h1>
      {!values && <p class="empty">{text("web-loading")}</p>}
      {values &&
        SETTINGS.map((setting) => (
          <article class="card setting" key={setting.field} data-setting={setting.field}>
            <h2>{text(setting.name)}</h2>
            <Control setting={setting} value={values[setting.field] ?? null} change={(value) => void change(setting, value)} />
            <p class="about" id={`about-${setting.field}`}>
              <Rich>{text(setting.about)}</Rich>
            </p>
          </article>
        ))}
    </section>
  );
}
