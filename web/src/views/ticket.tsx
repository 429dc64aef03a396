/** One ticket with its conversation. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { complete } from "../desk/actions";
import { call, session } from "../desk/api";
import type { Message, Ticket as TicketBody } from "../desk/bodies";
import { conversation, isHeld, tickets } from "../desk/desk";
import { connection } from "../desk/live";
import { sayFailure } from "../parts/toasts";
import { priorityText, stateText } from "../parts/ticket-state";
import { open } from "../route";
import { ago, moment, text } from "../texts";
import { Reassign } from "./queue";

interface Page {
  messages: Message[];
  next_before: number | null;
}

/** The longest message that the desk takes, in UTF-16 units. */
const MAX_MESSAGE_UNITS = 3_900;

const path = (ticket: string, rest: string) => `/api/tickets/${ticket}/${rest}`;

function stateOf(message: Message): string {
  if (message.state === "failed") return ` · ${text("talk-failed")}`;
  const isDelivered = message.state === "delivered" || message.state === "kept";
  return isDelivered ? "" : ` · ${text("talk-waiting")}`;
}

function Bubble({ message }: { message: Message }) {
  const reaction = message.customer_reaction ?? message.agent_reaction;
  return (
    <li class={`bubble ${message.direction}`}>
      {message.direction === "note" && <p class="mark">{text("talk-note-mark")}</p>}
      {message.has_media && <p class="mark">{text("talk-media", { kind: message.kind })}</p>}
      {message.text && <p class="words">{message.text}</p>}
      <p class="meta">
        {message.author_name} · {moment(message.written_at)}
        {message.edited_at && ` · ${text("talk-edited")}`}
        {stateOf(message)} {reaction}
      </p>
    </li>
  );
}

function Composer({ ticket }: { ticket: TicketBody }) {
  const words = useSignal("");
  const isNote = useSignal(false);
  // The key names what is being written, so that a second press or a repeated request sends it once.
  const key = useSignal(crypto.randomUUID() as string);
  const isSending = useSignal(false);
  const send = async (event: Event) => {
    event.preventDefault();
    if (!words.value.trim() || isSending.value) return;
    isSending.value = true;
    try {
      await call("POST", path(ticket.ticket_id, isNote.value ? "notes" : "messages"), { text: words.value }, key.value);
      words.value = "";
      key.value = crypto.randomUUID();
    } catch (error) {
      sayFailure(error);
    } finally {
      isSending.value = false;
    }
  };
  return (
    <form class="composer" onSubmit={(event) => void send(event)}>
      <textarea
        rows={2}
        maxLength={MAX_MESSAGE_UNITS}
        aria-label={text(isNote.value ? "talk-note" : "talk-label")}
        placeholder={isNote.value ? text("talk-note") : text("talk-placeholder", { name: ticket.customer_name ?? "" })}
        value={words.value}
        onInput={(event) => (words.value = event.currentTarget.value)}
      />
      <div class="actions">
        <label>
          <input type="checkbox" checked={isNote.value} onChange={(event) => (isNote.value = event.currentTarget.checked)} />{" "}
          {text("talk-note")}
        </label>
        <button type="submit" class="primary" disabled={!words.value.trim() || isSending.value}>
          {text("talk-send")}
        </button>
      </div>
    </form>
  );
}

export function Ticket({ id }: { id: string }) {
  const loaded = useSignal<TicketBody | null>(null);
  const older = useSignal<number | null>(null);
  const isMoving = useSignal(false);
  const known = tickets.value.get(id);
  const ticket = known ?? loaded.value;
  const isOpen = connection.value === "open";

  const load = async (before?: number) => {
    try {
      const page = await call<Page>("GET", path(id, `messages${before ? `?before=${before}` : ""}`));
      const shown = before && conversation.value?.ticket === id ? conversation.value.messages : [];
      conversation.value = { ticket: id, messages: [...page.messages, ...shown] };
      older.value = page.next_before;
    } catch (error) {
      sayFailure(error);
    }
  };
  // Snapshots have no messages, so the conversation is read again after each of them.
  useEffect(() => {
    if (!isOpen) return;
    void load();
  }, [id, isOpen]);
  // A ticket that has ended is not among those of the desk.
  useEffect(() => {
    if (!isOpen || known) return;
    void call<TicketBody>("GET", `/api/tickets/${id}`).then((body) => (loaded.value = body)).catch(sayFailure);
  }, [id, isOpen, !known]);

  const me = session.value;
  const isMine = !!ticket && ticket.assigned_agent === me?.agent_id && isHeld(ticket);
  const messages = conversation.value?.ticket === id ? conversation.value.messages : [];
  return (
    <section class="ticket" aria-labelledby="ticket">
      <button type="button" class="link" onClick={() => open({ view: me?.is_agent ? "my-queue" : "queue" })}>
        {text("ticket-back")}
      </button>
      {!ticket ? (
        <p class="empty">{text("web-loading")}</p>
      ) : (
        <>
          <h1 id="ticket">{ticket.ticket_number}</h1>
          <p class="category">
            {ticket.department} - {ticket.category}
          </p>
          <p>
            {stateText(ticket.status)} · {text("ticket-priority", { priority: priorityText(ticket.priority) })} ·{" "}
            {ago(ticket.created_at)}
          </p>
          {ticket.customer_name && <p>{text("ticket-customer", { name: ticket.customer_name })}</p>}
          {ticket.assigned_agent_name && <p>{text("ticket-agent", { name: ticket.assigned_agent_name })}</p>}
          <blockquote>{ticket.description}</blockquote>
          {ticket.attachments > 0 && <p>{text("ticket-files", { count: ticket.attachments })}</p>}
          <div class="actions">
            {isMine && (
              <button type="button" onClick={() => void complete(ticket)}>
                {text("ticket-complete")}
              </button>
            )}
            {me?.role === "admin" && known && (
              <button type="button" onClick={() => (isMoving.value = true)}>
                {text("ticket-reassign")}
              </button>
            )}
          </div>
          {older.value && (
            <button type="button" class="link" onClick={() => void load(older.value ?? undefined)}>
              {text("talk-older")}
            </button>
          )}
          <ol class="talk" aria-live="polite">
            {messages.length === 0 && <li class="empty">{text("talk-empty")}</li>}
            {messages.map((message) => (
              <Bubble key={message.message_id} message={message} />
            ))}
          </ol>
          {isMine ? <Composer ticket={ticket} /> : <p class="footer">{text("talk-only-holder")}</p>}
          {isMoving.value && known && <Reassign ticket={known} close={() => (isMoving.value = false)} />}
        </>
      )}
    </section>
  );
}
