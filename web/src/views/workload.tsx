/** All agents with their load, and the numbers of the queue. */
import { useSignal } from "@preact/signals";
import { call } from "../desk/api";
import type { Agent } from "../desk/bodies";
import { agents, stats } from "../desk/desk";
import { sayFailure } from "../parts/toasts";
import { agentStatusText } from "../parts/ticket-state";
import { text } from "../texts";
import { AgentSettings } from "./agent";

const MAX_CAPACITY = 100;

async function setCapacity(agent: Agent, capacity: number) {
  const show = (max: number) => {
    const known = agents.get(agent.agent_id);
    if (known) agents.set(agent.agent_id, { ...known, max_tickets: max });
  };
  show(capacity);
  try {
    await call("PATCH", `/api/agents/${agent.agent_id}`, { max_tickets: capacity });
  } catch (error) {
    show(agent.max_tickets);
    sayFailure(error);
  }
}

function Row({ agent, edit }: { agent: Agent; edit: () => void }) {
  const percent = Math.round((agent.current_tickets * 100) / agent.max_tickets);
  const isFull = agent.current_tickets >= agent.max_tickets;
  const step = (by: number, key: string, sign: string) => {
    const capacity = agent.max_tickets + by;
    return (
      <button
        type="button"
        class="quiet"
        aria-label={text(key, { name: agent.agent_name })}
        disabled={capacity < 1 || capacity > MAX_CAPACITY}
        onClick={() => void setCapacity(agent, capacity)}
      >
        {sign}
      </button>
    );
  };
  return (
    <tr data-agent={agent.agent_name}>
      <th scope="row">
        <button type="button" class="link" onClick={edit}>
          {agent.agent_name}
        </button>
      </th>
      <td>{agentStatusText(agent)}</td>
      <td class="numbers">
        {step(-1, "workload-less", "−")}
        <span>
          {agent.current_tickets}/{agent.max_tickets}
        </span>
        {step(1, "workload-more", "+")}
      </td>
      <td class="load">
        <div>
          <meter min={0} max={100} high={99} value={Math.min(percent, 100)} aria-label={`${percent}%`} />
          <span>
            {percent}% {isFull && <strong>{text("workload-full")}</strong>}
          </span>
        </div>
      </td>
    </tr>
  );
}

export function Workload() {
  const all = agents.values();
  const edited = useSignal<Agent | null>(null);
  const queue = stats.value;
  return (
    <>
      <section aria-labelledby="workload">
        <h1 id="workload">{text("workload-head")}</h1>
        {all.length === 0 ? (
          <p class="empty">{text("workload-none")}</p>
        ) : (
          <table>
            <thead>
              <tr>
                {["workload-agent", "workload-status", "workload-queue", "workload-load"].map((key) => (
                  <th key={key} scope="col">
                    {text(key)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {all.map((agent) => (
                <Row key={agent.agent_id} agent={agent} edit={() => (edited.value = agent)} />
              ))}
            </tbody>
          </table>
        )}
      </section>
      {queue && (
        <section aria-labelledby="stats">
          <h2 id="stats">{text("stats-head")}</h2>
          <dl class="stats three">
            <div>
              <dt>{text("stats-waiting")}</dt>
              <dd data-stat="waiting">{queue.waiting}</dd>
            </div>
            <div>
              <dt>{text("stats-online")}</dt>
              <dd data-stat="online">
                {queue.online_agents}/{queue.total_agents}
              </dd>
            </div>
            <div>
              <dt>{text("stats-slots")}</dt>
              <dd data-stat="slots">{queue.free_slots}</dd>
            </div>
          </dl>
        </section>
      )}
      {edited.value && (
        <AgentSettings id={edited.value.agent_id} name={edited.value.agent_name} close={() => (edited.value = null)} />
      )}
    </>
  );
}
