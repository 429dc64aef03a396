/** Requests to the side API. The access token is in this module's memory; in Telegram, the tab stores it, too. */
import { effect, signal } from "@preact/signals";
import { isMiniApp, storeToken, storedToken } from "../telegram";
import type { LoginOptions, Session } from "./bodies";

/** The person who is logged in; undefined while that is not known yet, null if nobody is. */
export const session = signal<Session | null | undefined>(undefined);

effect(() => {
  const known = session.value;
  if (known !== undefined) storeToken(known?.token ?? null);
});

/** The seconds before its end at which a token is renewed. */
const RENEWAL_MARGIN_SECONDS = 60;

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

let renewal: Promise<void> | null = null;

/** Gets a new token: with the cookie, or in Telegram with the token of this tab. */
async function renew(): Promise<void> {
  const old = session.value?.token ?? storedToken() ?? undefined;
  const path = isMiniApp ? "/api/auth/refresh" : "/api/auth/session";
  try {
    session.value = await send<Session>("POST", path, undefined, isMiniApp ? old : undefined);
  } catch (error) {
    if (!(error instanceof RequestError) || error.status !== 401) throw error;
    session.value = null;
  }
}

/** Asks the desk whether the session lasts, and gets a new token if it does. */
export async function renewNow(): Promise<void> {
  renewal ??= renew().finally(() => (renewal = null));
  await renewal;
}

/** Returns a token that is valid for a while; null if nobody is logged in. */
export async function token(): Promise<string | null> {
  const current = session.value;
  if (current === null) return null;
  const end = current ? Date.parse(current.expires_at) : 0;
  if (end - Date.now() < RENEWAL_MARGIN_SECONDS * 1000) {
    await renewNow();
  }
  return session.value?.token ?? null;
}

/** Calls an endpoint as the person who is logged in. A repeated call with the same `key` has no further effect. */
export async function call<T>(method: "GET" | "POST" | "PATCH", path: string, body?: unknown, key?: string): Promise<T> {
  const access = await token();
  if (!access) throw new RequestError(401, "no_session");
  try {
    return await send<T>(method, path, body, access, key);
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) session.value = null;
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
  session.value = null;
  try {
    await send("POST", "/api/auth/logout", undefined, current?.token);
  } catch (error) {
    session.value = current;
    throw error;
  }
}
