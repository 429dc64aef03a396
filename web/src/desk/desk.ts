/** The desk as this page knows it: the last snapshot with the events since. */
import { batch, computed, signal } from "@preact/signals";
import type { Agent, Alert, Message, QueueStats, Snapshot, Ticket } from "./bodies";

export const tickets = signal(new Map<string, Ticket>());
export const agents = signal(new Map<string, Agent>());
export const stats = signal<QueueStats | null>(null);
export const alerts = signal<Alert[]>([]);
/** The messages of the ticket whose conversation is open. */
export const conversation = signal<{ ticket: string; messages: Message[] } | null>(null);

const PRIORITIES = ["urgent", "high", "normal", "low"];
const time = (text: string | null) => (text ? Date.parse(text) : 0);
export const isHeld = (ticket: Ticket) => ["assigned", "in_progress", "pending"].includes(ticket.status);

/** Waiting tickets in the order of the queue: by priority, then by arrival. */
export const waiting = computed(() =>
  [...tickets.value.values()]
    .filter((ticket) => ticket.status === "queued")
    .sort(
      (a, b) =>
        PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || time(a.created_at) - time(b.created_at),
    ),
);

/** The tickets that an agent holds, in the order of assignment. */
export const heldBy = (agent: string) =>
  [...tickets.value.values()]
    .filter((ticket) => isHeld(ticket) && ticket.assigned_agent === agent)
    .sort((a, b) => time(a.assigned_at) - time(b.assigned_at));

/** What a page is told of, beside the change itself. */
export type Notice = { kind: "assigned"; ticket: Ticket } | { kind: "alert"; alert: Alert };
export const notices = signal<Notice[]>([]);

/** The versions at which tickets ended since the snapshot: what was read before that does not bring them back. */
const ended = new Map<string, number>();

/** Takes over tickets as the desk has them, unless this page knows a newer version. */
export function put(...changed: Ticket[]): void {
  const next = new Map(tickets.value);
  for (const ticket of changed) {
    const id = ticket.ticket_id;
    const known = Math.max(next.get(id)?.version ?? -1, ended.get(id) ?? -1);
    if (known > ticket.version) continue;
    if (ticket.status === "completed" || ticket.status === "cancelled") {
      next.delete(id);
      ended.set(id, ticket.version);
    } else if (ended.get(id) !== ticket.version) {
      next.set(id, ticket);
    }
  }
  tickets.value = next;
}

function putMessage(message: Message) {
  const open = conversation.value;
  if (!open || message.ticket_id !== open.ticket) return;
  const messages = open.messages.filter((other) => other.message_id !== message.message_id);
  messages.push(message);
  messages.sort((a, b) => a.seq - b.seq);
  conversation.value = { ticket: open.ticket, messages };
}

/** Applies a frame of the socket. */
export function apply(event: string, data: unknown, me: string) {
  batch(() => {
    switch (event) {
      case "snapshot": {
        const snapshot = data as Snapshot;
        ended.clear();
        tickets.value = new Map(snapshot.tickets.map((ticket) => [ticket.ticket_id, ticket]));
        agents.value = new Map(snapshot.agents.map((agent) => [agent.agent_id, agent]));
        stats.value = snapshot.queue;
        alerts.value = snapshot.alerts;
        break;
      }
      case "ticket_assigned": {
        const ticket = data as Ticket;
        const before = tickets.value.get(ticket.ticket_id);
        put(ticket);
        if (ticket.assigned_agent === me && before?.assigned_agent !== me) {
          notices.value = [...notices.value, { kind: "assigned", ticket }];
        }
        break;
      }
      case "ticket_queued":
      case "ticket_updated":
      case "ticket_completed":
        put(data as Ticket);
        break;
      case "agent_status": {
        const agent = data as Agent & { removed?: boolean };
        const next = new Map(agents.value);
        if (agent.removed) next.delete(agent.agent_id);
        else next.set(agent.agent_id, agent);
        agents.value = next;
        break;
      }
      case "queue_stats":
        stats.value = data as QueueStats;
        break;
      case "message_created":
      case "message_updated":
        putMessage(data as Message);
        break;
      case "alert": {
        const alert = data as Alert;
        const same = (other: Alert) => other.alert === alert.alert && other.department_id === alert.department_id;
        alerts.value = alerts.value.filter((other) => !same(other)).concat(alert.cleared ? [] : [alert]);
        notices.value = [...notices.value, { kind: "alert", alert }];
        break;
      }
    }
  });
}

/**
 * Shows a ticket as it will be, until the desk answers. Returns a function that shows it as it was, unless the desk
 * has said something newer since.
 */
export function expect(ticket: Ticket, change: Partial<Ticket>): () => void {
  const id = ticket.ticket_id;
  const expected = { ...ticket, ...change };
  tickets.value = new Map(tickets.value).set(id, expected);
  return () => {
    if (tickets.value.get(id) === expected) tickets.value = new Map(tickets.value).set(id, ticket);
  };
}
