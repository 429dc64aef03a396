/** The state and the priority of a ticket in words. */
import type { Agent, Availability, Priority, Status } from "../desk/bodies";
import { moment, text } from "../texts";

const STATES: Record<Status, string> = {
  queued: "state-queued",
  assigned: "state-assigned",
  in_progress: "state-in-progress",
  pending: "state-pending",
  completed: "state-completed",
  cancelled: "state-cancelled",
};
const PRIORITIES: Record<Priority, string> = {
  urgent: "priority-urgent",
  high: "priority-high",
  normal: "priority-normal",
  low: "priority-low",
};
const AVAILABILITIES: Record<Availability, string> = {
  online: "availability-online",
  busy: "availability-busy",
  away: "availability-away",
  offline: "availability-offline",
};

export const ALL_PRIORITIES = Object.keys(PRIORITIES) as Priority[];
export const stateText = (status: Status) => text(STATES[status]);
export const priorityText = (priority: Priority) => text(PRIORITIES[priority]);
/** Returns an agent's status in words, and until when it lasts if it has an end. */
export const agentStatusText = (agent: Agent) => {
  const status = availabilityText(agent.status, agent.is_online);
  return agent.away_until ? text("status-until", { status, when: moment(agent.away_until) }) : status;
};
/** An agent who chose to be online, but is not there, is shown as not connected. */
export const availabilityText = (status: Availability, isThere: boolean) =>
  text(status === "online" && !isThere ? "availability-lost" : AVAILABILITIES[status]);
