/** Short messages that vanish by themselves. */
import { signal } from "@preact/signals";
import { RequestError } from "../desk/api";
import { text } from "../texts";

interface Toast {
  id: number;
  text: string;
  kind: "info" | "error";
}

const LIFETIME_MS = 6_000;
const toasts = signal<Toast[]>([]);
let last = 0;

const drop = (id: number) => (toasts.value = toasts.value.filter((toast) => toast.id !== id));

export function say(message: string, kind: Toast["kind"] = "info"): void {
  const id = ++last;
  toasts.value = [...toasts.value, { id, text: message, kind }];
  setTimeout(() => drop(id), LIFETIME_MS);
}

const REASONS: Record<string, string> = {
  no_connection: "error-no-connection",
  agent_full: "error-full",
  forbidden: "error-forbidden",
  wrong_state: "error-stale",
  not_yours: "error-stale",
  stale: "error-stale",
  taken: "error-taken",
  last_one: "error-last-one",
  bad_name: "error-bad-name",
  bad_alias: "error-bad-alias",
  no_pick_up: "error-no-pick-up",
  status_changed: "error-status",
  file_unavailable: "error-file",
  too_large: "error-file-too-large",
  bad_file: "error-bad-file",
  bad_text: "error-bad-text",
  bot_blocked: "error-bot-blocked",
};

/** Returns why a request had no effect. */
export function failureText(error: unknown): string {
  const code = error instanceof RequestError ? error.code : "";
  return text("toast-failed", { reason: text(REASONS[code] ?? "error-other") });
}

/** Says why a press had no effect. */
export const sayFailure = (error: unknown) => say(failureText(error), "error");

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`}>
          <span>{toast.text}</span>
          <button type="button" class="quiet" aria-label={text("toast-close")} onClick={() => drop(toast.id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
