/** Bodies of the side API, as its contract at /api/openapi.json describes them. */

export type Status = "queued" | "assigned" | "in_progress" | "pending" | "completed" | "cancelled";
export type Priority = "low" | "normal" | "high" | "urgent";
export type Availability = "online" | "busy" | "away" | "offline";

export interface Ticket {
  ticket_id: string;
  ticket_number: string;
  version: number;
  status: Status;
  priority: Priority;
  department_id: string;
  department: string;
  category_id: string;
  category: string;
  customer_name: string | null;
  customer_username: string | null;
  description: string;
  attachments: number;
  attachment_kinds: string[];
  auto: boolean;
  created_at: string;
  assigned_agent: string | null;
  assigned_agent_name: string | null;
  assigned_at: string | null;
  opened_at: string | null;
  resume_at: string | null;
  ended_at: string | null;
  reopened: number;
  /** Only what is read by itself has it, and only for admins. */
  rating?: { stars: number; comment: string | null };
}

/** A ticket that a search has found, with the line that matched and the author if it is of a message. */
export interface FoundTicket extends Ticket {
  matched_line: string | null;
  matched_author: string | null;
}

/** A page of what a search has found. */
export interface SearchResults {
  tickets: FoundTicket[];
  next_offset: number | null;
}

/** An interval of one weekday, such as "monday" from "08:00" to "17:00". */
export interface Interval {
  day: string;
  from: string;
  to: string;
}

export interface Agent {
  agent_id: string;
  agent_name: string;
  status: Availability;
  away_until: string | null;
  working_hours: { time_zone: string; weekly: Interval[] } | null;
  is_online: boolean;
  current_tickets: number;
  max_tickets: number;
  percent: number;
  full: boolean;
  auto_assignment_enabled: boolean;
  departments: { department_id: string; department: string }[];
}

/** An agent with what changes more often, or is read less often. */
export interface AgentLoad extends Agent {
  alias: string | null;
  total_assigned_today: number;
  total_completed_today: number;
}

export interface MyQueue {
  assigned_today: number;
  completed_today: number;
}

export interface QueueStats {
  mode: "auto" | "dual" | "manual";
  waiting: number;
  held: number;
  online_agents: number;
  total_agents: number;
  free_slots: number;
  departments: { department_id: string; department: string; waiting: number; online_agents: number }[];
}

export interface Alert {
  alert: string;
  department_id: string | null;
  department: string | null;
  cleared: boolean;
}

export interface Message {
  message_id: string;
  seq: number;
  ticket_id: string | null;
  version: number;
  direction: "customer" | "agent" | "note";
  author_id: string;
  author_name: string | null;
  text: string;
  kind: string;
  has_media: boolean;
  reply_to: string | null;
  written_at: string;
  edited_at: string | null;
  state: string;
  failure: string | null;
  customer_reaction: string | null;
  agent_reaction: string | null;
}

export interface Snapshot {
  tickets: Ticket[];
  agents: Agent[];
  queue: QueueStats;
  alerts: Alert[];
}

export interface Session {
  token: string;
  expires_at: string;
  agent_id: string;
  name: string;
  role: "agent" | "admin";
  is_agent: boolean;
  locale: string;
}

export interface LoginOptions {
  bot_id: number;
  bot_username: string;
  locale: string;
  time_zone: string;
  heartbeat_seconds: number;
}

export interface Reply {
  reply_id: string;
  word: string;
  text: string;
}

export interface Category {
  category_id: string;
  category: string;
  retired: boolean;
}

export interface Department {
  department_id: string;
  department: string;
  critical: boolean;
  retired: boolean;
  /** When it is open; null if it always is. */
  hours: { time_zone: string; weekly: Interval[]; holidays: string[] } | null;
  open: boolean;
  opens_at: string | null;
  categories: Category[];
}

/** The settings by name, with their version. */
export type Settings = { version: number } & Record<string, string | number | null>;

export interface Decision {
  department: string;
  strategy: "round_robin" | "least_loaded" | "random";
  mode: "auto" | "dual" | "manual";
  rollout_percent: number;
  held: number;
  max: number;
  eligible: number;
  considered: string[];
  skipped: { reason: string; count: number; names: string[] }[];
}

export interface AuditEvent {
  at: string;
  action: string;
  actor: string | null;
  agent: string | null;
  from: string | null;
  to: string | null;
  over_capacity: boolean;
  until: string | null;
  stars: number | null;
  reason: string | null;
  decision: Decision | null;
}

export interface Durations {
  count: number;
  average: number | null;
  p50: number | null;
  p90: number | null;
}

export interface Figures {
  created: number;
  completed: number;
  reopened: number;
  cancelled: number;
  wait: Durations;
  first_answer: Durations;
  handling: Durations;
  ratings: number[];
}

export interface Statistics {
  first_day: string;
  last_day: string;
  total: Figures;
  waiting: number;
  longest_wait: number | null;
  utilisation: number | null;
  days: { date: string; figures: Figures }[];
  agents: { agent_id: string; name: string; completed: number; ratings: number; stars: number; utilisation: number | null }[];
}
