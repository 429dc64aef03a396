// One person's chat with the bot. The page passes the events to it.

import { Answers } from "./answers.js";
import { Composer } from "./composer.js";
import { api, attachMenu, avatar, el, fullName, icon, iconButton, labelChip, openMenu } from "./common.js";
import { excerpt, markStartLinks, renderMessage, startPayload, togglePlay } from "./message.js";
import { ReplyKeyboard } from "./keyboard.js";
import { MiniApp } from "./mini-app.js";
import { TopicBar } from "./topics.js";
import { day, strings } from "./i18n.js";

/** The time for which a chat action is shown, in ms, as in Telegram. */
const TYPING_TIMEOUT_MS = 5_000;

export class Pane {
  /** `hooks`: bot(), close(pane), openLink(anchor, payload), unread(pane), people(action). */
  constructor(user, hooks) {
    this.hooks = hooks;
    this.messages = new Map(); // message id -> { message, node, json: the rendered message }
    this.unread = 0;
    this.visible = false;
    this.atEnd = true;
    this.lastTop = 0;
    this.miniApp = new MiniApp(user.id, hooks.bot);
    this.composer = new Composer(user, {
      bot: hooks.bot,
      menuButton: this.miniApp.button,
      showToast: (text) => this.answers.showToast(text),
      onSend: () => this.toEnd(),
      topic: () => this.topics.chosen,
    });
    this.topics = new TopicBar(() => this.showTopic());
    this.keyboard = new ReplyKeyboard(user.id, hooks.people, () => this.answers.showToast(strings.failed));
    this.build(user);
    this.setUser(user);
    this.updateComposer();
  }

  build(user) {
    this.identity = el("div.identity");
    this.menuButton = iconButton("dots", strings.menuOf(fullName(user)));
    const head = el("header.head", {}, this.identity, this.miniApp.link, this.menuButton);
    attachMenu(this.menuButton, strings.menuOf(fullName(user)), () => this.menu());

    this.log = el("div.log", { role: "log", "aria-live": "polite", onclick: (event) => this.onClick(event) });
    this.log.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("tg-spoiler")) this.onClick(event);
    });
    // A press with the middle button opens no tab of Telegram either.
    this.log.addEventListener("auxclick", (event) => event.button === 1 && event.target.closest(".start-link") && this.onClick(event));
    this.scroller = el("div.scroller", { tabindex: 0, onscroll: () => this.onScroll() }, this.log);
    this.empty = el("div.empty", {}, el("b", {}, strings.emptyTitle), el("p", {}, strings.empty(this.hooks.bot().name)));
    this.counter = el("span.counter", { hidden: true });
    this.endButton = iconButton("down", strings.toEnd, {
      class: "to-end",
      hidden: true,
      onclick: () => this.toEnd(true),
    });
    this.endButton.append(this.counter);
    this.root = el("section.pane", { "data-pane": user.id });
    this.answers = new Answers(this.root, user);
    const chat = el("div.chat", {}, this.scroller, this.empty, this.endButton, this.answers.root);
    this.pinned = el("button.pinned", { type: "button", "data-testid": "pinned", hidden: true });
    this.pinned.addEventListener("click", () => this.goTo(this.pinnedId));
    this.root.append(head, this.topics.root, this.pinned, chat, this.keyboard.root, this.composer.root, this.miniApp.root);
    this.root.addEventListener("dragover", (event) => event.preventDefault());
    this.root.addEventListener("drop", (event) => this.composer.acceptFiles(event.dataTransfer.files, event));

    // Keeps the pane at the end when content or window change their size.
    const resizeObserver = new ResizeObserver(() => this.atEnd && this.scrollToEnd());
    resizeObserver.observe(this.log);
    resizeObserver.observe(this.scroller);
  }

  setUser(user) {
    this.user = this.answers.user = user;
    const name = fullName(user);
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
    this.updateLabel();
    this.composer.setUser(user);
    this.updateComposer();
  }

  updateLabel() {
    const role = this.chip.textContent;
    this.root.setAttribute("aria-label", [fullName(this.user), role].filter(Boolean).join(", "));
  }

  menu() {
    const { blocked, id } = this.user;
    return [
      {
        icon: "block",
        text: blocked ? strings.unblock : strings.block,
        danger: !blocked,
        action: () => api.block(id, !blocked).catch(() => this.answers.showToast(strings.failed)),
      },
      { icon: "close", text: strings.closePane, action: () => this.hooks.close(this) },
    ];
  }

  /** Sets the command menu, and the role that it implies. */
  setCommands(commands) {
    this.composer.setCommands(commands);
    this.chip.replaceChildren(...[labelChip(this.user, commands)].filter(Boolean));
    this.updateLabel();
  }

  updateComposer() {
    this.empty.hidden = this.messages.size > 0;
    this.composer.setMode(this.user.blocked ? "blocked" : this.messages.size ? "write" : "start");
  }

  /** Applies a snapshot. Only differences are changed, so that input, focus and scroll position are kept. */
  sync(messages, commands, info) {
    const currentIds = new Set(messages.filter((message) => !message.deleted).map((message) => message.message_id));
    const firstSync = this.messages.size === 0;
    this.log.setAttribute("aria-busy", "true");
    for (const message_id of [...this.messages.keys()]) if (!currentIds.has(message_id)) this.remove(message_id);
    this.setInfo(info);
    for (const message of messages) if (currentIds.has(message.message_id)) this.put(message, !firstSync);
    this.showPinned();
    this.answers.stopAll();
    this.log.removeAttribute("aria-busy");
    this.setCommands(commands);
    if (firstSync) this.toEnd();
  }

  /** Shows a new or changed message; `live` if it comes from an event, not from the first snapshot. */
  put(message, live = true) {
    if (message.deleted) return this.remove(message.message_id);
    // A service message, for example of a new topic. The bar shows the topics.
    if (!message.text && !message.html && !message.media) return;
    const place = this.placeOf(message);
    const json = JSON.stringify([message, place]);
    const existing = this.messages.get(message.message_id);
    if (existing?.json === json) return;
    const node = renderMessage(message, this.authorOf(message), place);
    markStartLinks(node, this.hooks.bot().username);
    node.hidden = !this.topics.shows(message);
    if (existing) this.replace(existing.node, node);
    else this.insert(message, node);
    this.messages.set(message.message_id, { message, node, json });
    if (message.message_id === this.pinnedId) this.showPinned();
    if (existing || !live) return this.updateComposer();
    node.classList.add("arriving");
    if (message.from === "bot") {
      this.showAction(null);
      this.countUnread();
    }
    this.updateComposer();
  }

  authorOf(message) {
    return message.from === "user" ? strings.you : this.hooks.bot().name;
  }

  /** Returns what this chat knows about a message: the one that it replies to, and its topic. */
  placeOf({ reply_to: id, thread }) {
    const message = this.messages.get(id)?.message;
    const reply = id != null && { id, message, author: message && this.authorOf(message) };
    return { reply, topic: this.topics.chosen == null ? this.topics.nameOf(thread) : null };
  }

  /** Sets the topics of the chat and its pinned message. */
  setInfo({ topics, pinned, keyboard, menu_button } = { topics: [] }) {
    this.pinnedId = pinned;
    this.keyboard.set(keyboard);
    this.miniApp.setButton(menu_button);
    this.topics.set(topics);
    this.showTopic();
    this.showPinned();
  }

  /** Shows the messages of the chosen topic. */
  showTopic() {
    for (const { message, node } of this.messages.values()) {
      node.hidden = !this.topics.shows(message);
      this.put(message, false);
    }
    for (const section of this.log.children) section.hidden = !section.querySelector(".message:not([hidden])");
    if (this.atEnd) this.scrollToEnd();
  }

  showPinned() {
    const message = this.messages.get(this.pinnedId)?.message;
    this.pinned.hidden = !message;
    if (message) this.pinned.replaceChildren(icon("pin"), el("b", {}, strings.pinned), el("span", {}, excerpt(message)));
  }

  /** Scrolls to a message. */
  goTo(id) {
    const found = this.messages.get(id);
    if (!found) return;
    if (!this.topics.shows(found.message)) this.topics.choose(null);
    const { node } = this.messages.get(id);
    node.scrollIntoView({ block: "center" });
    node.classList.remove("flash");
    requestAnimationFrame(() => node.classList.add("flash"));
  }

  /** Opens the menu of a message. */
  openMessageMenu(anchor) {
    const { message } = this.messages.get(Number(anchor.closest("[data-message]").dataset.message));
    const target = (kind) => () => this.composer.setTarget({ kind, message, author: this.authorOf(message) });
    const entries = [{ icon: "reply", text: strings.reply, action: target("reply") }];
    if (message.from === "user" && message.text) entries.push({ icon: "edit", text: strings.edit, action: target("edit") });
    for (const emoji of ["👍", "❤", "😢"]) {
      const checked = message.user_reaction === emoji;
      const action = () => api.react(this.user.id, message.message_id, checked ? null : emoji).catch(() => this.answers.showToast(strings.failed));
      entries.push({ emoji, text: checked ? strings.unreact(emoji) : strings.react(emoji), action });
    }
    openMenu(anchor, strings.messageMenu, entries);
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
    section.hidden &&= node.hidden;
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
    if (message_id === this.pinnedId) this.showPinned();
    existing.node.classList.add("leaving");
    setTimeout(() => {
      const section = existing.node.parentElement;
      existing.node.remove();
      if (!section?.querySelector(".message")) section?.remove();
    }, 260);
    this.updateComposer();
  }

  onClick(event) {
    const target = event.target.closest("[data-callback], [data-app], [data-command], [data-play], [data-goto], [data-more], tg-spoiler, a[href]");
    if (!target) return;
    if (target.dataset.callback != null) this.answers.press(target);
    else if (target.dataset.app) this.miniApp.open(target.dataset.app);
    else if (target.dataset.more != null) this.openMessageMenu(target);
    else if (target.dataset.goto) this.goTo(Number(target.dataset.goto));
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
