// The page: the bar above, the row of panes, and the stream of events that feeds them.

import { api, attachMenu, avatar, el, fullName, icon, listen, openMenu, recall, remember } from "./kit.js";
import { Pane } from "./pane.js";
import { locale, words } from "./words.js";

const byId = (id) => document.getElementById(id);
const panesRoot = byId("panes");
const tabsRoot = byId("tabs");

const panes = new Map(); // user id -> { pane, tab }
const closed = new Set(recall("closed", []));
let active = recall("active", null);
let bot = { id: 0, username: "", name: "Antri" };

/* Words */

document.documentElement.lang = locale;
for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
for (const node of document.querySelectorAll("[data-word-label]")) {
  node.setAttribute("aria-label", words[node.dataset.wordLabel]);
}

/* Theme: the system's until the button is pressed. */

const systemDark = matchMedia("(prefers-color-scheme: dark)");

function showTheme() {
  const chosen = recall("theme", null);
  const dark = chosen ? chosen === "dark" : systemDark.matches;
  if (chosen) document.documentElement.dataset.theme = chosen;
  const label = dark ? words.light : words.dark;
  const button = byId("theme");
  button.replaceChildren(icon(dark ? "sun" : "moon"));
  button.setAttribute("aria-label", label);
  button.title = label;
  button.onclick = () => {
    remember("theme", dark ? "light" : "dark");
    showTheme();
  };
}

systemDark.addEventListener("change", showTheme);
showTheme();

/* Panes and their tabs */

const hooks = { bot: () => bot, close: closePane, openLink, unread: showTab };

// Which panes a reader can see: on a phone the one chosen, on a tablet the ones scrolled into view.
const sight = new IntersectionObserver(
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
  const known = panes.get(user.id);
  if (known) {
    known.pane.setUser(user);
    showTab(known.pane);
    return known.pane;
  }
  const pane = new Pane(user, hooks);
  const tab = el("button.tab", { type: "button", "data-tab": user.id, onclick: () => showPane(user.id) });
  panes.set(user.id, { pane, tab });
  panesRoot.append(pane.root);
  tabsRoot.append(tab);
  showTab(pane);
  showLayout();
  sight.observe(pane.root);
  return pane;
}

function dropUser(id) {
  const { pane, tab } = panes.get(id);
  sight.unobserve(pane.root);
  pane.root.remove();
  tab.remove();
  panes.delete(id);
}

function showTab({ user, unread }) {
  const { tab } = panes.get(user.id);
  tab.replaceChildren(
    avatar(user),
    el("span.tab-name", {}, user.first_name),
    unread ? el("span.dot", {}, el("span.unseen", {}, words.unread(unread))) : "",
  );
}

/** Lays the panes out: which are closed, and which one a phone shows. */
function showLayout() {
  const open = [...panes.keys()].filter((id) => !closed.has(id));
  const front = open.includes(active) ? active : open[0];
  for (const [id, { pane, tab }] of panes) {
    pane.root.hidden = tab.hidden = closed.has(id);
    pane.root.classList.toggle("active", id === front);
  }
  const away = panes.size - open.length;
  byId("closed").hidden = !away;
  byId("closed").textContent = words.closedPanes(away);
  byId("nobody").hidden = !panes.size || open.length > 0;
  showCrowd();
}

function closePane(pane) {
  closed.add(pane.user.id);
  remember("closed", [...closed]);
  showLayout();
}

function showPane(id) {
  if (closed.delete(id)) remember("closed", [...closed]);
  active = id;
  remember("active", active);
  showLayout();
  const { pane, tab } = panes.get(id);
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  pane.root.scrollIntoView({ inline: "nearest", block: "nearest", behavior });
  tab.scrollIntoView({ inline: "nearest", block: "nearest" });
  if (pane.atEnd) pane.jump();
}

attachMenu(byId("closed"), words.reopen, () =>
  [...panes.values()]
    .filter(({ pane }) => closed.has(pane.user.id))
    .map(({ pane: { user } }) => ({ user, text: fullName(user), action: () => showPane(user.id) })),
);

/** With more people than the window has room for, the tabs lead to the rest. */
function showCrowd() {
  document.body.classList.toggle("crowded", panesRoot.scrollWidth > panesRoot.clientWidth + 1);
}

new ResizeObserver(showCrowd).observe(panesRoot);

/* Links that start the bot: whoever opens them becomes who the link says. */

function openLink(anchor, payload) {
  const start = async (user) => {
    showPane(user.id);
    const { pane } = panes.get(user.id);
    // Opening the bot's link is also how a person comes back to a bot they blocked.
    if (pane.user.blocked) await pane.composer.unblock();
    pane.composer.send({ text: payload ? `/start ${payload}` : "/start" });
  };
  const people = [...panes.values()].map(({ pane: { user } }) => ({
    user,
    text: fullName(user),
    action: () => start(user),
  }));
  const another = { icon: "plus", text: words.addPerson, action: () => askPerson(start) };
  openMenu(anchor, words.openAs, [...people, another]);
}

/* A new person */

const sheet = byId("person");
const form = sheet.querySelector("form");
let afterwards = null;

function askPerson(then = null) {
  afterwards = then;
  form.reset();
  form.elements.label.value = words.labelDefault;
  form.elements.language.value = locale;
  sheet.showModal();
}

byId("add").prepend(icon("plus"));
byId("add").addEventListener("click", () => askPerson());
form.querySelector("[value=cancel]").addEventListener("click", () => sheet.close());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, username, label, language } = form.elements;
  const [first_name, ...rest] = name.value.trim().split(/\s+/);
  if (!first_name) return;
  sheet.close();
  const shown = [...panes.values()][0]?.pane;
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
    if (afterwards) afterwards(user);
    else panes.get(user.id).pane.composer.startButton.focus({ preventScroll: true });
  } catch {
    shown?.showToast(words.failed);
  }
});

/* Events */

function showSnapshot({ bot: us, users, chats, commands }) {
  bot = us;
  document.title = `${bot.name} · @${bot.username}`;
  const present = new Set(users.map((user) => user.id));
  for (const id of [...panes.keys()]) if (!present.has(id)) dropUser(id);
  for (const user of users) putUser(user).sync(chats[user.id] ?? [], commands[user.id] ?? []);
  showLayout();
}

const withPane = (id, then) => {
  const entry = panes.get(id);
  if (entry) then(entry.pane);
};

const reactions = {
  snapshot: showSnapshot,
  user: ({ user }) => putUser(user),
  message: ({ chat, message }) => withPane(chat, (pane) => pane.put(message)),
  edited: ({ chat, message }) => withPane(chat, (pane) => pane.put(message)),
  deleted: ({ chat, message_id }) => withPane(chat, (pane) => pane.remove(message_id)),
  toast: (toast) => withPane(toast.user, (pane) => pane.answer(toast)),
  commands: ({ user, commands }) => withPane(user, (pane) => pane.setCommands(commands)),
  action: ({ chat, action }) => withPane(chat, (pane) => pane.showAction(action)),
};

function showConnection(state) {
  const node = byId("connection");
  node.dataset.state = state;
  node.firstElementChild.textContent = words.states[state];
}

showConnection("connecting");
listen((event) => reactions[event.type]?.(event), showConnection);
