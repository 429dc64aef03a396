// The page: the top bar, the row of panes, and the event stream that updates them.

import { api, attachMenu, avatar, el, fullName, icon, listen, openMenu, loadSetting, saveSetting } from "./common.js";
import { Pane } from "./pane.js";
import { showFaultSwitch } from "./faults.js";
import { showTopicSwitch } from "./topics.js";
import { locale, strings } from "./i18n.js";

const byId = (id) => document.getElementById(id);
const panesRoot = byId("panes");
const tabsRoot = byId("tabs");

const panes = new Map(); // user id -> { pane, tab }
const closed = new Set(loadSetting("closed", []));
let active = loadSetting("active", null);
let bot = { id: 0, username: "", name: "Antri" };

/* Texts of index.html */

document.documentElement.lang = locale;
for (const node of document.querySelectorAll("[data-text]")) node.textContent = strings[node.dataset.text];
for (const node of document.querySelectorAll("[data-text-label]")) {
  node.setAttribute("aria-label", strings[node.dataset.textLabel]);
}

/* Theme: the system's theme until the user chooses one. */

const systemDark = matchMedia("(prefers-color-scheme: dark)");

function showTheme() {
  const chosen = loadSetting("theme", null);
  const dark = chosen ? chosen === "dark" : systemDark.matches;
  if (chosen) document.documentElement.dataset.theme = chosen;
  const label = dark ? strings.light : strings.dark;
  const button = byId("theme");
  button.replaceChildren(icon(dark ? "sun" : "moon"));
  button.setAttribute("aria-label", label);
  button.title = label;
  button.onclick = () => {
    saveSetting("theme", dark ? "light" : "dark");
    showTheme();
  };
  dispatchEvent(new Event("themechange"));
}

systemDark.addEventListener("change", showTheme);
showTheme();

/* A hint for the first visit, until it is dismissed */

byId("hint").hidden = loadSetting("hint", "") === "seen";
byId("hint-close").append(icon("close"));
byId("hint-close").addEventListener("click", () => {
  saveSetting("hint", "seen");
  byId("hint").hidden = true;
});

showFaultSwitch(byId("faults"));

/* Panes and their tabs */

const hooks = { bot: () => bot, close: closePane, openLink, unread: showTab, people };

// Tracks the visible panes: the active one on a phone, those scrolled into view on a tablet.
const visibilityObserver = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const entry = panes.get(Number(target.dataset.pane));
      entry?.pane.setVisible(isIntersecting);
      entry?.tab.setAttribute("aria-current", String(isIntersecting));
    }
  },
  { root: panesRoot, threshold: 0.6 },
);

function putUser(user) {
  const existing = panes.get(user.id);
  if (existing) {
    existing.pane.setUser(user);
    showTab(existing.pane);
    return existing.pane;
  }
  const pane = new Pane(user, hooks);
  const tab = el("button.tab", { type: "button", "data-tab": user.id, onclick: () => showPane(user.id) });
  panes.set(user.id, { pane, tab });
  panesRoot.append(pane.root);
  tabsRoot.append(tab);
  showTab(pane);
  showLayout();
  visibilityObserver.observe(pane.root);
  return pane;
}

function dropUser(id) {
  const { pane, tab } = panes.get(id);
  visibilityObserver.unobserve(pane.root);
  pane.root.remove();
  tab.remove();
  panes.delete(id);
}

function showTab({ user, unread }) {
  const { tab } = panes.get(user.id);
  tab.replaceChildren(
    avatar(user),
    el("span.tab-name", {}, user.first_name),
    unread ? el("span.dot", {}, el("span.visually-hidden", {}, strings.unread(unread))) : "",
  );
}

/** Applies which panes are closed, and which one a phone shows. */
function showLayout() {
  const open = [...panes.keys()].filter((id) => !closed.has(id));
  const activeId = open.includes(active) ? active : open[0];
  for (const [id, { pane, tab }] of panes) {
    pane.root.hidden = tab.hidden = closed.has(id);
    pane.root.classList.toggle("active", id === activeId);
  }
  const closedCount = panes.size - open.length;
  byId("closed").hidden = !closedCount;
  byId("closed").textContent = strings.closedPanes(closedCount);
  byId("no-panes").hidden = !panes.size || open.length > 0;
  updateOverflow();
}

function closePane(pane) {
  closed.add(pane.user.id);
  saveSetting("closed", [...closed]);
  showLayout();
}

function showPane(id) {
  if (closed.delete(id)) saveSetting("closed", [...closed]);
  active = id;
  saveSetting("active", active);
  showLayout();
  const { pane, tab } = panes.get(id);
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  pane.root.scrollIntoView({ inline: "nearest", block: "nearest", behavior });
  tab.scrollIntoView({ inline: "nearest", block: "nearest" });
  if (pane.atEnd) pane.scrollToEnd();
}

/** Returns the entries of a menu for all people, each of which does `action`. */
function people(action) {
  return [...panes.values()].map(({ pane }) => personEntry(pane, action));
}

/** Returns the entry of a menu for the person of a pane. */
function personEntry({ user, composer: { commands } }, action) {
  return { user, commands, text: fullName(user), action: () => action(user) };
}

attachMenu(byId("closed"), strings.reopen, () =>
  [...panes.values()]
    .filter(({ pane }) => closed.has(pane.user.id))
    .map(({ pane }) => personEntry(pane, (user) => showPane(user.id))),
);

/** Shows the tabs when the panes do not all fit into the window. */
function updateOverflow() {
  document.body.classList.toggle("overflowing", panesRoot.scrollWidth > panesRoot.clientWidth + 1);
}

new ResizeObserver(updateOverflow).observe(panesRoot);

/* Links that start the bot: the user chooses the person who opens the link. */

function openLink(anchor, payload) {
  const start = async (user) => {
    showPane(user.id);
    const { pane } = panes.get(user.id);
    // Opening a link to a blocked bot unblocks it, as in Telegram.
    if (pane.user.blocked) await pane.composer.unblock();
    pane.composer.send({ text: payload ? `/start ${payload}` : "/start" });
  };
  const people = [...panes.values()].map(({ pane }) => personEntry(pane, start));
  const addEntry = { icon: "plus", text: strings.addPerson, action: () => openPersonDialog(start) };
  openMenu(anchor, strings.openAs, [...people, addEntry]);
}

/* A new person */

const dialog = byId("person");
const form = dialog.querySelector("form");
let onAdded = null;

function openPersonDialog(then = null) {
  onAdded = then;
  form.reset();
  form.elements.label.value = strings.labelDefault;
  form.elements.language.value = locale;
  dialog.showModal();
}

byId("add").prepend(icon("plus"));
byId("add").addEventListener("click", () => openPersonDialog());
form.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, username, label, language } = form.elements;
  const [first_name, ...rest] = name.value.trim().split(/\s+/);
  if (!first_name) return;
  dialog.close();
  const firstPane = [...panes.values()][0]?.pane;
  try {
    const user = await api.addUser({
      first_name,
      last_name: rest.join(" ") || undefined,
      username: username.value || undefined,
      label: label.value.trim() || undefined,
      language_code: language.value,
    });
    putUser(user);
    showPane(user.id);
    if (onAdded) onAdded(user);
    else panes.get(user.id).pane.composer.startButton.focus({ preventScroll: true });
  } catch {
    firstPane?.answers.showToast(strings.failed);
  }
});

/* Events */

function showBot(currentBot) {
  bot = currentBot;
  showTopicSwitch(byId("topics"), bot.has_topics);
}

function showSnapshot({ bot: currentBot, users, chats, commands, info }) {
  showBot(currentBot);
  document.title = `${bot.name} · @${bot.username}`;
  const currentIds = new Set(users.map((user) => user.id));
  for (const id of [...panes.keys()]) if (!currentIds.has(id)) dropUser(id);
  for (const user of users) putUser(user).sync(chats[user.id] ?? [], commands[user.id] ?? [], info[user.id]);
  showLayout();
}

const withPane = (id, then) => {
  const entry = panes.get(id);
  if (entry) then(entry.pane);
};

const eventHandlers = {
  snapshot: showSnapshot,
  user: ({ user }) => putUser(user),
  message: ({ chat, message }) => withPane(chat, (pane) => pane.put(message)),
  edited: ({ chat, message }) => withPane(chat, (pane) => pane.put(message)),
  deleted: ({ chat, message_id }) => withPane(chat, (pane) => pane.remove(message_id)),
  bot: ({ bot: currentBot }) => showBot(currentBot),
  info: ({ chat, info }) => withPane(chat, (pane) => pane.setInfo(info)),
  toast: (toast) => withPane(toast.user, (pane) => pane.answers.show(toast)),
  commands: ({ user, commands }) => withPane(user, (pane) => pane.setCommands(commands)),
  action: ({ chat, action }) => withPane(chat, (pane) => pane.showAction(action)),
};

function showConnection(state) {
  const node = byId("connection");
  node.dataset.state = state;
  node.firstElementChild.textContent = strings.states[state];
}

showConnection("connecting");
listen((event) => eventHandlers[event.type]?.(event), showConnection);
