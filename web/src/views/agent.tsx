/** An agent's settings, for admins: capacity, automatic assignment, departments and alias. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../desk/api";
import type { AgentLoad, Department } from "../desk/bodies";
import { agents, departmentChanges } from "../desk/desk";
import { useResource } from "../desk/resource";
import { Dialog } from "../parts/dialog";
import { Hours } from "../parts/hours";
import { agentStatusText } from "../parts/ticket-state";
import { say, sayFailure } from "../parts/toasts";
import { text } from "../texts";

/** The largest capacity, and the longest alias. */
const MAX_CAPACITY = 100;
const MAX_ALIAS_CHARS = 30;

/** What the form holds. */
interface Form {
  max: number;
  isAuto: boolean;
  departments: string[];
  alias: string;
}

const formOf = (agent: AgentLoad): Form => ({
  max: agent.max_tickets,
  isAuto: agent.auto_assignment_enabled,
  departments: agent.departments.map((one) => one.department_id),
  alias: agent.alias ?? "",
});

/** Returns what the form changes of the agent, so that what somebody else changed meanwhile stays. */
function changes(before: Form, after: Form): object {
  const isSame = before.departments.length === after.departments.length && after.departments.every((id) => before.departments.includes(id));
  return {
    ...(before.max === after.max ? {} : { max_tickets: after.max }),
    ...(before.isAuto === after.isAuto ? {} : { auto_assignment_enabled: after.isAuto }),
    ...(before.alias === after.alias.trim() ? {} : { alias: after.alias.trim() }),
    ...(isSame ? {} : { departments: after.departments }),
  };
}

/** An agent's status, as it is now, and the button that ends it. */
function StatusLine({ id }: { id: string }) {
  const isBusy = useSignal(false);
  const agent = agents.get(id);
  if (!agent) return null;
  const setOffline = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      await call("POST", `/api/agents/${id}/set-offline`, { shown: agent.status });
      say(text("agent-is-offline", { name: agent.agent_name }));
    } catch (error) {
      sayFailure(error);
    }
    isBusy.value = false;
  };
  return (
    <div class="actions">
      <span role="status">{text("ticket-status", { status: agentStatusText(agent) })}</span>
      {agent.status !== "offline" && (
        <button type="button" class="danger" disabled={isBusy.value} onClick={() => void setOffline()}>
          {text("agent-set-offline")}
        </button>
      )}
    </div>
  );
}

export function AgentSettings({ id, name, close }: { id: string; name: string; close: () => void }) {
  const path = `/api/agents/${id}`;
  const agent = useResource<AgentLoad>(path).data;
  const all = useResource<Department[]>("/api/departments", departmentChanges.value).data ?? [];
  const form = useSignal<Form | null>(null);
  useEffect(() => {
    if (agent) form.value = formOf(agent);
  }, [agent]);
  const shown = form.value;
  const set = (change: Partial<Form>) => {
    if (shown) form.value = { ...shown, ...change };
  };
  const save = async (event: Event) => {
    event.preventDefault();
    if (!agent || !shown) return;
    const body = changes(formOf(agent), shown);
    try {
      if (Object.keys(body).length > 0) await call("PATCH", path, body);
      say(text("agent-saved", { name }));
      close();
    } catch (error) {
      sayFailure(error);
    }
  };
  return (
    <Dialog title={text("agent-head", { name })} close={close}>
      {!agent || !shown ? (
        <p class="empty">{text("web-loading")}</p>
      ) : (
        <form onSubmit={(event) => void save(event)}>
          <p class="category">
            {text("today-counts", { assigned: agent.total_assigned_today, completed: agent.total_completed_today })}
          </p>
          {agent.working_hours && (
            <p class="category">
              {text("agent-hours")} <Hours weekly={agent.working_hours.weekly} /> ({agent.working_hours.time_zone})
            </p>
          )}
          <StatusLine id={id} />
          <label class="field">
            {text("agent-max")}
            <input
              type="number"
              required
              min={1}
              max={MAX_CAPACITY}
              value={shown.max}
              onInput={(event) => set({ max: event.currentTarget.valueAsNumber })}
            />
          </label>
          <label>
            <input type="checkbox" checked={shown.isAuto} onChange={(event) => set({ isAuto: event.currentTarget.checked })} />{" "}
            {text("agent-auto")}
          </label>
          <label class="field">
            {text("agent-alias-label")}
            <input
              maxLength={MAX_ALIAS_CHARS}
              placeholder={text("agent-alias-none")}
              value={shown.alias}
              onInput={(event) => set({ alias: event.currentTarget.value })}
            />
          </label>
          <fieldset>
            <legend>{text("agent-departments")}</legend>
            {all.map(({ department_id, department }) => (
              <label key={department_id}>
                <input
                  type="checkbox"
                  checked={shown.departments.includes(department_id)}
                  onChange={(event) => {
                    const others = shown.departments.filter((one) => one !== department_id);
                    set({ departments: event.currentTarget.checked ? [...others, department_id] : others });
                  }}
                />{" "}
                {department}
              </label>
            ))}
          </fieldset>
          <div class="actions">
            <button type="submit" class="primary">
              {text("form-save")}
            </button>
            <button type="button" onClick={close}>
              {text("button-cancel")}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
