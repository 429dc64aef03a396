/** The tickets that wait in an agent's departments, to be picked up where the desk does not assign them. */
import { pickUp } from "../desk/actions";
import { session } from "../desk/api";
import type { Agent, Ticket } from "../desk/bodies";
import { agents, heldBy, positions, stats, waiting } from "../desk/desk";
import { priorityText } from "../parts/ticket-state";
import { VirtualList } from "../parts/virtual-list";
import { open } from "../route";
import { ago, text } from "../texts";

const ROW_HEIGHT_PIXELS = 150;

/** The waiting tickets of this person's departments. */
export function waitingFor(agent: Agent | undefined): Ticket[] {
  const own = new Set(agent?.departments.map((one) => one.department_id));
  return waiting.value.filter((ticket) => own.has(ticket.department_id));
}

/** Returns whether the desk lets an agent pick a ticket up. It decides with the press again. */
export const canPickUp = (ticket: Ticket, agent: Agent) =>
  ticket.status === "queued" &&
  agent.departments.some((one) => one.department_id === ticket.department_id) &&
  (stats.value?.mode !== "auto" || !ticket.auto || !agent.auto_assignment_enabled);

function Row({ ticket, agent, isFull }: { ticket: Ticket; agent: Agent; isFull: boolean }) {
  return (
    <article class="card row" data-ticket={ticket.ticket_number}>
      <h2>
        <span>
          <span class="place">#{positions.value.get(ticket.ticket_id)} • </span>
          <button type="button" class="link" onClick={() => open({ view: "ticket", ticket: ticket.ticket_id })}>
            {ticket.ticket_number}
          </button>
        </span>
        {ticket.priority !== "normal" && <span class="state">{priorityText(ticket.priority)}</span>}
      </h2>
      <p class="category">
        {ticket.department} - {ticket.category}
      </p>
      <p class="excerpt">{ticket.description}</p>
      <p>{text("ticket-waits", { when: ago(ticket.created_at) })}</p>
      {canPickUp(ticket, agent) && (
        <div class="actions">
          <button type="button" class="primary" disabled={isFull} onClick={() => void pickUp(ticket, agent)}>
            {text("button-pick-up")}
          </button>
        </div>
      )}
    </article>
  );
}

export function Waiting() {
  const agent = agents.get(session.value?.agent_id ?? "");
  const list = waitingFor(agent);
  const isFull = !!agent && heldBy(agent.agent_id).length >= agent.max_tickets;
  const about = isFull ? "my-queue-full" : agent && list.some((ticket) => canPickUp(ticket, agent)) ? "waiting-about" : "waiting-assigned";
  return (
    <section aria-labelledby="waiting">
      <h1 id="waiting">{text("queue-head")}</h1>
      <p class="count" role="status">
        {list.length === 0 ? text("queue-none") : text("queue-count", { count: list.length })}
      </p>
      {list.length > 0 && <p class="footer">{text(about)}</p>}
      {agent && (
        <VirtualList
          items={list}
          keyOf={(ticket) => ticket.ticket_id}
          rowHeight={ROW_HEIGHT_PIXELS}
          label={text("queue-head")}
          row={(ticket) => <Row ticket={ticket} agent={agent} isFull={isFull} />}
        />
      )}
    </section>
  );
}
