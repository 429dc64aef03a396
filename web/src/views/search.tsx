/** What a search over all tickets has found, also those that have ended. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { call, session } from "../desk/api";
import type { FoundTicket, SearchResults } from "../desk/bodies";
import { isHeld, lastChange } from "../desk/desk";
import { connection } from "../desk/live";
import { moveFocus } from "../parts/search-field";
import { stateText } from "../parts/ticket-state";
import { failureText } from "../parts/toasts";
import { address } from "../route";
import { ago, text } from "../texts";

/** When the ticket came to the state in which it is. */
function sinceText(ticket: FoundTicket): string {
  if (ticket.ended_at) return text("ticket-ended", { when: ago(ticket.ended_at) });
  return isHeld(ticket) ? text("ticket-assigned", { when: ago(ticket.assigned_at) }) : text("ticket-waits", { when: ago(ticket.created_at) });
}

function Row({ ticket }: { ticket: FoundTicket }) {
  const { matched_author: author, matched_line: line } = ticket;
  // A long description is shown from the line that matched.
  const excerpt = (!author && line) || ticket.description;
  return (
    <article class="card row found" data-ticket={ticket.ticket_number}>
      <h2>
        <a href={address({ view: "ticket", ticket: ticket.ticket_id })} data-result>
          {ticket.ticket_number}
        </a>
        <span class="state">{stateText(ticket.status)}</span>
      </h2>
      <p class="category">
        {ticket.department} - {ticket.category}
        {ticket.customer_name && ` · ${ticket.customer_name}`}
      </p>
      {excerpt && <p class="excerpt">{excerpt}</p>}
      {author && (
        <p class="excerpt">
          💬 <b>{author}</b>: {line}
        </p>
      )}
      <p>
        {sinceText(ticket)}
        {ticket.assigned_agent_name && ` · ${text("ticket-agent", { name: ticket.assigned_agent_name })}`}
      </p>
    </article>
  );
}

interface Found {
  words: string;
  tickets: FoundTicket[];
  next: number | null;
}

export function Search({ words }: { words: string }) {
  const found = useSignal<Found | null>(null);
  const failure = useSignal<unknown>(null);
  const isBusy = useSignal(false);
  /** Grows with each question: only the answer to the last one is shown. */
  const questions = useRef(0);
  const isOpen = connection.value === "open";

  const ask = async (offset: number) => {
    const question = ++questions.current;
    isBusy.value = true;
    failure.value = null;
    try {
      const query = new URLSearchParams({ q: words, offset: String(offset) });
      const page = await call<SearchResults>("GET", `/api/search?${query}`);
      if (question !== questions.current) return;
      const before = offset > 0 && found.value ? found.value.tickets : [];
      // A new ticket moves the pages.
      const known = new Set(before.map((ticket) => ticket.ticket_id));
      const tickets = [...before, ...page.tickets.filter((ticket) => !known.has(ticket.ticket_id))];
      found.value = { words, tickets, next: page.next_offset };
    } catch (error) {
      if (question === questions.current) failure.value = error;
    }
    if (question === questions.current) isBusy.value = false;
  };

  // Again when the connection is back: the state of the tickets may have changed.
  useEffect(() => {
    if (isOpen) void ask(0);
  }, [words, isOpen]);
  useSignalEffect(() => {
    const changed = lastChange.value;
    const shown = found.peek();
    const isOlder = (ticket: FoundTicket) => ticket.ticket_id === changed?.ticket_id && ticket.version < changed.version;
    if (!shown?.tickets.some(isOlder)) return;
    found.value = { ...shown, tickets: shown.tickets.map((ticket) => (isOlder(ticket) ? { ...ticket, ...changed } : ticket)) };
  });

  const shown = found.value;
  const isCurrent = shown?.words === words;
  const count = shown?.tickets.length ?? 0;
  const next = shown?.next ?? null;
  return (
    <section aria-labelledby="search" aria-busy={isBusy.value} onKeyDown={moveFocus}>
      <h1 id="search">{text("find-head")}</h1>
      <div role="status">
        {!failure.value && !isCurrent && <p class="count">{text("find-busy")}</p>}
        {isCurrent && count > 0 && <p class="count">{text(next === null ? "find-count" : "find-count-more", { count })}</p>}
        {isCurrent && count === 0 && (
          <>
            <p class="empty">{text("search-none", { words })}</p>
            {session.value?.role !== "admin" && <p class="category">{text("find-scope")}</p>}
          </>
        )}
      </div>
      {failure.value !== null && (
        <div class="failure">
          <p class="problem" role="alert">
            {failureText(failure.value)}
          </p>
          <button type="button" onClick={() => void ask(isCurrent && next !== null ? next : 0)}>
            {text("media-again")}
          </button>
        </div>
      )}
      {(isCurrent || !failure.value) && (
        <ul class="list" aria-label={text("find-head")}>
          {shown?.tickets.map((ticket) => (
            <li key={ticket.ticket_id}>
              <Row ticket={ticket} />
            </li>
          ))}
        </ul>
      )}
      {isCurrent && next !== null && !failure.value && (
        <button type="button" disabled={isBusy.value} onClick={() => void ask(next)}>
          {text("find-more")}
        </button>
      )}
    </section>
  );
}
