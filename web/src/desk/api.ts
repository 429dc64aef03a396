/** Requests to the side API. The access token is in this module's memory; in Telegram, the tab stores it, too. */
import { effect, signal } from "@preact/signals";
import { isMiniApp, storeToken, storedToken } from "../telegram";
import type { LoginOptions, Session } from "./bodies";

/** The person who is logged in; undefined while that is not known yet, null if nobody is. */
export const session = signal<Session | null | undefined>(undefined);

effect(() => {
  if (session.value) storeToken(session.value.token);
});

/** Ends the session of this page: after a 401 or with a log-out. */
function endSession(): void {
  session.value = null;
  storeToken(null);
}

/** The time before its end at which a request renews a token. */
const RENEWAL_MARGIN_MS = 60_000;
/**
 * The time before its end at which an idle page renews its token. A Mini App has no cookie, so it needs a valid token for that,
 * and the timers of a hidden page run late.
 */
const IDLE_RENEWAL_MARGIN_MS = isMiniApp ? 15 * 60_000 : RENEWAL_MARGIN_MS;
/** The shortest pause before an idle page renews its token, also after a failure. */
const MIN_RENEWAL_DELAY_MS = 30_000;

/** A request that the desk refused, or that did not reach it (status 0). */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

function headersOf(token?: string, key?: string): Record<string, string> {
  const headers: Record<string, string> = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  return headers;
}

async function send<T>(method: string, path: string, body: unknown, token?: string, key?: string): Promise<T> {
  const headers = headersOf(token, key);
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const sent = isForm || body === undefined ? body : JSON.stringify(body);
  let response: Response;
  try {
    // What is kept alive after the page is small.
    response = await fetch(path, { method, headers, body: sent, keepalive: !isForm });
  } catch {
    throw new RequestError(0, "no_connection");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok || !answer?.success) throw new RequestError(response.status, answer?.error ?? "bad_answer");
  return answer.data as T;
}

/** The statuses of a renewal whose session has ended, or whose person is no agent or admin any more. */
const ENDED = [401, 403];

let renewal: Promise<void> | null = null;

/** Gets a new token: with the cookie, or in Telegram with the token of this tab. */
async function renew(): Promise<void> {
  const old = session.value?.token ?? storedToken() ?? undefined;
  const path = isMiniApp ? "/api/auth/refresh" : "/api/auth/session";
  try {
    const renewed = await send<Session>("POST", path, undefined, isMiniApp ? old : undefined);
    // A log-out meanwhile stands.
    if (session.value !== null) session.value = renewed;
  } catch (error) {
    if (!(error instanceof RequestError) || !ENDED.includes(error.status)) throw error;
    endSession();
  }
}

/** Asks the desk whether the session lasts, and gets a new token if it does. */
export async function renewNow(): Promise<void> {
  renewal ??= renew().finally(() => (renewal = null));
  await renewal;
}

/** Returns a token that is valid for a while; null if nobody is logged in. */
export async function token(): Promise<string | null> {
  if (session.value === null) return null;
  if (remainingMs() < RENEWAL_MARGIN_MS) await renewNow();
  return session.value?.token ?? null;
}

/** Returns how long the token is still valid. */
const remainingMs = () => (session.value ? Date.parse(session.value.expires_at) - Date.now() : 0);

let idleTimer: ReturnType<typeof setTimeout> | undefined;

/** Plans the renewal of the token of an idle page. After a failure another attempt follows. */
function planRenewal(): void {
  clearTimeout(idleTimer);
  if (!session.value) return;
  const delay = Math.max(remainingMs() - IDLE_RENEWAL_MARGIN_MS, MIN_RENEWAL_DELAY_MS);
  idleTimer = setTimeout(() => void renewNow().catch(planRenewal), delay);
}

effect(planRenewal);
document.addEventListener("visibilitychange", () => {
  const isDue = session.value && remainingMs() < IDLE_RENEWAL_MARGIN_MS;
  if (isDue && !document.hidden) void renewNow().catch(planRenewal);
});

/** Calls an endpoint as the person who is logged in. A repeated call with the same `key` has no further effect. */
export async function call<T>(method: "GET" | "POST" | "PATCH", path: string, body?: unknown, key?: string): Promise<T> {
  const access = await token();
  if (!access) throw new RequestError(401, "no_session");
  try {
    return await send<T>(method, path, body, access, key);
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) endSession();
    throw error;
  }
}

/** Downloads a file as the person who is logged in. */
export async function download(path: string): Promise<Blob> {
  const access = await token();
  if (!access) throw new RequestError(401, "no_session");
  const response = await fetch(path, { headers: headersOf(access) }).catch(() => null);
  if (!response) throw new RequestError(0, "no_connection");
  if (!response.ok) {
    const answer = await response.json().catch(() => null);
    throw new RequestError(response.status, answer?.error ?? "bad_answer");
  }
  return response.blob().catch(() => {
    throw new RequestError(0, "no_connection");
  });
}

export const loginOptions = () => send<LoginOptions>("GET", "/api/auth/options", undefined);

export async function logIn(kind: "link" | "miniapp" | "telegram", body: unknown): Promise<void> {
  session.value = await send<Session>("POST", `/api/auth/${kind}`, body);
}

/** Ends the session on the desk, and with it those of other tabs that share the cookie. */
export async function logOut(): Promise<void> {
  const current = session.value;
  // The desk closes the connections of the session, and none of them shall ask for a new token.
  endSession();
  try {
    await send("POST", "/api/auth/logout", undefined, current?.token);
  } catch (error) {
    session.value = current;
    throw error;
  }
}
