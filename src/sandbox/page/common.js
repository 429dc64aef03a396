// Shared helpers: elements, icons, menus, saved settings, and the sandbox's client API.

import { strings } from "./i18n.js";

/** `el("button.round", { type: "button", onclick: press }, "text", child)`; strings become text nodes, never HTML. */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  node.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") node.classList.add(value);
    else if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

const iconPaths = {
  app: "M4 5h16v14H4zM4 9.5h16M7 7.3v.01",
  attach: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  block: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.7 5.7l12.6 12.6",
  check: "M1.5 12.5l4.5 4.5L15 8M11.5 16.2l.8.8 9-9",
  close: "M6 6l12 12M18 6L6 18",
  contact: "M4 5h16v14H4zM12 9.2a2 2 0 1 0 0 .1M8.5 15.5c1-2 6-2 7 0",
  document: "M7 3h7l5 5v13H7zM14 3v5h5",
  bolt: "M13 2.5L4.5 13.5H11l-1 8 8.5-11H12z",
  dots: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  down: "M5 9l7 7 7-7",
  edit: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5",
  location: "M12 21c-4-5-6.5-8-6.5-11.2a6.5 6.5 0 0 1 13 0C18.5 13 16 16 12 21zM12 12a2.2 2.2 0 1 0 0-.01",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  out: "M8 16l8-8M9.5 8H16v6.5",
  pause: "M8.5 6v12M15.5 6v12",
  photo: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9v.01",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  play: "M8 5.5v13l10.5-6.5z",
  plus: "M12 5v14M5 12h14",
  reply: "M10 6L4 12l6 6M4 12h9a7 7 0 0 1 7 7",
  send: "M4 4.5l17 7.5-17 7.5 2.5-7.5zM6.5 12H14",
  sticker: "M4 4h16v10l-6 6H4zM14 20v-6h6M8.5 9v.5M14.5 9v.5M8.5 12.5c1 1.4 3 1.7 4.5.6",
  sun:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2" +
    "M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  topics: "M4 6h10v7H8l-4 3zM17 10h3v9l-3-2.5h-6V16",
  video: "M3.5 6.5h12v11h-12zM15.5 10.5l5-3v9l-5-3",
  voice: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
};
iconPaths.audio = iconPaths.voice;

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", iconPaths[name] ?? iconPaths.document);
  svg.append(path);
  return svg;
}

export const iconButton = (name, label, attributes = {}) =>
  el("button.round", { type: "button", "aria-label": label, title: label, ...attributes }, icon(name));

export const fullName = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

export function avatar(user) {
  const initials = [user.first_name, user.last_name].filter(Boolean).map((part) => [...part][0]).join("");
  return el(`span.avatar.hue${Math.abs(user.id) % 7}`, { "aria-hidden": "true" }, initials.toUpperCase());
}

/** The role for each prefix of a label, in both languages. Each role has a colour. */
const roleByLabelPrefix = { customer: "customer", pelanggan: "customer", agent: "agent", agen: "agent", admin: "admin" };

/** The role that a command in a person's menu implies; the first match counts. */
const roleByCommand = { workload: "admin", online: "agent", mytickets: "customer" };

/**
 * Returns the label of a person. A label that names a role shows the role of the command menu, which the bot can
 * change, in the page's language.
 */
export function labelChip(user, commands) {
  if (!user.label) return null;
  const prefix = Object.keys(roleByLabelPrefix).find((name) => user.label.toLowerCase().startsWith(name));
  const menuRole = roleByCommand[Object.keys(roleByCommand).find((name) => commands.some(({ command }) => command === name))];
  const labelRole = roleByLabelPrefix[prefix];
  const role = labelRole && (menuRole ?? labelRole);
  // "Agent 2" keeps its number as long as the person has that role.
  const rest = role === labelRole ? user.label.slice(prefix?.length ?? 0) : "";
  return el(`span.chip.${role ?? "other"}`, { "data-testid": "role" }, role ? strings.roles[role] + rest : user.label);
}

/* Menus are popovers: the browser closes them on Escape or a click outside, and restores the focus. */

function fillMenu(box, title, items) {
  const entries = items.map(({ icon: name, emoji, user, commands, text, danger, checked, action }, index) =>
    el(
      danger ? "button.entry.danger" : "button.entry",
      {
        type: "button",
        role: checked == null ? "menuitem" : "menuitemradio",
        "aria-checked": checked == null ? null : String(checked),
        autofocus: index === 0,
        onclick: () => (box.hidePopover(), action()),
      },
      user ? avatar(user) : emoji ? el("span.icon", { "aria-hidden": "true" }, emoji) : icon(name),
      el("span", {}, text),
      user && labelChip(user, commands),
    ),
  );
  box.replaceChildren(el("p.menu-title", {}, title), ...entries);
}

function placeMenu(box, anchor) {
  const rect = anchor.getBoundingClientRect();
  const fits = rect.bottom + box.offsetHeight + 8 < innerHeight;
  const left = Math.min(rect.left, innerWidth - box.offsetWidth - 8);
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${fits ? rect.bottom + 4 : Math.max(8, rect.top - box.offsetHeight - 4)}px`;
}

function menuBox(title) {
  const box = el("div.menu", { popover: "auto", role: "menu", "aria-label": title });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const entries = [...box.querySelectorAll(".entry")];
    entries.at((entries.indexOf(document.activeElement) + step) % entries.length)?.focus();
  });
  return box;
}

/** Adds a menu to a button. `items()` is called each time it opens. */
export function attachMenu(button, title, items) {
  const box = menuBox(title);
  button.popoverTargetElement = box;
  button.setAttribute("aria-haspopup", "menu");
  box.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    fillMenu(box, title, items());
    // The menu has no size before it is shown. The next frame still comes before the first paint.
    requestAnimationFrame(() => placeMenu(box, button));
  });
  button.after(box);
}

/** Opens a menu once, next to `anchor` (for example a link in a message). */
export function openMenu(anchor, title, items) {
  const box = menuBox(title);
  fillMenu(box, title, items);
  box.addEventListener("toggle", (event) => event.newState === "closed" && box.remove());
  document.body.append(box);
  box.showPopover();
  placeMenu(box, anchor);
}

/* Settings that survive a reload. They are lost if the browser forbids storage. */

export function loadSetting(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(`antri.${key}`)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function saveSetting(key, value) {
  try {
    localStorage.setItem(`antri.${key}`, JSON.stringify(value));
  } catch {
    // Ignored: the next page load uses the defaults.
  }
}

/* Client API of the sandbox */

async function post(path, body) {
  const response = await fetch(`/sandbox/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.status === 204 ? null : response.json();
}

export const api = {
  addUser: (user) => post("users", user),
  send: (user, message) => post(`users/${user}/messages`, message),
  edit: (user, message_id, text) => post(`users/${user}/edit`, { message_id, text }),
  react: (user, message_id, emoji) => post(`users/${user}/react`, { message_id, emoji }),
  press: (user, message_id, data) => post(`users/${user}/press`, { message_id, data }),
  inline: (user, query) => post(`users/${user}/inline`, { query }),
  sendInline: (query, message) => post(`inline/${query}`, message),
  share: (user, chosen) => post(`users/${user}/share`, { chosen }),
  block: (user, blocked) => post(`users/${user}/block`, { blocked }),
  file: (id) => `/sandbox/files/${encodeURIComponent(id)}`,
  setTopics: (enabled) => post("topics", { enabled }),
  faults: async () => (await (await fetch("/sandbox/faults")).json()).rules,
  setFault: async (rule) => {
    await fetch("/sandbox/faults", { method: "DELETE" });
    if (!rule) return;
    const headers = { "content-type": "application/json" };
    const response = await fetch("/sandbox/faults", { method: "POST", headers, body: JSON.stringify(rule) });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  },
};

/** Follows the event stream while the page is open. Every connection begins with a snapshot. */
export function listen(onEvent, onState) {
  let failures = 0;
  const open = () => {
    const source = new EventSource("/sandbox/events");
    source.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "snapshot") {
        failures = 0;
        onState("live");
      }
      onEvent(event);
    };
    source.onerror = () => {
      onState("lost");
      // The browser reconnects after a broken connection, but not after an error response.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, Math.min(8000, 500 * 2 ** failures++));
    };
  };
  open();
}
