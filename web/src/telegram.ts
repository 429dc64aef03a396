/**
 * The page as a Mini App of Telegram. Telegram's own script would come from another server, so this file reads what
 * Telegram passes behind the `#`, and posts the few events that the page needs.
 */

const launch = new URLSearchParams(location.hash.slice(1));

/** The signed data of the person; null outside Telegram. */
export const initData = launch.get("tgWebAppData");

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

/** Takes what was passed out of the address, so that it is not kept in the history. */
export function forgetLaunch(): void {
  if (initData || loginCode || launch.has("tgAuthResult")) history.replaceState(null, "", location.pathname);
}

interface Proxy {
  postEvent(name: string, data: string): void;
}

function post(name: string, data: object = {}): void {
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

/** Tells Telegram that the page is shown, and takes its theme. */
export function joinTelegram(): void {
  if (!initData) return;
  try {
    const theme = JSON.parse(launch.get("tgWebAppThemeParams") ?? "{}") as Record<string, string>;
    for (const [name, property] of Object.entries(COLOURS)) {
      const colour = theme[name];
      if (colour && /^#[0-9a-f]{6}$/i.test(colour)) document.documentElement.style.setProperty(property, colour);
    }
  } catch {
    // Without a theme the page has its own colours.
  }
  post("web_app_ready");
  post("web_app_expand");
}
