/** An agent's own tickets. */
import { session } from "../desk/api";
import { complete, hold, resume, start } from "../desk/actions";
import type { Ticket } from "../desk/bodies";
import { agents, heldBy } from "../desk/desk";
import { stateText } from "../parts/ticket-state";
import { open } from "../route";
import { ago, text } from "../texts";

function Card({ ticket, place }: { ticket: Ticket; place: number }) {
  const show = () => {
    if (ticket.status === "assigned") void start(ticket);
    open({ view: "ticket", ticket: ticket.ticket_id });
  };
  return (
    <article class="card" data-ticket={ticket.ticket_number}>
      <h2>
        <span class="place">#{place}</span> • {ticket.ticket_number}
      </h2>
      <p class="category">
        {ticket.department} - {ticket.category}
      </p>
      <p>{text("ticket-status", { status: stateText(ticket.status) })}</p>
      <p>{text("ticket-assigned", { when: ago(ticket.assigned_at) })}</p>
      {ticket.customer_name && <p>{text("ticket-customer", { name: ticket.customer_name })}</p>}
      <div class="actions">
        {ticket.status === "pending" ? (
          <button type="button" onClick={() => void resume(ticket)}>
            {text("button-resume")}
          </button>
        ) : (
          <button type="button" class="primary" onClick={show}>
            {ticket.status === "assigned" ? text("button-open") : text("ticket-talk")}
          </button>
        )}
        <button type="button" onClick={() => void complete(ticket)}>
          {text("ticket-complete")}
        </button>
        {ticket.status !== "pending" && (
          <button type="button" onClick={() => void hold(ticket)}>
            {text("button-hold")}
          </button>
        )}
      </div>
    </article>
  );
}

export function MyQueue() {
  const me = session.value?.agent_id ?? "";
  const agent = agents.value.get(me);
  const held = heldBy(me);
  const max = agent?.max_tickets ?? 0;
  const free = Math.max(0, max - held.length);
  const takes = agent?.status === "online" && agent.auto_assignment_enabled;
  const footer = free === 0 ? "my-queue-full" : takes ? "my-queue-slots" : "my-queue-slots-off";
  return (
    <section aria-labelledby="my-queue">
      <h1 id="my-queue">{text("my-queue-head", { held: held.length, max })}</h1>
      {held.length === 0 && <p class="empty">{text(takes ? "my-queue-empty" : "my-queue-empty-offline")}</p>}
      {held.map((ticket, index) => (
        <Card key={ticket.ticket_id} ticket={ticket} place={index + 1} />
      ))}
      {agent && <p class="footer">{text(footer, { count: free })}</p>}
    </section>
  );
}
