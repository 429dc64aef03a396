// One person's chat with the bot. The page passes the events to it.

import { Composer } from "./composer.js";
import { api, attachMenu, avatar, el, fullName, icon, iconButton, labelChip } from "./common.js";
import { renderMessage, startPayload, togglePlay } from "./message.js";
import { day, strings } from "./i18n.js";

/** The time after which the spinner of an unanswered press stops, in ms, as in Telegram. */
const ANSWER_TIMEOUT_MS = 15_000;
/** The time for which a chat action is shown, in ms, as in Telegram. */
const TYPING_TIMEOUT_MS = 5_000;

export class Pane {
  /** `hooks`: bot(), close(pane), openLink(anchor, payload), unread(pane). */
  constructor(user, hooks) {
    this.hooks = hooks;
    this.messages = new Map(); // message id -> { message, node, json: the rendered message }
    this.pendingPresses = new Map(); // callback query id -> function that stops the button's spinner
    this.earlyAnswers = new Set(); // answers that arrived before the response to their press
    this.inFlight = 0;
    this.unread = 0;
    this.visible = false;
    this.atEnd = true;
    this.lastTop = 0;
    this.composer = new Composer(user, {
      bot: hooks.bot,
      showToast: (text) => this.showToast(text),
      onSend: () => this.toEnd(),
    });
    this.build(user);
    this.setUser(user);
    this.updateComposer();
  }

  build(user) {
    this.identity = el("div.identity");
    this.menuButton = iconButton("dots", strings.menuOf(fullName(user)));
    const head = el("header.head", {}, this.identity, this.menuButton);
    attachMenu(this.menuButton, strings.menuOf(fullName(user)), () => this.menu());

    this.log = el("div.log", { role: "log", "aria-live": "polite", onclick: (event) => this.onClick(event) });
    this.log.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("tg-spoiler")) this.onClick(event);
    });
    this.scroller = el("div.scroller", { tabindex: 0, onscroll: () => this.onScroll() }, this.log);
    this.empty = el("div.empty", {}, el("b", {}, strings.emptyTitle), el("p", {}, strings.empty(this.hooks.bot().name)));
    this.counter = el("span.counter", { hidden: true });
    this.endButton = iconButton("down", strings.toEnd, {
      class: "to-end",
      hidden: true,
      onclick: () => this.toEnd(true),
    });
    this.endButton.append(this.counter);
    this.toasts = el("div", { role: "status" });
    const chat = el("div.chat", {}, this.scroller, this.empty, this.endButton, this.toasts);
    this.root = el("section.pane", { "data-pane": user.id }, head, chat, this.composer.root);
    this.root.addEventListener("dragover", (event) => event.preventDefault());
    this.root.addEventListener("drop", (event) => this.composer.acceptFile(event.dataTransfer.files, event));

    // Keeps the pane at the end when content or window change their size.
    const resizeObserver = new ResizeObserver(() => this.atEnd && this.scrollToEnd());
    resizeObserver.observe(this.log);
    resizeObserver.observe(this.scroller);
  }

  setUser(user) {
    this.user = user;
    const name = fullName(user);
    this.root.setAttribute("aria-label", [name, user.label].filter(Boolean).join(", "));
    this.log.setAttribute("aria-label", strings.chatOf(name));
    this.scroller.setAttribute("aria-label", strings.chatOf(name));
    this.activity = el("span.activity");
    this.identity.replaceChildren(
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
          user.language_code && el("span.code", { title: strings.language }, user.language_code.slice(0, 2)),
          user.blocked && el("span.off", {}, strings.blocked),
        ),
      ),
    );
    this.composer.setUser(user);
    this.updateComposer();
  }

  menu() {
    const { blocked, id } = this.user;
    return [
      {
        icon: "block",
        text: blocked ? strings.unblock : strings.block,
        danger: !blocked,
        action: () => api.block(id, !blocked).catch(() => this.showToast(strings.failed)),
      },
      { icon: "close", text: strings.closePane, action: () => this.hooks.close(this) },
    ];
  }

  /** Sets the command menu, and the role that it implies. */
  setCommands(commands) {
    this.composer.setCommands(commands);
    this.chip.replaceChildren(...[labelChip(this.user, commands)].filter(Boolean));
  }

  updateComposer() {
    this.empty.hidden = this.messages.size > 0;
    this.composer.setMode(this.user.blocked ? "blocked" : this.messages.size ? "write" : "start");
  }

  /** Applies a snapshot. Only differences are changed, so that input, focus and scroll position are kept. */
  sync(messages, commands) {
    const currentIds = new Set(messages.filter((message) => !message.deleted).map((message) => message.message_id));
    const firstSync = this.messages.size === 0;
    this.log.setAttribute("aria-busy", "true");
    for (const message_id of [...this.messages.keys()]) if (!currentIds.has(message_id)) this.remove(message_id);
    for (const message of messages) if (currentIds.has(message.message_id)) this.put(message, !firstSync);
    for (const stop of this.pendingPresses.values()) stop();
    this.log.removeAttribute("aria-busy");
    this.setCommands(commands);
    if (firstSync) this.toEnd();
  }

  /** Shows a new or changed message; `live` if it comes from an event, not from the first snapshot. */
  put(message, live = true) {
    if (message.deleted) return this.remove(message.message_id);
    const json = JSON.stringify(message);
    const existing = this.messages.get(message.message_id);
    if (existing?.json === json) return;
    const node = renderMessage(message, message.from === "user" ? strings.you : this.hooks.bot().name);
    if (existing) this.replace(existing.node, node);
    else this.insert(message, node);
    this.messages.set(message.message_id, { message, node, json });
    if (existing || !live) return this.updateComposer();
    node.classList.add("arriving");
    if (message.from === "bot") {
      this.showAction(null);
      this.countUnread();
    }
    this.updateComposer();
  }

  insert(message, node) {
    // A message that arrives out of order goes before the first newer one.
    const newer = [...this.messages.keys()].filter((id) => id > message.message_id);
    if (newer.length) return this.messages.get(Math.min(...newer)).node.before(node);
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
    // Keeps the keyboard focus on the same button.
    if (focused != null) (node.querySelector(`[data-callback="${CSS.escape(focused)}"]`) ?? this.scroller).focus();
  }

  remove(message_id) {
    const existing = this.messages.get(message_id);
    if (!existing) return;
    this.messages.delete(message_id);
    existing.node.classList.add("leaving");
    setTimeout(() => {
      const section = existing.node.parentElement;
      existing.node.remove();
      if (!section?.querySelector(".message")) section?.remove();
    }, 260);
    this.updateComposer();
  }

  onClick(event) {
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
      this.pendingPresses.delete(query);
      button.removeAttribute("aria-busy");
    };
    const timer = setTimeout(stop, ANSWER_TIMEOUT_MS);
    this.inFlight++;
    try {
      query = (await api.press(this.user.id, message_id, button.dataset.callback)).callback_query_id;
      if (this.earlyAnswers.has(query)) stop();
      else this.pendingPresses.set(query, stop);
    } catch {
      stop();
      this.showToast(strings.failed);
    } finally {
      if (--this.inFlight === 0) this.earlyAnswers.clear();
    }
  }

  /** Shows the bot's answer to a press. */
  answer({ callback_query_id, text, alert }) {
    const stop = this.pendingPresses.get(callback_query_id);
    if (stop) stop();
    else if (this.inFlight) this.earlyAnswers.add(callback_query_id);
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
    const okButton = el("button.quiet", { type: "button", autofocus: true, onclick: () => box.close() }, strings.ok);
    const attributes = { "data-testid": "alert", "aria-label": fullName(this.user) };
    const box = el("dialog.alert", attributes, el("p", {}, text), okButton);
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
    // Centres the dialog in this person's pane, if the pane is visible.
    const rect = this.root.getBoundingClientRect();
    if (!rect.width) return;
    box.style.left = `${rect.left + (rect.width - box.offsetWidth) / 2}px`;
    box.style.top = `${rect.top + (rect.height - box.offsetHeight) / 2}px`;
  }

  /** Shows the "is typing" line; null hides it. */
  showAction(action) {
    clearTimeout(this.actionTimer);
    const { name } = this.hooks.bot();
    this.activity.textContent = !action ? "" : action === "typing" ? strings.typing(name) : strings.sending(name);
    this.activity.classList.toggle("on", Boolean(action));
    if (action) this.actionTimer = setTimeout(() => this.showAction(null), TYPING_TIMEOUT_MS);
  }

  setVisible(visible) {
    this.visible = visible;
    if (visible && this.atEnd) this.clearUnread();
  }

  onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // A hidden pane has no height, so its scroll position means nothing.
    if (!clientHeight) return;
    // Only scrolling up leaves the end; a message that grew does not.
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
    this.endButton.setAttribute("aria-label", count ? `${strings.toEnd}: ${strings.unread(count)}` : strings.toEnd);
    this.hooks.unread(this);
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  toEnd(smooth = false) {
    this.atEnd = true;
    this.endButton.hidden = true;
    this.clearUnread();
    const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !reducedMotion ? "smooth" : "instant" });
  }
}
