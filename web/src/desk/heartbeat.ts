/** Heartbeats of an agent whose page is open. */
import { call } from "./api";
import type { Availability } from "./bodies";

const tab = `web-${crypto.randomUUID()}`;

/** What the agent chose on this page. */
let chosen: Exclude<Availability, "offline"> = "online";

/** Sends a heartbeat. A page that nobody sees reports "away". */
const beat = () =>
  call("POST", "/api/agent-status/heartbeat", { status: document.hidden ? "away" : chosen, client_id: tab });

/** The same, for a timer: the next heartbeat tries again. */
const beatOnce = () => void beat().catch(() => null);

/** Sets the agent's status. Going online ends an earlier "offline", which no heartbeat does. */
export async function choose(status: Availability): Promise<void> {
  if (status === "offline") {
    await call("POST", "/api/agent-status/go-offline");
    return;
  }
  chosen = status;
  await call("POST", "/api/agent-status/go-online");
  await beat();
}

/** Sends heartbeats until the returned function is called. */
export function keepAlive(seconds: number): () => void {
  const timer = setInterval(beatOnce, seconds * 1000);
  document.addEventListener("visibilitychange", beatOnce);
  beatOnce();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beatOnce);
  };
}
