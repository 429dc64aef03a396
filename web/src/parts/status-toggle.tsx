/** An agent's status, in the header. */
import { session } from "../desk/api";
import type { Availability } from "../desk/bodies";
import { agents } from "../desk/desk";
import { choose } from "../desk/heartbeat";
import { text } from "../texts";
import { sayFailure } from "./toasts";

const CHOICES: [Availability, string][] = [
  ["online", "toggle-online"],
  ["busy", "toggle-busy"],
  ["away", "toggle-away"],
  ["offline", "toggle-offline"],
];
const DOTS: Record<Availability, string> = { online: "🟢", busy: "🟠", away: "🌙", offline: "🔴" };

async function change(status: Availability) {
  const me = session.value?.agent_id ?? "";
  const before = agents.get(me);
  if (before) agents.set(me, { ...before, status });
  try {
    await choose(status);
  } catch (error) {
    if (before) agents.set(me, before);
    sayFailure(error);
  }
}

export function StatusToggle() {
  const agent = agents.get(session.value?.agent_id ?? "");
  if (!agent) return null;
  const isOff = agent.status === "offline";
  const go = text(isOff ? "toggle-go-online" : "toggle-go-offline");
  return (
    <>
      <select
        class="status"
        aria-label={text("toggle-label")}
        value={agent.status}
        onChange={(event) => void change(event.currentTarget.value as Availability)}
      >
        {CHOICES.map(([status, key]) => (
          <option key={status} value={status}>
            {DOTS[status]} {text(key)}
          </option>
        ))}
      </select>
      <button type="button" class="go" title={go} onClick={() => void change(isOff ? "online" : "offline")}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 3v9M6.5 6.5a8 8 0 1 0 11 0" />
        </svg>
        <span>{go}</span>
      </button>
    </>
  );
}
