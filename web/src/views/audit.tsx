/** The life of a ticket in words, with the reasons of each assignment: what `/audit` says in the bot. */
import type { AuditEvent, Decision, Priority } from "../desk/bodies";
import { useResource } from "../desk/resource";
import { Rich, richValue } from "../parts/rich";
import { priorityText } from "../parts/ticket-state";
import { moment, pastMoment, text } from "../texts";

/** The most events that are shown: the newest ones come last, and a ticket has rarely more than twenty. */
const MAX_EVENTS = 500;

const ACTIONS: Record<string, string> = {
  opened: "audit-opened",
  assigned: "audit-assigned",
  picked_up: "audit-picked-up",
  started: "audit-started",
  resumed: "audit-resumed",
  nudged: "audit-nudged",
  completed: "audit-completed",
  cancelled: "audit-cancelled",
  cancel_undone: "audit-cancel-undone",
  rated: "audit-rated",
  reprioritised: "audit-priority",
  relocated: "audit-relocated",
};
const RELEASES: Record<string, string> = {
  offline: "audit-released-offline",
  removed: "audit-released-removed",
  admin: "audit-released-admin",
  unreachable: "audit-released-unreachable",
  given_back: "audit-released-given-back",
  no_answer: "audit-released-no-answer",
};
const STRATEGIES = {
  round_robin: "setting-strategy-turns",
  least_loaded: "setting-strategy-load",
  random: "setting-strategy-random",
};
const MODES = { auto: "setting-mode-auto", dual: "setting-mode-dual", manual: "setting-mode-manual" };
const SKIPS: Record<string, string> = {
  offline: "skip-offline",
  lost: "skip-lost",
  busy: "skip-busy",
  away: "skip-away",
  unreachable: "skip-unreachable",
  opted_out: "skip-opted-out",
  full: "skip-full",
  other_department: "skip-other-department",
  former_holder: "skip-former-holder",
  own_ticket: "skip-own-ticket",
};

function keyOf(event: AuditEvent): string {
  switch (event.action) {
    case "reassigned":
      return event.from === null ? "audit-reassigned" : "audit-reassigned-from";
    case "paused":
      return event.until ? "audit-snoozed" : "audit-paused";
    case "reopened":
      return event.to === null ? "audit-reopened" : "audit-reopened-to";
    case "released":
      return RELEASES[event.reason ?? ""] ?? "audit-other";
    default:
      return ACTIONS[event.action] ?? "audit-other";
  }
}

/** Returns an event in words. */
function words(event: AuditEvent): string {
  // A person who was deleted has no name.
  const person = (name: string | null) => richValue(name || text("audit-nobody"));
  const isPriority = event.action === "reprioritised";
  const side = (value: string | null) => (isPriority ? priorityText(value as Priority) : person(value));
  const sentence = text(keyOf(event), {
    name: event.action === "picked_up" ? person(event.agent) : event.actor === null ? text("audit-desk") : person(event.actor),
    agent: person(event.action === "reopened" ? event.to : event.agent),
    from: side(event.from),
    to: side(event.to),
    stars: event.stars ?? 0,
    time: event.until ? moment(event.until) : "",
  });
  return event.over_capacity ? `${sentence} ${text("audit-over-capacity")}` : sentence;
}

function Reasons({ decision }: { decision: Decision }) {
  const { department, strategy, mode, rollout_percent, held, max, eligible, considered, skipped } = decision;
  const policy = { department, strategy: text(STRATEGIES[strategy]), mode: text(MODES[mode]), percent: rollout_percent, held, max };
  return (
    <ul class="reasons">
      <li>{text("audit-policy", policy)}</li>
      <li>{text("audit-considered", { count: eligible, names: considered.join(", ") })}</li>
      {skipped.map(({ reason, count, names }) => (
        <li key={reason}>
          {text(names.length > 0 ? "audit-skipped-named" : "audit-skipped", {
            reason: text(SKIPS[reason] ?? "skip-offline"),
            count,
            names: names.join(", "),
          })}
        </li>
      ))}
    </ul>
  );
}

/** Shows the audit log. It is read again with each new version of the ticket. */
export function Audit({ ticket, version }: { ticket: string; version: number }) {
  const events = useResource<{ events: AuditEvent[] }>(`/api/tickets/${ticket}/audit?limit=${MAX_EVENTS}`, version).data?.events;
  return (
    <section aria-labelledby="audit">
      <h2 id="audit">{text("audit-title")}</h2>
      {!events && <p class="empty">{text("web-loading")}</p>}
      <ol class="list audit">
        {events?.map((event, index) => (
          <li key={index}>
            <time class="meta" dateTime={event.at}>
              {pastMoment(event.at)}
            </time>
            <div>
              <Rich>{words(event)}</Rich>
              {event.decision && (
                <details>
                  <summary>{text("audit-why")}</summary>
                  <Reasons decision={event.decision} />
                </details>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
