// A client that is generated from the contract: types by openapi-typescript, calls by openapi-fetch.
import createClient from "openapi-fetch";
import type { paths } from "./contract.js";

declare const process: { env: Record<string, string> };
const { DESK, TOKEN, CUSTOMER } = process.env;
const client = createClient<paths>({ baseUrl: DESK, headers: { Authorization: `Bearer ${TOKEN}` } });

const check = (fact: boolean, what: string) => {
  if (!fact) throw new Error(what);
};

const opened = await client.POST("/api/tickets", {
  body: { customer_telegram_id: Number(CUSTOMER), description: "Dari TypeScript" },
  params: { header: { "Idempotency-Key": "typescript" } },
});
const ticket = opened.data?.data;
check(opened.response.status === 201 && ticket?.status === "queued", "the ticket was not opened");

const number = ticket?.ticket_number ?? "";
const shown = await client.GET("/api/tickets/{ticket}", { params: { path: { ticket: number } } });
check(shown.data?.data.description === "Dari TypeScript" && shown.data.data.position === 1, "the ticket differs");

const queue = await client.GET("/api/queue", { params: { query: { limit: 1 } } });
check(queue.data?.data.tickets[0]?.ticket_number === number, "the queue lacks the ticket");

const raised = await client.PATCH("/api/queue/{ticket}", { params: { path: { ticket: number } }, body: { priority: "urgent" } });
check(raised.data?.data.priority === "urgent", "the priority was not changed");

const missing = await client.GET("/api/tickets/{ticket}", { params: { path: { ticket: "INC120420251352530XX" } } });
check(missing.data === undefined && missing.error?.error === "ticket_not_found", "no typed error");

// The compiler must refuse what the contract does not know. Nobody calls this.
export const refused = () =>
  client.PATCH("/api/queue/{ticket}", {
    params: { path: { ticket: number } },
    // @ts-expect-error: no such priority
    body: { priority: "soon" },
  });
console.log(`typescript ${number}`);
