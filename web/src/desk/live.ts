/** The WebSocket: it connects again with a backoff, and the desk then sends a new snapshot. */
import { signal } from "@preact/signals";
import { RequestError, call, renewNow, session, token } from "./api";
import type { Ticket } from "./bodies";
import { apply, put, stats, waiting } from "./desk";

/** The state of the connection. "waiting" says that another attempt follows. */
export const connection = signal<"connecting" | "open" | "waiting">("connecting");

const MIN_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 15_000;
/** The close code for a person who is no agent or admin any more. */
const NOT_STAFF = 4403;
/** The close code for a token that has expired. */
const TOKEN_ENDED = 4401;
/** The status of a request too many, and the pause after it. */
const TOO_MANY = 429;
const RATE_PAUSE_MS = 1_000;
/** The most tickets that the desk lists at once. */
const TICKETS_PER_PAGE = 500;
/** How many tickets may leave the queue between two pages without one being left out. */
const OVERLAP = 50;
const MAX_PASSES = 3;

/** Reads the waiting tickets that the snapshot has not listed. Only admins see all of them. */
async function loadWaiting(): Promise<void> {
  if (session.value?.role !== "admin") return;
  const isShort = () => waiting.value.length < (stats.value?.waiting ?? 0);
  let offset = Math.max(0, waiting.value.length - OVERLAP);
  // What leaves the queue meanwhile moves the rest, so another pass may find what this one has left out.
  for (let pass = 0; pass < MAX_PASSES && isShort(); pass++) {
    for (let isLast = false; !isLast; ) {
      try {
        const path = `/api/queue?status=queued&offset=${offset}&limit=${TICKETS_PER_PAGE}`;
        const page = await call<{ tickets: Ticket[] }>("GET", path);
        put(...page.tickets);
        isLast = page.tickets.length < TICKETS_PER_PAGE;
        offset += TICKETS_PER_PAGE - OVERLAP;
      } catch (error) {
        if (!(error instanceof RequestError) || error.status !== TOO_MANY) throw error;
        // The desk limits the requests of a person: the same page is asked for again.
        await new Promise((done) => setTimeout(done, RATE_PAUSE_MS));
      }
    }
    offset = 0;
  }
}

/** Follows the desk until the returned function is called. */
export function follow(): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let backoff = MIN_BACKOFF_MS;
  let ended = false;
  /** Whether the last connection never opened. The browser does not say why: the desk may be away, or the session over. */
  let failed = false;

  function again() {
    if (ended) return;
    connection.value = "waiting";
    // Half of the pause is random, so that pages do not come back all at once.
    timer = setTimeout(connect, backoff / 2 + Math.random() * (backoff / 2));
    backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
  }

  async function connect() {
    clearTimeout(timer);
    let access: string | null;
    try {
      if (failed) await renewNow();
      access = await token();
    } catch {
      return again();
    }
    const me = session.value?.agent_id;
    if (ended || !access || !me) return;
    const address = new URL("/api/ws", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    failed = true;
    socket = new WebSocket(address, ["antri", `bearer.${access}`]);
    socket.onmessage = (frame) => {
      const { event, data } = JSON.parse(frame.data as string) as { event: string; data: unknown };
      apply(event, data, me);
      if (event === "snapshot") {
        connection.value = "open";
        failed = false;
        backoff = MIN_BACKOFF_MS;
        // What is missing comes with the next snapshot.
        void loadWaiting().catch(() => null);
      }
    };
    socket.onclose = ({ code }) => {
      if (ended) return;
      if (code === NOT_STAFF) session.value = null;
      // The token of this connection ended. If the session lasts, the next one has a new token.
      else if (code === TOKEN_ENDED && connection.value === "open") void renewNow().then(connect, again);
      else again();
    };
  }

  // The browser may know at once what a timer finds out later.
  const now = () => {
    if (connection.value === "waiting") void connect();
  };
  addEventListener("online", now);
  void connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    removeEventListener("online", now);
    socket?.close();
  };
}
