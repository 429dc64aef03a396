/** One ticket: what it is about, its actions, its conversation, and for admins its audit log. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { giveBack, pickUp, release, resume, setPriority } from "../desk/actions";
import { call, session } from "../desk/api";
import type { Priority, Ticket as TicketBody } from "../desk/bodies";
import { agents, heldBy, isHeld, tickets } from "../desk/desk";
import { connection } from "../desk/live";
import { Cancel } from "../parts/cancel";
import { Complete } from "../parts/complete";
import { Hold } from "../parts/hold";
import { Media, isFile, kindText } from "../parts/media";
import { sayFailure } from "../parts/toasts";
import { ALL_PRIORITIES, priorityText, stateText } from "../parts/ticket-state";
import { back, open } from "../route";
import { ago, moment, text } from "../texts";
import { Audit } from "./audit";
import { Conversation } from "./conversation";
import { Reassign } from "./reassign";
import { canPickUp } from "./waiting";

type Asked = "cancel" | "complete" | "hold" | "reassign" | null;

function Files({ ticket }: { ticket: TicketBody }) {
  if (ticket.attachments === 0) return null;
  return (
    <section class="files" aria-label={text("ticket-files", { count: ticket.attachments })}>
      {ticket.attachment_kinds.map((kind, index) =>
        isFile(kind) ? (
          <Media key={index} kind={kind} path={`/api/tickets/${ticket.ticket_id}/attachments/${index + 1}`} />
        ) : (
          <p key={index} class="mark">
            {text("talk-media", { kind: kindText(kind) })}
          </p>
        ),
      )}
    </section>
  );
}

function Facts({ ticket }: { ticket: TicketBody }) {
  return (
    <>
      <h1 id="ticket">{ticket.ticket_number}</h1>
      <p class="category">
        {ticket.department} - {ticket.category}
      </p>
      <p>
        {stateText(ticket.status)} · {text("ticket-priority", { priority: priorityText(ticket.priority) })} ·{" "}
        {text("line-opened", { when: ago(ticket.created_at) })}
      </p>
      {ticket.ended_at && <p>{text("ticket-ended", { when: ago(ticket.ended_at) })}</p>}
      {ticket.resume_at && <p>{text("ticket-resumes", { when: moment(ticket.resume_at) })}</p>}
      {ticket.customer_name && <p>{text("ticket-customer", { name: ticket.customer_name })}</p>}
      {ticket.assigned_agent_name && <p>{text("ticket-agent", { name: ticket.assigned_agent_name })}</p>}
      {ticket.rating && <p>{text("ticket-rating", { stars: ticket.rating.stars, comment: ticket.rating.comment ?? "" })}</p>}
      <blockquote>{ticket.description}</blockquote>
      <Files ticket={ticket} />
    </>
  );
}

export function Ticket({ id }: { id: string }) {
  const loaded = useSignal<TicketBody | null>(null);
  const refused = useSignal("");
  const asked = useSignal<Asked>(null);
  const known = tickets.get(id);
  const ticket = known ?? (loaded.value?.ticket_id === id ? loaded.value : null);
  const isOpen = connection.value === "open";
  // A ticket that has ended is not among those of the desk.
  useEffect(() => {
    if (!isOpen || known) return;
    void call<TicketBody>("GET", `/api/tickets/${id}`)
      .then((body) => (loaded.value = body))
      .catch((error: unknown) => {
        refused.value = id;
        sayFailure(error);
      });
  }, [id, isOpen, !known]);

  const me = session.value;
  const isAdmin = me?.role === "admin";
  const isMine = !!ticket && ticket.assigned_agent === me?.agent_id && isHeld(ticket);
  const agent = agents.get(me?.agent_id ?? "");
  const close = () => (asked.value = null);
  return (
    <section class="ticket" aria-labelledby="ticket">
      <button type="button" class="link" onClick={() => open(back.fromTicket ?? { view: me?.is_agent ? "my-queue" : "queue" })}>
        {text("ticket-back")}
      </button>
      {!ticket ? (
        <p class="empty">{text(refused.value === id ? "ticket-refused" : "web-loading")}</p>
      ) : (
        <>
          <Facts ticket={ticket} />
          <div class="actions">
            {agent && canPickUp(ticket, agent) && (
              <button
                type="button"
                class="primary"
                disabled={heldBy(agent.agent_id).length >= agent.max_tickets}
                onClick={() => void pickUp(ticket, agent)}
              >
                {text("button-pick-up")}
              </button>
            )}
            {isMine && (
              <>
                {ticket.status === "pending" && (
                  <button type="button" class="primary" onClick={() => void resume(ticket)}>
                    {text("button-resume")}
                  </button>
                )}
                <button type="button" onClick={() => (asked.value = "complete")}>
                  {text("ticket-complete")}
                </button>
                <button type="button" onClick={() => (asked.value = "hold")}>
                  {text("button-hold")}
                </button>
                <button type="button" onClick={() => void giveBack(ticket)}>
                  {text("button-give-back")}
                </button>
              </>
            )}
            {isAdmin && known && (
              <>
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
                <button type="button" onClick={() => (asked.value = "reassign")}>
                  {text("ticket-reassign")}
                </button>
                {isHeld(ticket) && !isMine && (
                  <button type="button" onClick={() => void release(ticket)}>
                    {text("reassign-back")}
                  </button>
                )}
                {ticket.status === "queued" && ticket.priority !== "urgent" && (
                  <button type="button" onClick={() => void setPriority(ticket, "urgent")}>
                    {text("ticket-to-top")}
                  </button>
                )}
                <button type="button" class="danger" onClick={() => (asked.value = "cancel")}>
                  {text("ticket-cancel")}
                </button>
              </>
            )}
          </div>
          <Conversation ticket={ticket} isMine={isMine} />
          {isAdmin && <Audit ticket={id} version={ticket.version} />}
          {asked.value === "cancel" && known && <Cancel ticket={known} close={close} />}
          {asked.value === "complete" && isMine && <Complete ticket={ticket} close={close} />}
          {asked.value === "hold" && isMine && <Hold ticket={ticket} close={close} />}
          {asked.value === "reassign" && known && <Reassign ticket={known} close={close} />}
        </>
      )}
    </section>
  );
}
