//! Encoding and decoding of document fields: ids as text and times as dates, as the specification has them.
//!
//! A date has milliseconds and the domain has microseconds, so the remainder is in a second field,
//! `<name>_us`. Times within nested values, such as `former_holders` and `service.rating`, are text in RFC 3339;
//! those of a delivery, such as `since`, are microseconds since 1970.
use crate::domain::Time;
use crate::engine::ports::StoreError;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use uuid::Uuid;

/// Inserts a time, or null, as `name` and `<name>_us`.
pub(super) fn put_time(doc: &mut Document, name: &str, at: Option<Time>) {
    let rest = at.map(|at| at.timestamp_micros().rem_euclid(1_000));
    doc.insert(name, at.map(date));
    doc.insert(format!("{name}_us"), rest);
}

/// Returns a time as a date, to the millisecond.
pub(super) fn date(at: Time) -> DateTime {
    DateTime::from_millis(at.timestamp_micros().div_euclid(1_000))
}

/// Encodes a nested value.
pub(super) fn nested<T: Serialize>(value: &T) -> Result<Bson, StoreError> {
    mongodb::bson::to_bson(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Encodes a value as the fields of a document.
pub(super) fn fields<T: Serialize>(value: &T) -> Result<Document, StoreError> {
    mongodb::bson::to_document(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Decodes a value from a document, which may have more fields, or from a nested value.
pub(super) fn value<T: DeserializeOwned>(value: impl Into<Bson>) -> Result<T, StoreError> {
    let value = value.into();
    let id = value.as_document().and_then(|doc| doc.get("_id")).cloned().unwrap_or(Bson::Null);
    mongodb::bson::from_bson(value).map_err(|error| StoreError::Corrupt(format!("{error} in {id}")))
}

/// Encodes a count, a number or a limit.
pub(super) fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// The fields of a document. An error names the field that can't be decoded.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Document);

impl<'a> Fields<'a> {
    fn wrong(self, name: &str, what: impl Display) -> StoreError {
        StoreError::Corrupt(format!("{name}: {what} in {}", self.0.get("_id").unwrap_or(&Bson::Null)))
    }

    /// Returns the field, unless it is missing or null.
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
            // Written by a person in a shell.
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
            Some(Bson::Double(n)) if n.fract() == 0.0 && n.abs() < 9e15 => Ok(Some(*n as i64)),
            Some(other) => Err(self.wrong(name, format!("{other} is no whole number"))),
        }
    }

    pub(super) fn int(self, name: &str) -> Result<i64, StoreError> {
        self.opt_int(name)?.ok_or_else(|| self.wrong(name, "no number"))
    }

    /// Returns a number of a narrower type.
    pub(super) fn number<T: TryFrom<i64>>(self, name: &str) -> Result<T, StoreError> {
        let number = self.int(name)?;
        T::try_from(number).map_err(|_| self.wrong(name, format!("{number} is out of range")))
    }

    pub(super) fn id(self, name: &str) -> Result<Uuid, StoreError> {
        let id = self.get(name).and_then(Bson::as_str).and_then(|text| Uuid::parse_str(text).ok());
        id.ok_or_else(|| self.wrong(name, "no UUID"))
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

    /// Decodes a nested value; the default if it is missing.
    pub(super) fn nested_or_default<T: DeserializeOwned + Default>(
        self,
        name: &str,
    ) -> Result<T, StoreError> {
        self.get(name).map_or_else(|| Ok(T::default()), |_| self.nested(name))
    }

    /// Decodes a nested value.
    pub(super) fn nested<T: DeserializeOwned>(self, name: &str) -> Result<T, StoreError> {
        let value = self.0.get(name).cloned().unwrap_or(Bson::Null);
        mongodb::bson::from_bson(value).map_err(|error| self.wrong(name, error))
    }
}

/// Returns the condition that a field is one of these ids. For a single id it is an equality, which some
/// servers answer faster.
pub(super) fn among<T: ToString>(ids: &[T]) -> Bson {
    match ids {
        [one] => one.to_string().into(),
        some => doc! { "$in": some.iter().map(ToString::to_string).collect::<Vec<_>>() }.into(),
    }
}
