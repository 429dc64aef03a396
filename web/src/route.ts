/** Which view is shown. The address holds it, so that a page that is loaded again shows the same. */
import { signal } from "@preact/signals";
import { wantedView } from "./telegram";

/** The views of the navigation, in its order. */
const VIEWS = ["my-queue", "waiting", "workload", "queue", "statistics", "departments", "settings", "alerts"] as const;

export type Route =
  | { view: (typeof VIEWS)[number] }
  | { view: "ticket"; ticket: string };

function parse(fragment: string): Route | null {
  const [view, ticket] = fragment.replace(/^#\/?/, "").split("/");
  if (view === "ticket" && ticket) return { view, ticket };
  const known = VIEWS.find((known) => known === view);
  return known ? { view: known } : null;
}

/** The route of the address; null if it names none. Until the log-in, what Telegram passes is in the place of the route. */
export const route = signal<Route | null>(parse(location.hash) ?? parse(wantedView ?? ""));
addEventListener("hashchange", () => (route.value = parse(location.hash)));

export function open(next: Route): void {
  location.hash = next.view === "ticket" ? `ticket/${next.ticket}` : next.view;
  scrollTo(0, 0);
}
