/**
 * The page as a Mini App of Telegram. Telegram's own script would come from another server, so this file reads what
 * Telegram passes behind the `#`, and posts the few events that the page needs.
 *
 * The signed data logs in once. In a frame of Telegram the browser sends no cookie, so the tab stores its token and the
 * theme for the time when the page is loaded again. Outside Telegram, the token is in memory only.
 */
import { readStorage, writeStorage } from "./browser-storage";

const launch = new URLSearchParams(location.hash.slice(1));

/** The signed data of the person; null outside Telegram. */
export const initData = launch.get("tgWebAppData");

// Two frames of one tab share its storage, and may belong to two people: those frames have names.
const TOKEN_KEY = `antri-token ${window.name}`;
const THEME_KEY = `antri-theme ${window.name}`;

/** The token of this tab from before the page was loaded again; null outside Telegram. */
export const storedToken = () => readStorage("sessionStorage", TOKEN_KEY);

/** Whether Telegram shows the page. */
export const isMiniApp = initData !== null || storedToken() !== null;

/** Stores the token of this tab, if Telegram shows the page; null removes it. */
export function storeToken(token: string | null): void {
  if (isMiniApp) writeStorage("sessionStorage", TOKEN_KEY, token);
}

/** The view that a button in the chat opens. */
export const wantedView = new URLSearchParams(location.search).get("view");

/** The token of a log-in link. */
export const loginCode = launch.get("login");

/** The result of a log-in with Telegram's page: JSON in Base64. */
export function widgetLogin(): unknown {
  const result = launch.get("tgAuthResult");
  if (!result) return null;
  try {
    const bytes = Uint8Array.from(atob(result.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** Removes what was passed from the address, so that the history does not hold it. Until then, a reload logs in with it. */
export function forgetLaunch(): void {
  if (!initData && !loginCode && !launch.has("tgAuthResult")) return;
  history.replaceState(null, "", location.pathname);
  if (wantedView) location.replace(`#${wantedView}`);
}

interface Proxy {
  postEvent(name: string, data: string): void;
}

export function post(name: string, data: object = {}): void {
  const proxy = (window as { TelegramWebviewProxy?: Proxy }).TelegramWebviewProxy;
  if (proxy) proxy.postEvent(name, JSON.stringify(data));
  // The frame of a web client: it takes these events from anybody, and they hold no secret.
  else if (window.parent !== window) window.parent.postMessage(JSON.stringify({ eventType: name, eventData: data }), "*");
}

/** The colours of Telegram's theme that the page uses, by the name of the page's own property. */
const COLOURS: Record<string, string> = {
  bg_color: "--ground",
  secondary_bg_color: "--card",
  text_color: "--text",
  hint_color: "--hint",
  link_color: "--link",
  button_color: "--accent",
  button_text_color: "--on-accent",
};

/** Returns whether a colour such as `#12151b` is dark. */
function isDark(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
}

/** Takes the colours of a theme. Those that it does not name are the page's own, and must fit. */
function applyTheme(theme: Record<string, unknown>): void {
  const { style } = document.documentElement;
  for (const [name, property] of Object.entries(COLOURS)) {
    const colour = theme[name];
    const isColour = typeof colour === "string" && /^#[0-9a-f]{6}$/i.test(colour);
    if (isColour) style.setProperty(property, colour);
    else style.removeProperty(property);
    if (name === "bg_color") style.colorScheme = isColour ? (isDark(colour) ? "dark" : "light") : "";
  }
}

/** Takes an event of Telegram. */
function receive(name: string, data: unknown): void {
  if (name !== "theme_changed") return;
  const theme = (data as { theme_params?: unknown } | null)?.theme_params;
  if (!theme || typeof theme !== "object") return;
  applyTheme(theme as Record<string, unknown>);
  writeStorage("sessionStorage", THEME_KEY, JSON.stringify(theme));
}

/** Follows the events of Telegram: its apps call a function of the page, and its web clients post to the frame. */
function followTelegram(): void {
  Object.assign(window, { Telegram: { WebView: { receiveEvent: receive } }, TelegramGameProxy: { receiveEvent: receive } });
  if (window.parent === window) return;
  addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || typeof data !== "string") return;
    try {
      const event = JSON.parse(data) as { eventType?: unknown; eventData?: unknown } | null;
      if (typeof event?.eventType === "string") receive(event.eventType, event.eventData);
    } catch {
      // It is no event.
    }
  });
}

/** Tells Telegram that the page is shown, and takes its theme. */
export function joinTelegram(): void {
  if (!isMiniApp) return;
  const passed = launch.get("tgWebAppThemeParams");
  if (passed) writeStorage("sessionStorage", THEME_KEY, passed);
  try {
    applyTheme((JSON.parse(passed ?? readStorage("sessionStorage", THEME_KEY) ?? "{}") ?? {}) as Record<string, unknown>);
  } catch {
    // Without a theme the page has its own colours.
  }
  followTelegram();
  post("web_app_ready");
  post("web_app_expand");
}
