// One person's Telegram: their chat with the bot, kept up to date by the events that the page hands in.

import { Composer } from "./composer.js";
import { api, attachMenu, avatar, el, fullName, icon, iconButton, labelChip } from "./kit.js";
import { renderMessage, startPayload, togglePlay } from "./message.js";
import { day, words } from "./words.js";

/** A press that nobody answers stops spinning by itself, as in Telegram. */
const ANSWER_LIMIT = 15_000;
const TYPING_LIMIT = 5_000;

export class Pane {
  /** `hooks`: bot(), close(pane), openLink(anchor, payload), unread(pane). */
  constructor(user, hooks) {
    this.hooks = hooks;
    this.messages = new Map(); // message id -> { message, node, as: what was drawn }
    this.waiting = new Map(); // callback query id -> stop the button's spinner
    this.early = new Set(); // answers that overtook the response to their press
    this.inFlight = 0;
    this.unread = 0;
    this.visible = false;
    this.atEnd = true;
    this.lastTop = 0;
    this.composer = new Composer(user, {
      bot: hooks.bot,
      say: (text) => this.showToast(text),
      sent: () => this.toEnd(),
    });
    this.build(user);
    this.setUser(user);
    this.refreshFoot();
  }

  build(user) {
    this.face = el("div.face");
    this.menuButton = iconButton("dots", words.menuOf(fullName(user)));
    const head = el("header.head", {}, this.face, this.menuButton);
    attachMenu(this.menuButton, words.menuOf(fullName(user)), () => this.menu());

    this.log = el("div.log", { role: "log", "aria-live": "polite", onclick: (event) => this.clicked(event) });
    this.log.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("tg-spoiler")) this.clicked(event);
    });
    this.scroller = el("div.scroller", { tabindex: 0, onscroll: () => this.scrolled() }, this.log);
    this.empty = el("div.empty", {}, el("b", {}, words.emptyTitle), el("p", {}, words.empty(this.hooks.bot().name)));
    this.counter = el("span.counter", { hidden: true });
    this.endButton = iconButton("down", words.toEnd, {
      class: "to-end",
      hidden: true,
      onclick: () => this.toEnd(true),
    });
    this.endButton.append(this.counter);
    this.toasts = el("div", { role: "status" });
    const chat = el("div.chat", {}, this.scroller, this.empty, this.endButton, this.toasts);
    this.root = el("section.pane", { "data-pane": user.id }, head, chat, this.composer.root);
    this.root.addEventListener("dragover", (event) => event.preventDefault());
    this.root.addEventListener("drop", (event) => this.composer.take(event.dataTransfer.files, event));

    // Pictures load, keyboards grow, windows turn: whoever was at the end stays there.
    const settle = new ResizeObserver(() => this.atEnd && this.jump());
    settle.observe(this.log);
    settle.observe(this.scroller);
  }

  setUser(user) {
    this.user = user;
    const name = fullName(user);
    this.root.setAttribute("aria-label", [name, user.label].filter(Boolean).join(", "));
    this.log.setAttribute("aria-label", words.chatOf(name));
    this.scroller.setAttribute("aria-label", words.chatOf(name));
    this.activity = el("span.activity");
    this.face.replaceChildren(
      avatar(user),
      el(
        "div.who",
        {},
        el("h2", {}, el("span.name", {}, name), (this.chip = el("span", {}, labelChip(user, this.composer.commands)))),
        el(
          "p.about",
          {},
          this.activity,
          el("span.handle", {}, user.username ? `@${user.username}` : `ID ${user.id}`),
          user.language_code && el("span.code", { title: words.language }, user.language_code.slice(0, 2)),
          user.blocked && el("span.off", {}, words.blocked),
        ),
      ),
    );
    this.composer.setUser(user);
    this.refreshFoot();
  }

  menu() {
    const { blocked, id } = this.user;
    return [
      {
        icon: "block",
        text: blocked ? words.unblock : words.block,
        danger: !blocked,
        action: () => api.block(id, !blocked).catch(() => this.showToast(words.failed)),
      },
      { icon: "close", text: words.closePane, action: () => this.hooks.close(this) },
    ];
  }

  /** The menu, and with it the role: both change while the page is open. */
  setCommands(commands) {
    this.composer.setCommands(commands);
    this.chip.replaceChildren(...[labelChip(this.user, commands)].filter(Boolean));
  }

  refreshFoot() {
    this.empty.hidden = this.messages.size > 0;
    this.composer.setMode(this.user.blocked ? "blocked" : this.messages.size ? "write" : "start");
  }

  /** Brings the pane to what a snapshot says, touching only what differs: drafts, focus and place survive. */
  sync(messages, commands) {
    const present = new Set(messages.filter((message) => !message.deleted).map((message) => message.message_id));
    const fresh = this.messages.size === 0;
    this.log.setAttribute("aria-busy", "true");
    for (const message_id of [...this.messages.keys()]) if (!present.has(message_id)) this.remove(message_id);
    for (const message of messages) if (present.has(message.message_id)) this.put(message, !fresh);
    for (const stop of this.waiting.values()) stop();
    this.log.removeAttribute("aria-busy");
    this.setCommands(commands);
    if (fresh) this.toEnd();
  }

  /** Shows a message, new or changed; `live` when it happened just now. */
  put(message, live = true) {
    if (message.deleted) return this.remove(message.message_id);
    const as = JSON.stringify(message);
    const known = this.messages.get(message.message_id);
    if (known?.as === as) return;
    const node = renderMessage(message, message.from === "user" ? words.you : this.hooks.bot().name);
    if (known) this.replace(known.node, node);
    else this.insert(message, node);
    this.messages.set(message.message_id, { message, node, as });
    if (known || !live) return this.refreshFoot();
    node.classList.add("arriving");
    if (message.from === "bot") {
      this.showAction(null);
      this.countUnread();
    }
    this.refreshFoot();
  }

  insert(message, node) {
    // Out of turn (an event overtook another): before the first younger message.
    const younger = [...this.messages.keys()].filter((id) => id > message.message_id);
    if (younger.length) return this.messages.get(Math.min(...younger)).node.before(node);
    const label = day(message.date);
    let section = this.log.lastElementChild;
    if (section?.dataset.day !== label) {
      section = el("div.day", { "data-day": label }, el("p.date", {}, el("span", {}, label)));
      this.log.append(section);
    }
    section.append(node);
  }

  replace(old, node) {
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.callback : null;
    old.replaceWith(node);
    node.classList.add("flash");
    // Whoever pressed with the keyboard keeps their place in the new buttons.
    if (focused != null) (node.querySelector(`[data-callback="${CSS.escape(focused)}"]`) ?? this.scroller).focus();
  }

  remove(message_id) {
    const known = this.messages.get(message_id);
    if (!known) return;
    this.messages.delete(message_id);
    known.node.classList.add("leaving");
    setTimeout(() => {
      const section = known.node.parentElement;
      known.node.remove();
      if (!section?.querySelector(".message")) section?.remove();
    }, 260);
    this.refreshFoot();
  }

  clicked(event) {
    const target = event.target.closest("[data-callback], [data-command], [data-play], tg-spoiler, a[href]");
    if (!target) return;
    if (target.dataset.callback != null) this.press(target);
    else if (target.dataset.command) this.composer.send({ text: target.dataset.command });
    else if (target.dataset.play) togglePlay(target);
    else if (target.matches("tg-spoiler")) target.classList.add("open");
    else {
      const payload = startPayload(target.href, this.hooks.bot().username);
      if (payload == null) return;
      event.preventDefault();
      this.hooks.openLink(target, payload);
    }
  }

  async press(button) {
    if (button.hasAttribute("aria-busy")) return;
    const message_id = Number(button.closest("[data-message]").dataset.message);
    button.setAttribute("aria-busy", "true");
    let query = null;
    const stop = () => {
      clearTimeout(timer);
      this.waiting.delete(query);
      button.removeAttribute("aria-busy");
    };
    const timer = setTimeout(stop, ANSWER_LIMIT);
    this.inFlight++;
    try {
      query = (await api.press(this.user.id, message_id, button.dataset.callback)).callback_query_id;
      if (this.early.has(query)) stop();
      else this.waiting.set(query, stop);
    } catch {
      stop();
      this.showToast(words.failed);
    } finally {
      if (--this.inFlight === 0) this.early.clear();
    }
  }

  /** The bot's answer to a press. */
  answer({ callback_query_id, text, alert }) {
    const stop = this.waiting.get(callback_query_id);
    if (stop) stop();
    else if (this.inFlight) this.early.add(callback_query_id);
    if (!text) return;
    if (alert) this.showAlert(text);
    else this.showToast(text);
  }

  showToast(text) {
    clearTimeout(this.toastTimer);
    this.toasts.replaceChildren(el("div.toast", { "data-testid": "toast" }, text));
    this.toastTimer = setTimeout(() => this.toasts.replaceChildren(), 2500 + text.length * 40);
  }

  showAlert(text) {
    const done = el("button.quiet", { type: "button", autofocus: true, onclick: () => box.close() }, words.ok);
    const attributes = { "data-testid": "alert", "aria-label": fullName(this.user) };
    const box = el("dialog.alert", attributes, el("p", {}, text), done);
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
    // It belongs to this person's screen, so it stands in the middle of their pane, if that is still there.
    const at = this.root.getBoundingClientRect();
    if (!at.width) return;
    box.style.left = `${at.left + (at.width - box.offsetWidth) / 2}px`;
    box.style.top = `${at.top + (at.height - box.offsetHeight) / 2}px`;
  }

  /** The "is typing" line; null takes it away. */
  showAction(action) {
    clearTimeout(this.actionTimer);
    const { name } = this.hooks.bot();
    this.activity.textContent = !action ? "" : action === "typing" ? words.typing(name) : words.sending(name);
    this.activity.classList.toggle("on", Boolean(action));
    if (action) this.actionTimer = setTimeout(() => this.showAction(null), TYPING_LIMIT);
  }

  setVisible(visible) {
    this.visible = visible;
    if (visible && this.atEnd) this.clearUnread();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // A pane that is not laid out has no height, and says nothing about where its reader is.
    if (!clientHeight) return;
    // Only the reader's own way up leaves the end; a message that grew meanwhile does not.
    if (scrollHeight - scrollTop - clientHeight < 48) this.atEnd = true;
    else if (scrollTop < this.lastTop) this.atEnd = false;
    this.lastTop = scrollTop;
    this.endButton.hidden = this.atEnd;
    if (this.atEnd && this.visible) this.clearUnread();
  }

  countUnread() {
    if (this.atEnd && this.visible) return;
    this.showUnread(this.unread + 1);
  }

  clearUnread() {
    if (this.unread) this.showUnread(0);
  }

  showUnread(count) {
    this.unread = count;
    this.counter.textContent = String(count);
    this.counter.hidden = !count;
    this.endButton.setAttribute("aria-label", count ? `${words.toEnd}: ${words.unread(count)}` : words.toEnd);
    this.hooks.unread(this);
  }

  jump() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  toEnd(smooth = false) {
    this.atEnd = true;
    this.endButton.hidden = true;
    this.clearUnread();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
  }
}
