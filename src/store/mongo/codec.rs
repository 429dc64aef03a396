//! How the desk's types lie in documents: ids as text, as the ordered schema has them, times as dates.
//!
//! A date has milliseconds and the desk microseconds, so what is left of them lies beside it, as `<name>_us`.
use crate::domain::Time;
use crate::engine::ports::StoreError;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use uuid::Uuid;

/// Puts a time under `name`, or that there is none.
pub(super) fn put_time(doc: &mut Document, name: &str, at: Option<Time>) {
    let rest = at.map(|at| at.timestamp_micros().rem_euclid(1_000));
    doc.insert(name, at.map(date));
    doc.insert(format!("{name}_us"), rest);
}

/// A time as people see it in the database.
pub(super) fn date(at: Time) -> DateTime {
    DateTime::from_millis(at.timestamp_micros().div_euclid(1_000))
}

/// A nested value.
pub(super) fn nested<T: Serialize>(value: &T) -> Result<Bson, StoreError> {
    mongodb::bson::to_bson(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A value as the fields of a document.
pub(super) fn fields<T: Serialize>(value: &T) -> Result<Document, StoreError> {
    mongodb::bson::to_document(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A value out of a document that may have more fields than its own.
pub(super) fn value<T: DeserializeOwned>(doc: Document) -> Result<T, StoreError> {
    mongodb::bson::from_document(doc).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A count or a number of the desk's own as the database has it.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A LIMIT. Zero means "no limit" to the server; callers ask for nothing then.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// Reads a document's fields, and says which one can't be understood.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Document);

impl<'a> Fields<'a> {
    fn wrong(self, name: &str, what: impl Display) -> StoreError {
        StoreError::Corrupt(format!("{name}: {what} in {}", self.0.get("_id").unwrap_or(&Bson::Null)))
    }

    /// What lies there, unless there is nothing.
    pub(super) fn get(self, name: &str) -> Option<&'a Bson> {
        self.0.get(name).filter(|value| !matches!(value, Bson::Null))
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, StoreError> {
        self.get(name).and_then(Bson::as_str).ok_or_else(|| self.wrong(name, "no text"))
    }

    pub(super) fn flag(self, name: &str) -> Result<bool, StoreError> {
        self.get(name).and_then(Bson::as_bool).ok_or_else(|| self.wrong(name, "neither true nor false"))
    }

    pub(super) fn opt_int(self, name: &str) -> Result<Option<i64>, StoreError> {
        match self.get(name) {
            None => Ok(None),
            Some(Bson::Int64(n)) => Ok(Some(*n)),
            Some(Bson::Int32(n)) => Ok(Some(i64::from(*n))),
            // What a person wrote in a shell.
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
            Some(Bson::Double(n)) if n.fract() == 0.0 && n.abs() < 9e15 => Ok(Some(*n as i64)),
            Some(other) => Err(self.wrong(name, format!("{other} is no whole number"))),
        }
    }

    pub(super) fn int(self, name: &str) -> Result<i64, StoreError> {
        self.opt_int(name)?.ok_or_else(|| self.wrong(name, "no number"))
    }

    /// A number of a narrower type.
    pub(super) fn number<T: TryFrom<i64>>(self, name: &str) -> Result<T, StoreError> {
        let number = self.int(name)?;
        T::try_from(number).map_err(|_| self.wrong(name, format!("{number} is out of range")))
    }

    pub(super) fn opt_id(self, name: &str) -> Result<Option<Uuid>, StoreError> {
        self.get(name)
            .map(|value| {
                value
                    .as_str()
                    .and_then(|text| Uuid::parse_str(text).ok())
                    .ok_or_else(|| self.wrong(name, "no UUID"))
            })
            .transpose()
    }

    pub(super) fn id(self, name: &str) -> Result<Uuid, StoreError> {
        self.opt_id(name)?.ok_or_else(|| self.wrong(name, "no UUID"))
    }

    pub(super) fn opt_time(self, name: &str) -> Result<Option<Time>, StoreError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let rest = self.opt_int(&format!("{name}_us"))?.unwrap_or(0);
        value
            .as_datetime()
            .and_then(|date| date.timestamp_millis().checked_mul(1_000)?.checked_add(rest))
            .and_then(Time::from_timestamp_micros)
            .map(Some)
            .ok_or_else(|| self.wrong(name, "no date"))
    }

    pub(super) fn time(self, name: &str) -> Result<Time, StoreError> {
        self.opt_time(name)?.ok_or_else(|| self.wrong(name, "no date"))
    }

    /// A nested value.
    pub(super) fn nested<T: DeserializeOwned>(self, name: &str) -> Result<T, StoreError> {
        let value = self.0.get(name).cloned().unwrap_or(Bson::Null);
        mongodb::bson::from_bson(value).map_err(|error| self.wrong(name, error))
    }
}

/// What a field must be to be one of these. Of one alone it is plainly that: some servers look for several in another way.
pub(super) fn among<T: ToString>(ids: &[T]) -> Bson {
    match ids {
        [one] => one.to_string().into(),
        some => doc! { "$in": some.iter().map(ToString::to_string).collect::<Vec<_>>() }.into(),
    }
}
