/** The conversation of a ticket: its messages and notes, and the field to write the next one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../desk/api";
import type { Message, Reply, Ticket } from "../desk/bodies";
import { conversation } from "../desk/desk";
import { useIdempotencyKeys } from "../desk/idempotency";
import { connection } from "../desk/live";
import { useResource } from "../desk/resource";
import { Media, kindText } from "../parts/media";
import { say, sayFailure } from "../parts/toasts";
import { pastMoment, text } from "../texts";

interface Page {
  messages: Message[];
  next_before: number | null;
}

/** The longest message that the desk takes, in UTF-16 units. */
const MAX_MESSAGE_UNITS = 3_900;

/** The largest file that the desk takes, and the longest text below it. */
const MAX_FILE_BYTES = 50_000_000;
const MAX_FILE_TEXT_UNITS = 900;

const path = (ticket: string, rest: string) => `/api/tickets/${ticket}/${rest}`;

function stateOf(message: Message): string {
  if (message.state === "failed") return ` · ${text("talk-failed")}`;
  const isDelivered = message.state === "delivered" || message.state === "kept";
  return isDelivered ? "" : ` · ${text("talk-waiting")}`;
}

function Bubble({ message, ticket }: { message: Message; ticket: string }) {
  const reaction = message.customer_reaction ?? message.agent_reaction;
  return (
    <li class={`bubble ${message.direction}`}>
      {message.direction === "note" && <p class="mark">{text("talk-note-mark")}</p>}
      {message.has_media ? (
        <Media path={path(ticket, `messages/${message.message_id}/file`)} kind={message.kind} />
      ) : (
        message.kind !== "text" && <p class="mark">{text("talk-media", { kind: kindText(message.kind) })}</p>
      )}
      {message.text && <p class="words">{message.text}</p>}
      <p class="meta">
        {message.author_name} · {pastMoment(message.written_at)}
        {message.edited_at && ` · ${text("talk-edited")}`}
        {stateOf(message)} {reaction}
      </p>
    </li>
  );
}

/** Sends a message to the customer. A repeated call with the same `key` sends nothing more. */
export const write = (ticket: string, words: string, key: string) =>
  call("POST", path(ticket, "messages"), { text: words }, key);

function Composer({ ticket }: { ticket: Ticket }) {
  const words = useSignal("");
  const isNote = useSignal(false);
  // A second press after a failure sends the same content once.
  const keys = useIdempotencyKeys();
  const isSending = useSignal(false);
  const file = useSignal<File | null>(null);
  const isTooLong = file.value !== null && words.value.trim().length > MAX_FILE_TEXT_UNITS;
  const isReady = Boolean(words.value.trim() || file.value) && !isTooLong && !isSending.value;
  const choose = (input: HTMLInputElement) => {
    const chosen = input.files?.[0] ?? null;
    input.value = "";
    // A note has no file.
    if (isNote.value) return;
    if (chosen && chosen.size > MAX_FILE_BYTES) say(text("toast-failed", { reason: text("error-file-too-large") }), "error");
    else file.value = chosen;
  };
  const replies = useResource<Reply[]>(path(ticket.ticket_id, "replies")).data ?? [];
  const send = async (event: Event) => {
    event.preventDefault();
    if (!isReady) return;
    isSending.value = true;
    const key = keys.keyFor(ticket.ticket_id, words.value, file.value, isNote.value);
    try {
      if (file.value) {
        const form = new FormData();
        form.append("file", file.value);
        if (words.value.trim()) form.append("text", words.value);
        await call("POST", path(ticket.ticket_id, "files"), form, key);
      } else {
        await call("POST", path(ticket.ticket_id, isNote.value ? "notes" : "messages"), { text: words.value }, key);
      }
      file.value = null;
      words.value = "";
      keys.renew();
    } catch (error) {
      sayFailure(error);
    } finally {
      isSending.value = false;
    }
  };
  const insert = (select: HTMLSelectElement) => {
    const reply = replies.find((one) => one.reply_id === select.value);
    if (reply) words.value = words.value.trim() ? `${words.value.trimEnd()}\n${reply.text}` : reply.text;
    select.value = "";
    select.form?.querySelector("textarea")?.focus();
  };
  return (
    <form class="composer" onSubmit={(event) => void send(event)}>
      {replies.length > 0 && (
        <select aria-label={text("talk-reply")} value="" onChange={(event) => insert(event.currentTarget)}>
          <option value="">{text("talk-reply")}</option>
          {replies.map((reply) => (
            <option key={reply.reply_id} value={reply.reply_id}>
              {reply.word}
            </option>
          ))}
        </select>
      )}
      <textarea
        rows={words.value.includes("\n") ? 5 : 2}
        maxLength={MAX_MESSAGE_UNITS}
        aria-label={text(isNote.value ? "talk-note" : "talk-label")}
        placeholder={isNote.value ? text("talk-note") : text("talk-placeholder", { name: ticket.customer_name ?? "" })}
        value={words.value}
        onInput={(event) => (words.value = event.currentTarget.value)}
      />
      {file.value && (
        <p class="staged">
          📎 {file.value.name}{" "}
          <button type="button" class="quiet" aria-label={text("talk-file-remove")} onClick={() => (file.value = null)}>
            ✕
          </button>
        </p>
      )}
      {isTooLong && (
        <p class="problem" role="alert">
          {text("talk-file-text", { max: MAX_FILE_TEXT_UNITS })}
        </p>
      )}
      <div class="actions">
        <label class={isNote.value ? "button off" : "button"}>
          📎 {text("talk-file")}
          <input type="file" class="hidden" disabled={isNote.value} onChange={(event) => choose(event.currentTarget)} />
        </label>
        <label>
          <input type="checkbox" disabled={file.value !== null} checked={isNote.value} onChange={(event) => (isNote.value = event.currentTarget.checked)} />{" "}
          {text("talk-note")}
        </label>
        <button type="submit" class="primary" disabled={!isReady}>
          {text("talk-send")}
        </button>
      </div>
    </form>
  );
}

export function Conversation({ ticket, isMine }: { ticket: Ticket; isMine: boolean }) {
  const id = ticket.ticket_id;
  const older = useSignal<number | null>(null);
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
    if (isOpen) void load();
  }, [id, isOpen]);
  const messages = conversation.value?.ticket === id ? conversation.value.messages : [];
  return (
    <>
      {older.value && (
        <button type="button" class="link" onClick={() => void load(older.value ?? undefined)}>
          {text("talk-older")}
        </button>
      )}
      <ol class="talk" aria-live="polite">
        {messages.length === 0 && <li class="empty">{text("talk-empty")}</li>}
        {messages.map((message) => (
          <Bubble key={message.message_id} message={message} ticket={id} />
        ))}
      </ol>
      {isMine ? <Composer ticket={ticket} /> : <p class="footer">{text(ticket.ended_at ? "talk-closed" : "talk-only-holder")}</p>}
    </>
  );
}
