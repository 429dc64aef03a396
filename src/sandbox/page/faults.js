// The switch for faults of the simulated Telegram. The sandbox applies them; the desk must cope.

import { api, attachMenu, el, icon, loadSetting, saveSetting } from "./common.js";
import { strings } from "./i18n.js";

/** As many requests as there will be. */
const ALWAYS = 4294967295;
/** The interval at which the page asks whether a fault is used up, in ms. */
const POLL_MS = 1_000;

const rules = {
  away: { times: ALWAYS, fault: { kind: "server_error", status: 502 } },
  slow: { times: ALWAYS, fault: { kind: "delay", millis: 3000 } },
  busy: { method: "sendMessage", times: 3, fault: { kind: "too_many_requests", retry_after: 5 } },
  lost: { method: "sendMessage", times: 1, fault: { kind: "reset_after_success" } },
};

/** Makes a button the switch: it shows the fault in force, and opens the menu of faults. */
export function showFaultSwitch(button) {
  let current = null;
  let timer = null;

  const show = (name) => {
    current = name;
    saveSetting("fault", name);
    button.replaceChildren(icon("bolt"), el("span.long", {}, name ? strings.faultKinds[name] : strings.faultsOff));
    const label = name ? strings.faultsOn(strings.faultKinds[name]) : `${strings.faults}: ${strings.faultsOff}`;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.dataset.fault = name ?? "";
    clearInterval(timer);
    if (name) timer = setInterval(check, POLL_MS);
  };

  // A fault for some requests is over after them, and a restarted demo has none.
  const check = async () => {
    const left = await api.faults().catch(() => 0);
    if (!left && current) show(null);
  };

  const choose = async (name) => {
    try {
      await api.setFault(name && rules[name]);
      show(name);
    } catch {
      show(null);
    }
  };

  const saved = loadSetting("fault", null);
  show(saved in rules ? saved : null);
  check();
  attachMenu(button, strings.faults, () =>
    [null, ...Object.keys(rules)].map((name) => ({
      icon: name ? "bolt" : "check",
      text: name ? strings.faultKinds[name] : strings.faultsOff,
      checked: name === current,
      danger: Boolean(name) && name === current,
      action: () => choose(name),
    })),
  );
}
