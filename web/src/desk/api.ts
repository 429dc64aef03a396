/** Requests to the side API. The access token is in this module's memory only. */
import { signal } from "@preact/signals";
import type { LoginOptions, Session } from "./bodies";

/** The person who is logged in; undefined while that is not known yet, null if nobody is. */
export const session = signal<Session | null | undefined>(undefined);

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
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), keepalive: true });
  } catch {
    throw new RequestError(0, "no_connection");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok || !answer?.success) throw new RequestError(response.status, answer?.error ?? "bad_answer");
  return answer.data as T;
}

let renewal: Promise<void> | null = null;

/** Gets a new token, with the cookie or else with the token that still is valid. */
async function renew(): Promise<void> {
  const old = session.value?.token;
  try {
    session.value = await send<Session>("POST", "/api/auth/session", undefined);
  } catch (error) {
    if (!(error instanceof RequestError) || error.status !== 401) throw error;
    // In a frame of Telegram the browser keeps no cookie.
    if (!old) session.value = null;
    else session.value = await send<Session>("POST", "/api/auth/refresh", undefined, old).catch(() => null);
  }
}

/** Returns a token that is valid for a while; null if nobody is logged in. */
export async function token(): Promise<string | null> {
  const current = session.value;
  const end = current ? Date.parse(current.expires_at) : 0;
  if (end - Date.now() < RENEWAL_MARGIN_SECONDS * 1000) {
    renewal ??= renew().finally(() => (renewal = null));
    await renewal;
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

export async function logOut(): Promise<void> {
  await send("POST", "/api/auth/logout", undefined).catch(() => null);
  session.value = null;
}
