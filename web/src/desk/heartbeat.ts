/** Heartbeats of an agent whose page is open. */
import { call } from "./api";
import type { Availability } from "./bodies";

const tab = `web-${crypto.randomUUID()}`;

/** Sends a heartbeat. It is a sign of life and no choice; a page that nobody sees reports "away". */
const beat = () =>
  call("POST", "/api/agent-status/heartbeat", { status: document.hidden ? "away" : "online", client_id: tab });

/** The same, for a timer: the next heartbeat tries again. */
const beatOnce = () => void beat().catch(() => null);

/** The last change of the status: the next one waits for it, so that the last press counts. */
let last: Promise<unknown> = Promise.resolve();

/** Sets the agent's status. The desk keeps it, whatever the heartbeats of this and other tabs say. */
export function choose(status: Availability): Promise<void> {
  const change = last.catch(() => null).then(() => send(status));
  last = change;
  return change;
}

async function send(status: Availability): Promise<void> {
  if (status === "offline") {
    await call("POST", "/api/agent-status/go-offline");
    return;
  }
  await call("POST", "/api/agent-status/go-online", { status });
  beatOnce();
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
