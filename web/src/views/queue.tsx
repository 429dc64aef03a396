/** All waiting and held tickets, for admins: filters, priority, reassignment. */
import { useSignal } from "@preact/signals";
import { setPriority } from "../desk/actions";
import type { Priority, Ticket } from "../desk/bodies";
import { isHeld, positions, stats, tickets, waiting } from "../desk/desk";
import { ALL_PRIORITIES, priorityText, stateText } from "../parts/ticket-state";
import { VirtualList } from "../parts/virtual-list";
import { open } from "../route";
import { ago, text } from "../texts";
import { Reassign } from "./reassign";

const ROW_HEIGHT_PIXELS = 160;

function Row({ ticket, reassign }: { ticket: Ticket; reassign: () => void }) {
  const position = positions.value.get(ticket.ticket_id);
  const since = ticket.status === "queued" ? text("ticket-waits", { when: ago(ticket.created_at) }) : text("ticket-assigned", { when: ago(ticket.assigned_at) });
  return (
    <article class="card row" data-ticket={ticket.ticket_number}>
      <h2>
        <span>
          {position && <span class="place">#{position} • </span>}
          <button type="button" class="link" onClick={() => open({ view: "ticket", ticket: ticket.ticket_id })}>
            {ticket.ticket_number}
          </button>
        </span>
        <span class="state">{stateText(ticket.status)}</span>
      </h2>
      <p class="category">
        {ticket.department} - {ticket.category} · {ticket.customer_name}
      </p>
      <p class="excerpt">{ticket.description}</p>
      <p>
        {since}
        {ticket.assigned_agent_name && ` · ${text("ticket-agent", { name: ticket.assigned_agent_name })}`}
      </p>
      <div class="actions">
        <select
          aria-label={text("queue-priority")}
          value={ticket.priority}
          onChange={(event) => void setPriority(ticket, event.currentTarget.value as Priority)}
        >
          {ALL_PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {priorityText(priority)}
            </option>
          ))}
        </select>
        <button type="button" onClick={reassign}>
          {text("ticket-reassign")}
        </button>
      </div>
    </article>
  );
}

export function Queue() {
  const held = useSignal(false);
  const words = useSignal("");
  const department = useSignal("");
  const moved = useSignal<string | null>(null);
  const needle = words.value.trim().toLowerCase();
  const list = (held.value ? tickets.values().filter(isHeld) : waiting.value)
    .filter((ticket) => !department.value || ticket.department_id === department.value)
    .filter(
      (ticket) =>
        !needle ||
        [ticket.ticket_number, ticket.customer_name, ticket.description, ticket.assigned_agent_name].some((part) =>
          part?.toLowerCase().includes(needle),
        ),
    );
  const ticket = moved.value ? tickets.get(moved.value) : undefined;
  return (
    <section aria-labelledby="queue">
      <h1 id="queue">{text(held.value ? "queue-held" : "queue-head")}</h1>
      <div class="filters">
        <div class="segments" role="group" aria-labelledby="queue">
          {[false, true].map((wanted) => (
            <button
              type="button"
              key={String(wanted)}
              aria-pressed={held.value === wanted}
              onClick={() => (held.value = wanted)}
            >
              {text(wanted ? "queue-show-held" : "nav-waiting")}
            </button>
          ))}
        </div>
        <input
          type="search"
          aria-label={text("queue-filter")}
          placeholder={text("queue-filter")}
          value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
        />
        <select
          aria-label={text("queue-department")}
          value={department.value}
          onChange={(event) => (department.value = event.currentTarget.value)}
        >
          <option value="">{text("queue-all-departments")}</option>
          {stats.value?.departments.map((one) => (
            <option key={one.department_id} value={one.department_id}>
              {one.department}
            </option>
          ))}
        </select>
      </div>
      <p class="count" role="status">
        {list.length === 0 ? text("queue-none") : text("queue-count", { count: list.length })}
      </p>
      {needle && list.length === 0 && (
        <button type="button" onClick={() => open({ view: "search", words: words.value.trim() })}>
          {text("queue-search-all", { words: words.value.trim() })}
        </button>
      )}
      <VirtualList
        items={list}
        keyOf={(ticket) => ticket.ticket_id}
        rowHeight={ROW_HEIGHT_PIXELS}
        label={text(held.value ? "queue-held" : "queue-head")}
        row={(ticket) => <Row ticket={ticket} reassign={() => (moved.value = ticket.ticket_id)} />}
      />
      {ticket && <Reassign ticket={ticket} close={() => (moved.value = null)} />}
    </section>
  );
}
