"""A use of the client that openapi-python-client generates from the contract."""
import os

from antri_client import AuthenticatedClient
from antri_client.api.queue import change_ticket_priority, list_queue
from antri_client.api.tickets import get_ticket, open_ticket
from antri_client.models import Failure, NewTicketBody, Priority, QueueChange, TicketStatus

client = AuthenticatedClient(base_url=os.environ["DESK"], token=os.environ["TOKEN"])

new = NewTicketBody(customer_telegram_id=int(os.environ["CUSTOMER"]), description="Dari Python")
opened = open_ticket.sync_detailed(client=client, body=new, idempotency_key="python")
assert opened.status_code == 201, opened
ticket = opened.parsed.data
assert ticket.status is TicketStatus.QUEUED, ticket

shown = get_ticket.sync(ticket.ticket_number, client=client).data
assert (shown.ticket_id, shown.description) == (ticket.ticket_id, "Dari Python"), shown
numbers = [waiting.ticket_number for waiting in list_queue.sync(client=client, limit=50).data.tickets]
assert ticket.ticket_number in numbers, numbers

change = QueueChange(priority=Priority.URGENT)
raised = change_ticket_priority.sync(ticket.ticket_number, client=client, body=change).data
assert raised.priority is Priority.URGENT, raised

missing = get_ticket.sync("INC120420251352530XX", client=client)
assert isinstance(missing, Failure) and missing.error == "ticket_not_found", missing
print(f"python {ticket.ticket_number}")
