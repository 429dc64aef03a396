// Mini Apps: the menu button of a chat, the link to the same page in a tab, and the frame in which the pane shows it.

import { el, icon, iconButton } from "./common.js";
import { strings } from "./i18n.js";

/** Telegram's names of the theme's colours, and the page's own. */
const THEME = {
  bg_color: "sunken",
  secondary_bg_color: "surface",
  text_color: "text",
  hint_color: "muted",
  link_color: "accent",
  button_color: "fill",
  button_text_color: "on-fill",
};

/** What Telegram's web clients allow the page in the frame. */
const FRAME_RIGHTS = "allow-scripts allow-same-origin allow-popups allow-forms allow-modals";

/** Returns the colours of the page as Telegram passes them. */
function theme() {
  const probe = el("span", { hidden: true });
  document.body.append(probe);
  const hex = (name) => {
    probe.style.color = `var(--${name})`;
    const parts = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3);
    return `#${parts.map((part) => Math.round(Number(part)).toString(16).padStart(2, "0")).join("")}`;
  };
  const colours = Object.fromEntries(Object.entries(THEME).map(([name, own]) => [name, hex(own)]));
  probe.remove();
  return colours;
}

/** The Mini App of one pane. */
export class MiniApp {
  constructor(user, bot) {
    this.user = user;
    this.bot = bot;
    this.url = null;
    this.button = el("button.menu-button", { type: "button", "data-testid": "menu-button", hidden: true });
    this.button.addEventListener("click", () => this.open(this.url));
    this.link = el("a.round", { target: "_blank", rel: "noopener noreferrer", "data-testid": "dashboard", hidden: true }, icon("out"));
    this.link.title = strings.dashboard;
    this.link.setAttribute("aria-label", strings.dashboard);
    // The address holds the theme, and the person may have switched it.
    this.link.addEventListener("pointerdown", () => (this.link.href = this.address(this.url)));
    this.root = el("div.mini-app", { role: "dialog", "data-testid": "mini-app", hidden: true });
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    addEventListener("message", (event) => this.onMessage(event));
    addEventListener("themechange", () => this.sendTheme());
  }

  /** Shows the menu button that the bot has set. */
  setButton(button) {
    this.url = button?.type === "web_app" ? button.web_app.url : null;
    this.button.hidden = this.link.hidden = !this.url;
    if (!this.url) return;
    this.button.textContent = button.text;
    this.link.href = this.address(this.url);
  }

  /** Returns the address that leads to the Mini App with the signed data of the person. */
  address(url) {
    return `/sandbox/users/${this.user}/mini-app?${new URLSearchParams({ url, theme: JSON.stringify(theme()) })}`;
  }

  open(url) {
    this.opener = document.activeElement;
    const { name } = this.bot();
    const close = iconButton("close", strings.closeApp, { "data-testid": "close-app", onclick: () => this.close() });
    this.frame = el("iframe", { title: name, name: `mini-app-${this.user}`, sandbox: FRAME_RIGHTS, src: this.address(url) });
    this.root.setAttribute("aria-label", name);
    this.root.replaceChildren(el("header.mini-app-head", {}, close, el("b", {}, name)), this.frame);
    this.root.hidden = false;
    close.focus({ preventScroll: true });
  }

  close() {
    this.root.hidden = true;
    this.root.replaceChildren();
    this.frame = null;
    this.opener?.focus({ preventScroll: true });
  }

  /** Tells the Mini App the theme that the person has switched to. */
  sendTheme() {
    const event = { eventType: "theme_changed", eventData: { theme_params: theme() } };
    // The theme is no secret.
    this.frame?.contentWindow?.postMessage(JSON.stringify(event), "*");
  }

  /** Handles what the Mini App asks Telegram for. */
  onMessage({ source, data }) {
    if (!this.frame || source !== this.frame.contentWindow || typeof data !== "string") return;
    try {
      if (JSON.parse(data).eventType === "web_app_close") this.close();
    } catch {
      // Ignored, as by Telegram: it is no event.
    }
  }
}
