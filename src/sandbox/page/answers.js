// Presses of buttons in one person's chat, and the bot's answers to them: toasts and alerts.

import { api, el, fullName } from "./common.js";
import { strings } from "./i18n.js";

/** The time after which the spinner of an unanswered press stops, in ms, as in Telegram. */
const ANSWER_TIMEOUT_MS = 15_000;

export class Answers {
  /** `pane` is the element of the chat. */
  constructor(pane, user) {
    this.pane = pane;
    this.user = user;
    this.pending = new Map(); // callback query id -> function that stops the button's spinner
    this.early = new Set(); // answers that arrived before the response to their press
    this.inFlight = 0;
    this.root = el("div", { role: "status" });
  }

  async press(button) {
    if (button.hasAttribute("aria-busy")) return;
    const message_id = Number(button.closest("[data-message]").dataset.message);
    button.setAttribute("aria-busy", "true");
    let query = null;
    const stop = () => {
      clearTimeout(timer);
      this.pending.delete(query);
      button.removeAttribute("aria-busy");
    };
    const timer = setTimeout(stop, ANSWER_TIMEOUT_MS);
    this.inFlight++;
    try {
      query = (await api.press(this.user.id, message_id, button.dataset.callback)).callback_query_id;
      if (this.early.has(query)) stop();
      else this.pending.set(query, stop);
    } catch {
      stop();
      this.showToast(strings.failed);
    } finally {
      if (--this.inFlight === 0) this.early.clear();
    }
  }

  /** Stops all spinners: after a new snapshot no answer to an earlier press comes. */
  stopAll() {
    for (const stop of this.pending.values()) stop();
  }

  /** Shows the bot's answer to a press. */
  show({ callback_query_id, text, alert }) {
    const stop = this.pending.get(callback_query_id);
    if (stop) stop();
    else if (this.inFlight) this.early.add(callback_query_id);
    if (!text) return;
    if (alert) this.showAlert(text);
    else this.showToast(text);
  }

  showToast(text) {
    clearTimeout(this.toastTimer);
    this.root.replaceChildren(el("div.toast", { "data-testid": "toast" }, text));
    this.toastTimer = setTimeout(() => this.root.replaceChildren(), 2500 + text.length * 40);
  }

  showAlert(text) {
    const okButton = el("button.quiet", { type: "button", autofocus: true, onclick: () => box.close() }, strings.ok);
    const attributes = { "data-testid": "alert", "aria-label": fullName(this.user) };
    const box = el("dialog.alert", attributes, el("p", {}, text), okButton);
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
    // Centres the dialog in this person's pane, if the pane is visible.
    const rect = this.pane.getBoundingClientRect();
    if (!rect.width) return;
    box.style.left = `${rect.left + (rect.width - box.offsetWidth) / 2}px`;
    box.style.top = `${rect.top + (rect.height - box.offsetHeight) / 2}px`;
  }
}
