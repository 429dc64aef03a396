/** The choice until when a ticket is on hold. */
import { useSignal } from "@preact/signals";
import { hold } from "../desk/actions";
import type { Ticket } from "../desk/bodies";
import { instantOf, localTime, text } from "../texts";
import { Dialog } from "./dialog";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The longest hold with a time, as the desk allows it. */
const MAX_DAYS = 30;

/** Returns eight o'clock of the next day in the desk's zone. */
const nextMorning = () => instantOf(`${localTime(new Date(Date.now() + DAY_MS)).slice(0, 10)}T08:00`);

export function Hold({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const chosen = useSignal("");
  const pause = async (until: Date | null) => {
    close();
    await hold(ticket, until);
  };
  const after = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS);
  const choices: [string, () => Date | null][] = [
    ["button-snooze-half-hour", () => after(30)],
    ["button-snooze-two-hours", () => after(120)],
    ["button-snooze-tomorrow", nextMorning],
  ];
  return (
    <Dialog title={text("hold-head", { number: ticket.ticket_number })} close={close}>
      <p>{text("hold-about")}</p>
      <div class="actions">
        {choices.map(([key, until]) => (
          <button key={key} type="button" onClick={() => void pause(until())}>
            {text(key)}
          </button>
        ))}
        {ticket.status !== "pending" && (
          <button type="button" onClick={() => void pause(null)}>
            {text("hold-open")}
          </button>
        )}
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.value) void pause(instantOf(chosen.value));
        }}
      >
        <label class="field">
          {text("hold-until")}
          <input
            type="datetime-local"
            required
            min={localTime(after(1))}
            max={localTime(new Date(Date.now() + MAX_DAYS * DAY_MS))}
            value={chosen.value}
            onInput={(event) => (chosen.value = event.currentTarget.value)}
          />
        </label>
        <div class="actions">
          <button type="submit" class="primary" disabled={!chosen.value}>
            {text("button-hold")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
