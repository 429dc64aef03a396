//! Encoding of an id in 22 characters of `callback_data`, and of a version in 11.
use crate::domain::ids::Version;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

pub(super) fn encode_id(uuid: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(uuid.as_bytes())
}

pub(super) fn decode_id(text: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(Uuid::from_bytes(bytes.try_into().ok()?))
}

/// Encodes a version in 11 characters. With two ids in the data, there is no room for the digits of the
/// highest version.
pub(super) fn encode_version(version: Version) -> String {
    URL_SAFE_NO_PAD.encode(version.0.to_be_bytes())
}

pub(super) fn decode_version(text: &str) -> Option<Version> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(Version(u64::from_be_bytes(bytes.try_into().ok()?)))
}
