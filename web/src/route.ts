/** Which view is shown. The address holds it, so that a page that is loaded again shows the same. */
import { effect, signal } from "@preact/signals";
import { wantedView } from "./telegram";

/** The views of the navigation, in its order. */
const VIEWS = ["my-queue", "waiting", "workload", "queue", "statistics", "departments", "settings", "alerts"] as const;

export type Route =
  | { view: (typeof VIEWS)[number] }
  | { view: "ticket"; ticket: string }
  | { view: "search"; words: string };

function parse(fragment: string): Route | null {
  const [view, rest] = fragment.replace(/^#\/?/, "").split("/");
  if (view === "ticket" && rest) return { view, ticket: rest };
  if (view === "search" && rest) return { view, words: decoded(rest) };
  const known = VIEWS.find((known) => known === view);
  return known ? { view: known } : null;
}

/** Returns the words of an address. One that somebody has typed may be encoded badly. */
function decoded(words: string): string {
  try {
    return decodeURIComponent(words);
  } catch {
    return words;
  }
}

/** Returns the address of a route in the page. */
export function address(route: Route): string {
  if (route.view === "ticket") return `#ticket/${route.ticket}`;
  return route.view === "search" ? `#search/${encodeURIComponent(route.words)}` : `#${route.view}`;
}

/** The route of the address; null if it names none. Until the log-in, what Telegram passes is in the place of the route. */
export const route = signal<Route | null>(parse(location.hash) ?? parse(wantedView ?? ""));
addEventListener("hashchange", () => (route.value = parse(location.hash)));

/** The ways back: from a ticket to the list in which it was found, and from a search to the view before. */
export const back: { fromTicket: Route | null; fromSearch: Route | null } = { fromTicket: null, fromSearch: null };
effect(() => {
  const now = route.value;
  if (now?.view === "ticket") return;
  back.fromTicket = now;
  if (now?.view !== "search") back.fromSearch = now;
});

export function open(next: Route): void {
  location.hash = address(next);
  scrollTo(0, 0);
}

/** Shows a route in the place of the one before, which the browser's way back then leaves out. Null is the first view. */
export function replace(next: Route | null): void {
  history.replaceState(history.state, "", next ? address(next) : location.pathname + location.search);
  route.value = next;
  scrollTo(0, 0);
}
