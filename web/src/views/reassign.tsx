/** The choice of the agent who gets a ticket. */
import { useSignal } from "@preact/signals";
import { reassign, release } from "../desk/actions";
import type { Ticket } from "../desk/bodies";
import { agents } from "../desk/desk";
import { Dialog } from "../parts/dialog";
import { availabilityText } from "../parts/ticket-state";
import { text } from "../texts";

export function Reassign({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const asked = useSignal<string | null>(null);
  const move = async (agent: string, anyway = false) => {
    if (await reassign(ticket, agent, anyway)) close();
  };
  const putBack = async () => {
    close();
    await release(ticket);
  };
  const others = agents.values().filter((agent) => agent.agent_id !== ticket.assigned_agent);
  const full = asked.value ? agents.get(asked.value) : undefined;
  return (
    <Dialog title={text("reassign-head", { number: ticket.ticket_number })} close={close}>
      {full ? (
        <>
          <p role="alert">
            {text("reassign-full", { name: full.agent_name, held: full.current_tickets, max: full.max_tickets })}
          </p>
          <div class="actions">
            <button type="button" class="danger" onClick={() => void move(full.agent_id, true)}>
              {text("reassign-anyway")}
            </button>
            <button type="button" onClick={() => (asked.value = null)}>
              {text("button-cancel")}
            </button>
          </div>
        </>
      ) : (
        <>
          <p>{text("reassign-about")}</p>
          <ul class="choices">
            {others.map((agent) => (
              <li key={agent.agent_id}>
                <button
                  type="button"
                  onClick={() => (agent.full ? (asked.value = agent.agent_id) : void move(agent.agent_id))}
                >
                  <span>{agent.agent_name}</span>
                  <span>
                    {availabilityText(agent.status, agent.is_online)} · {agent.current_tickets}/{agent.max_tickets}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {ticket.assigned_agent && (
            <button type="button" onClick={() => void putBack()}>
              {text("reassign-back")}
            </button>
          )}
        </>
      )}
    </Dialog>
  );
}
