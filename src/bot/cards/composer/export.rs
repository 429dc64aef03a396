//! The export of a customer's personal data as one JSON document.
use super::Composer;
use crate::bot::render::Localizer;
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, Direction};
use crate::engine::ports::StoreError;
use crate::outbox::{ComposedDocument, TelegramAction};
use crate::telegram::Upload;
use serde_json::{Value, json};

/// Number of tickets in an export, the newest ones.
const MAX_TICKETS: usize = 10_000;

impl Composer {
    /// Returns the document with a person's data, for themselves or for an admin.
    pub(super) async fn export(
        &self,
        person: PersonId,
        reader: &Person,
        localizer: &Localizer<'_>,
    ) -> Result<TelegramAction, StoreError> {
        if reader.id != person && !reader.is_admin() {
            return Ok(TelegramAction::Nothing);
        }
        let store = self.engine.store();
        let Some(person) = store.person(person).await? else { return Ok(TelegramAction::Nothing) };
        let mut tickets = Vec::new();
        for ticket in store.tickets_of(person.id, MAX_TICKETS).await? {
            let messages = self.engine.whole_conversation(ticket.id).await?;
            // A note is for staff only.
            let messages = messages.iter().filter(|message| message.direction != Direction::Note);
            tickets.push(json!({
                "number": ticket.number.to_string(),
                "state": ticket.status().as_str(),
                "opened_at": ticket.created_at,
                "rating": ticket.service.rating,
                "description": ticket.description.text,
                "files": ticket.description.attachments,
                "messages": messages.map(|message| exported(message, &person)).collect::<Vec<_>>(),
            }));
        }
        let document = json!({
            "exported_at": localizer.now,
            "person": {
                "name": person.name,
                "username": person.username,
                "email": person.email,
                "telegram_id": person.telegram.0,
                "locale": person.locale,
                "first_met_at": person.created_at,
            },
            "draft": store.draft(person.id).await?,
            "tickets": tickets,
        });
        let bytes = serde_json::to_vec_pretty(&document);
        let bytes = bytes.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let name = format!("{}.json", localizer.plain("export-file", &[]));
        let file = Upload { field: "document", name, mime: "application/json".to_owned(), bytes };
        let caption = localizer.html("export-caption", &[]);
        Ok(TelegramAction::SendDocument(Box::new(ComposedDocument { file, caption })))
    }
}

fn exported(message: &ConversationMessage, person: &Person) -> Value {
    let content = &message.content;
    json!({
        "from": if message.author == person.id { "customer" } else { "agent" },
        "written_at": message.written_at,
        "edited_at": message.edited_at,
        "text": content.text.text,
        "kind": content.kind,
        "file_id": content.file_id,
        "words": content.words,
        "forwarded_from": content.forwarded_from,
        "raw": content.raw,
    })
}
