/** The question before a ticket is completed, with a last word to the customer. */
import { useSignal } from "@preact/signals";
import { complete } from "../desk/actions";
import type { Ticket } from "../desk/bodies";
import { useIdempotencyKeys } from "../desk/idempotency";
import { text } from "../texts";
import { write } from "../views/conversation";
import { Dialog } from "./dialog";
import { sayFailure } from "./toasts";

export function Complete({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const words = useSignal("");
  const { keyFor } = useIdempotencyKeys();
  const isBusy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      if (words.value.trim()) await write(ticket.ticket_id, words.value, keyFor(words.value));
    } catch (error) {
      isBusy.value = false;
      return sayFailure(error);
    }
    close();
    await complete(ticket);
  };
  return (
    <Dialog title={text("complete-head", { number: ticket.ticket_number })} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <label class="field">
          {text("complete-word")}
          <textarea rows={3} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        </label>
        <div class="actions">
          <button type="submit" class="primary" disabled={isBusy.value}>
            {text("button-complete")}
          </button>
          <button type="button" onClick={close}>
            {text("button-cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
