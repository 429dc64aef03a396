/** What people do with tickets. The page shows the result at once, and takes it back if the desk refuses. */
import { say, sayFailure } from "../parts/toasts";
import { text } from "../texts";
import { call } from "./api";
import type { Agent, Priority, Ticket } from "./bodies";
import { expect } from "./desk";

async function change(ticket: Ticket, expected: Partial<Ticket>, request: () => Promise<unknown>): Promise<boolean> {
  const undo = expect(ticket, expected);
  try {
    await request();
    return true;
  } catch (error) {
    undo();
    sayFailure(error);
    return false;
  }
}

const step = (ticket: Ticket, name: string, expected: Partial<Ticket>, body?: object) =>
  change(ticket, expected, () => call("POST", `/api/tickets/${ticket.ticket_id}/${name}`, body));

export const start = (ticket: Ticket) =>
  step(ticket, "start", { status: "in_progress", opened_at: new Date().toISOString() });
/** Puts a ticket on hold; the desk resumes it at `until`. */
export const hold = (ticket: Ticket, until: Date | null) =>
  step(ticket, "hold", { status: "pending", resume_at: until?.toISOString() ?? null }, until ? { until } : undefined);
export const resume = (ticket: Ticket) =>
  step(ticket, "resume", { status: ticket.opened_at ? "in_progress" : "assigned", resume_at: null });

export async function complete(ticket: Ticket): Promise<void> {
  if (await step(ticket, "complete", { status: "completed" })) {
    say(text("toast-completed", { number: ticket.ticket_number }));
  }
}

/** What changes of a held ticket that goes back into the queue. */
const QUEUED: Partial<Ticket> = {
  status: "queued",
  assigned_agent: null,
  assigned_agent_name: null,
  assigned_at: null,
  opened_at: null,
  resume_at: null,
};
const sayReleased = (ticket: Ticket) => say(text("toast-released", { number: ticket.ticket_number }));

/** Gives a ticket of this agent back to the queue. */
export async function giveBack(ticket: Ticket): Promise<void> {
  if (await step(ticket, "give-back", QUEUED)) sayReleased(ticket);
}

/** Takes a ticket from its agent, for an admin. */
export async function release(ticket: Ticket): Promise<void> {
  const body = { agent_id: null };
  const done = await change(ticket, QUEUED, () => call("POST", `/api/queue/${ticket.ticket_id}/reassign`, body));
  if (done) sayReleased(ticket);
}

/** Cancels a ticket, for an admin. */
export async function cancel(ticket: Ticket): Promise<void> {
  const done = await change(ticket, { status: "cancelled" }, () => call("POST", `/api/queue/${ticket.ticket_id}/cancel`));
  if (done) say(text("toast-cancelled", { number: ticket.ticket_number }));
}

/** Takes a waiting ticket for this agent. */
export async function pickUp(ticket: Ticket, agent: Agent): Promise<void> {
  const expected: Partial<Ticket> = {
    status: "assigned",
    assigned_agent: agent.agent_id,
    assigned_agent_name: agent.agent_name,
    assigned_at: new Date().toISOString(),
  };
  const done = await change(ticket, expected, () => call("POST", `/api/queue/${ticket.ticket_id}/pick-up`));
  if (done) say(text("pick-up-done", { number: ticket.ticket_number }));
}

export const setPriority = (ticket: Ticket, priority: Priority) =>
  change(ticket, { priority }, () => call("PATCH", `/api/queue/${ticket.ticket_id}`, { priority }));

/** Moves a ticket to an agent. */
export async function reassign(ticket: Ticket, agent: string, anyway: boolean): Promise<boolean> {
  try {
    await call("POST", `/api/queue/${ticket.ticket_id}/reassign`, { agent_id: agent, anyway });
    say(text("reassign-done", { number: ticket.ticket_number }));
    return true;
  } catch (error) {
    sayFailure(error);
    return false;
  }
}
