/** The question before an admin cancels a ticket. */
import { cancel } from "../desk/actions";
import type { Ticket } from "../desk/bodies";
import { text } from "../texts";
import { Dialog } from "./dialog";
import { stateText } from "./ticket-state";

export function Cancel({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const confirm = async () => {
    close();
    await cancel(ticket);
  };
  return (
    <Dialog title={text("cancel-head", { number: ticket.ticket_number })} close={close}>
      {ticket.customer_name && <p>{text("ticket-customer", { name: ticket.customer_name })}</p>}
      <p>{text("ticket-status", { status: stateText(ticket.status) })}</p>
      <p>{text("cancel-about")}</p>
      <div class="actions">
        <button type="button" class="danger" onClick={() => void confirm()}>
          {text("button-cancel-yes")}
        </button>
        <button type="button" onClick={close}>
          {text("cancel-keep")}
        </button>
      </div>
    </Dialog>
  );
}
