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
  category: string;
  customer_name: string | null;
  customer_username: string | null;
  description: string;
  attachments: number;
  auto: boolean;
  created_at: string;
  assigned_agent: string | null;
  assigned_agent_name: string | null;
  assigned_at: string | null;
  opened_at: string | null;
  resume_at: string | null;
  ended_at: string | null;
  reopened: number;
}

export interface Agent {
  agent_id: string;
  agent_name: string;
  status: Availability;
  is_online: boolean;
  current_tickets: number;
  max_tickets: number;
  percent: number;
  full: boolean;
  auto_assignment_enabled: boolean;
  departments: { department_id: string; department: string }[];
}

export interface QueueStats {
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
