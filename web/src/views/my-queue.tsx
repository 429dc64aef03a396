/** An agent's own tickets. */
import { useSignal } from "@preact/signals";
import { giveBack, resume, start } from "../desk/actions";
import { session } from "../desk/api";
import type { MyQueue as Counts, Ticket } from "../desk/bodies";
import { agents, heldBy, ownChanges, tickets } from "../desk/desk";
import { useResource } from "../desk/resource";
import { Complete } from "../parts/complete";
import { Hold } from "../parts/hold";
import { priorityText, stateText } from "../parts/ticket-state";
import { open } from "../route";
import { ago, moment, text } from "../texts";

type Asked = { ticket: string; what: "complete" | "hold" } | null;

function Card({ ticket, place, ask }: { ticket: Ticket; place: number; ask: (what: "complete" | "hold") => void }) {
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
      <p class="excerpt">{ticket.description}</p>
      {ticket.priority !== "normal" && (
        <p>{text("ticket-priority", { priority: priorityText(ticket.priority) })}</p>
      )}
      <p>{text("ticket-status", { status: stateText(ticket.status) })}</p>
      <p>
        {ticket.resume_at
          ? text("ticket-resumes", { when: moment(ticket.resume_at) })
          : text("ticket-assigned", { when: ago(ticket.assigned_at) })}
      </p>
      {ticket.customer_name && <p>{text("ticket-customer", { name: ticket.customer_name })}</p>}
      <div class="actions">
        {ticket.status === "pending" && (
          <button type="button" class="primary" onClick={() => void resume(ticket)}>
            {text("button-resume")}
          </button>
        )}
        <button type="button" class={ticket.status === "pending" ? "" : "primary"} onClick={show}>
          {ticket.status === "assigned" ? text("button-open") : text("ticket-talk")}
        </button>
        <button type="button" onClick={() => ask("complete")}>
          {text("ticket-complete")}
        </button>
        <button type="button" onClick={() => ask("hold")}>
          {text("button-hold")}
        </button>
        <button type="button" onClick={() => void giveBack(ticket)}>
          {text("button-give-back")}
        </button>
      </div>
    </article>
  );
}

export function MyQueue() {
  const me = session.value?.agent_id ?? "";
  const asked = useSignal<Asked>(null);
  const agent = agents.get(me);
  const held = heldBy(me);
  const max = agent?.max_tickets ?? 0;
  const free = Math.max(0, max - held.length);
  const takes = agent?.status === "online" && agent.auto_assignment_enabled;
  const footer = free === 0 ? "my-queue-full" : takes ? "my-queue-slots" : "my-queue-slots-off";
  const counts = useResource<Counts>("/api/queue/my-queue", ownChanges.value).data;
  const ticket = asked.value ? tickets.get(asked.value.ticket) : undefined;
  const close = () => (asked.value = null);
  return (
    <section aria-labelledby="my-queue">
      <h1 id="my-queue">{text("my-queue-head", { held: held.length, max })}</h1>
      {counts && (
        <p class="category">
          {text("today-counts", { assigned: counts.assigned_today, completed: counts.completed_today })}
        </p>
      )}
      {agent?.away_until && <p class="category">{text("my-queue-away", { when: moment(agent.away_until) })}</p>}
      {held.length === 0 && <p class="empty">{text(takes ? "my-queue-empty" : "my-queue-empty-offline")}</p>}
      {held.map((ticket, index) => (
        <Card
          key={ticket.ticket_id}
          ticket={ticket}
          place={index + 1}
          ask={(what) => (asked.value = { ticket: ticket.ticket_id, what })}
        />
      ))}
      {agent && <p class="footer">{text(footer, { count: free })}</p>}
      {ticket && asked.value?.what === "complete" && <Complete ticket={ticket} close={close} />}
      {ticket && asked.value?.what === "hold" && <Hold ticket={ticket} close={close} />}
    </section>
  );
}
