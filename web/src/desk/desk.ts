/** The desk as this page knows it: the last snapshot with the events since. */
import { batch, computed, signal } from "@preact/signals";
import type { Agent, Alert, Department, Message, QueueStats, Snapshot, Ticket } from "./bodies";
import { Table } from "./table";

export const tickets = new Table<Ticket>();
export const agents = new Table<Agent>();
export const stats = signal<QueueStats | null>(null);
export const alerts = signal<Alert[]>([]);
/** The messages of the ticket whose conversation is open. */
export const conversation = signal<{ ticket: string; messages: Message[] } | null>(null);

const PRIORITIES = ["urgent", "high", "normal", "low"];
const time = (text: string | null) => (text ? Date.parse(text) : 0);
export const isHeld = (ticket: Ticket) => ["assigned", "in_progress", "pending"].includes(ticket.status);

/** More than any time in milliseconds, so that the priority counts first. */
const RANK = 1e14;
const ranks = new WeakMap<Ticket, number>();

/** Returns the place of a waiting ticket in the order of the queue: by priority, then by arrival. */
function rank(ticket: Ticket): number {
  let known = ranks.get(ticket);
  if (known === undefined) {
    known = PRIORITIES.indexOf(ticket.priority) * RANK + time(ticket.created_at);
    ranks.set(ticket, known);
  }
  return known;
}

/** Waiting tickets in the order of the queue. */
export const waiting = computed(() =>
  tickets
    .values()
    .filter((ticket) => ticket.status === "queued")
    .sort((a, b) => rank(a) - rank(b)),
);

/** The position of each waiting ticket in the queue of its department, from 1. */
export const positions = computed(() => {
  const [last, found] = [new Map<string, number>(), new Map<string, number>()];
  for (const ticket of waiting.value) {
    const position = (last.get(ticket.department_id) ?? 0) + 1;
    last.set(ticket.department_id, position);
    found.set(ticket.ticket_id, position);
  }
  return found;
});

/** The tickets that an agent holds, in the order of assignment. */
export const heldBy = (agent: string) =>
  tickets
    .values()
    .filter((ticket) => isHeld(ticket) && ticket.assigned_agent === agent)
    .sort((a, b) => time(a.assigned_at) - time(b.assigned_at));

/** The ticket of the last event, also one that has ended. */
export const lastChange = signal<Ticket | null>(null);

/** Grows with each event about a ticket of this person: what the desk counts of them has changed. */
export const ownChanges = signal(0);

/** Grows with each change of a department, its categories or its hours. */
export const departmentChanges = signal(0);

/** Shows the names of a department and its categories wherever they are on the page. */
function rename({ department_id, department, categories }: Department): void {
  departmentChanges.value += 1;
  for (const ticket of tickets.values()) {
    if (ticket.department_id !== department_id) continue;
    const category = categories.find((one) => one.category_id === ticket.category_id)?.category ?? ticket.category;
    if (ticket.department === department && ticket.category === category) continue;
    tickets.set(ticket.ticket_id, { ...ticket, department, category });
  }
  for (const agent of agents.values()) {
    if (!agent.departments.some((one) => one.department_id === department_id && one.department !== department)) continue;
    const departments = agent.departments.map((one) => (one.department_id === department_id ? { ...one, department } : one));
    agents.set(agent.agent_id, { ...agent, departments });
  }
  alerts.value = alerts.value.map((alert) => (alert.department_id === department_id ? { ...alert, department } : alert));
}

/** What a page is told of, beside the change itself. */
export type Notice = { kind: "assigned"; ticket: Ticket } | { kind: "alert"; alert: Alert };
export const notices = signal<Notice[]>([]);

/** The versions at which tickets ended since the snapshot: what was read before that does not bring them back. */
const ended = new Map<string, number>();

/** Takes over tickets as the desk has them, unless this page knows a newer version. */
export function put(...changed: Ticket[]): void {
  batch(() => {
    for (const ticket of changed) {
      const id = ticket.ticket_id;
      const known = Math.max(tickets.get(id)?.version ?? -1, ended.get(id) ?? -1);
      if (known > ticket.version) continue;
      if (ticket.status === "completed" || ticket.status === "cancelled") {
        tickets.delete(id);
        ended.set(id, ticket.version);
      } else if (ended.get(id) !== ticket.version) {
        tickets.set(id, ticket);
      }
    }
  });
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
    if (event === "snapshot" || (data as Partial<Ticket>).assigned_agent === me) ownChanges.value += 1;
    switch (event) {
      case "snapshot": {
        const snapshot = data as Snapshot;
        ended.clear();
        tickets.reset(snapshot.tickets.map((ticket) => [ticket.ticket_id, ticket]));
        agents.reset(snapshot.agents.map((agent) => [agent.agent_id, agent]));
        stats.value = snapshot.queue;
        alerts.value = snapshot.alerts;
        break;
      }
      case "ticket_queued":
      case "ticket_assigned":
      case "ticket_updated":
      case "ticket_completed": {
        const ticket = data as Ticket;
        const before = tickets.get(ticket.ticket_id);
        put(ticket);
        lastChange.value = ticket;
        // A ticket that is assigned at once is so already in the event that it was queued.
        const isNew = tickets.get(ticket.ticket_id) === ticket && before?.assigned_agent !== me;
        if (isNew && ticket.assigned_agent === me) notices.value = [...notices.value, { kind: "assigned", ticket }];
        break;
      }
      case "agent_status": {
        const agent = data as Agent & { removed?: boolean };
        if (agent.removed) agents.delete(agent.agent_id);
        else agents.set(agent.agent_id, agent);
        break;
      }
      case "department_changed":
        rename(data as Department);
        break;
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
  tickets.set(id, expected);
  return () => {
    if (tickets.get(id) === expected) tickets.set(id, ticket);
  };
}
