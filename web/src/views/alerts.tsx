/** The incidents that are open. */
import type { Alert } from "../desk/bodies";
import { alerts } from "../desk/desk";
import { text } from "../texts";

const TEXTS: Record<string, string> = {
  nobody_online: "alert-nobody-online",
  ticket_waits: "alert-ticket-waits",
  heartbeats_fail: "alert-heartbeats-fail",
  store_away: "alert-store-away",
  presence_away: "alert-presence-away",
  person_unreadable: "alert-person-unreadable",
};

export const alertText = (alert: Alert) =>
  text(TEXTS[alert.alert] ?? alert.alert, { department: alert.department ?? "" });

export function Alerts() {
  return (
    <section aria-labelledby="alerts">
      <h1 id="alerts">{text("nav-alerts")}</h1>
      {alerts.value.length === 0 && <p class="empty">{text("alert-none")}</p>}
      <ul class="list">
        {alerts.value.map((alert) => (
          <li key={`${alert.alert}-${alert.department_id}`} class="card problem">
            🚨 {alertText(alert)}
          </li>
        ))}
      </ul>
    </section>
  );
}
