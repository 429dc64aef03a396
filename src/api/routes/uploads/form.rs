//! The form of an upload: a file and a text.
use crate::api::http::error::ApiError;
use crate::domain::text::formatted::{FormattedText, units};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;

/// The largest file that a bot may upload.
pub(super) const MAX_FILE_BYTES: usize = 50_000_000;
/// The largest text, in UTF-16 units: with the agent's name above it, it fits under a file.
const MAX_TEXT_UNITS: usize = 900;
/// The longest name of a file, in characters.
const MAX_NAME_CHARS: usize = 120;
/// The type of a file whose type is not said.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A file of a request, and the text to it.
pub(super) struct SentFile {
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) bytes: Vec<u8>,
    pub(super) text: FormattedText,
}

pub(super) fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the file is larger than 50 MB")
}

fn text_too_long() -> ApiError {
    ApiError::unprocessable("bad_text", "the text is longer than 900 UTF-16 units")
}

fn bad_body(why: &str) -> ApiError {
    ApiError::unprocessable("bad_body", format!("the body does not fit: {why}"))
}

impl SentFile {
    /// Reads a form with a file and a text. Errors if there is no file, or if one of them is too large.
    pub(super) async fn read(request: Request) -> std::result::Result<Self, ApiError> {
        let no_form = |_| bad_body("it is no multipart/form-data");
        let mut form = Multipart::from_request(request, &()).await.map_err(no_form)?;
        let (mut file, mut text) = (None, String::new());
        while let Some(mut field) = form.next_field().await.map_err(|error| broken_off(&error))? {
            match field.name() {
                Some("file") if file.is_none() => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    let mime = field.content_type().unwrap_or_default().to_owned();
                    file = Some((name, mime, bytes_of(&mut field, MAX_FILE_BYTES, too_large).await?));
                }
                Some("text") if text.is_empty() => {
                    let bytes = bytes_of(&mut field, MAX_TEXT_UNITS * 4, text_too_long).await?;
                    text = String::from_utf8(bytes).map_err(|_| bad_body("text is not UTF-8"))?;
                }
                _ => return Err(bad_body("there is a field that is neither file nor text")),
            }
        }
        let (name, mime, bytes) = file.ok_or_else(|| bad_body("there is no file"))?;
        if bytes.is_empty() {
            return Err(ApiError::unprocessable("bad_file", "the file is empty"));
        }
        let text = FormattedText { text, entities: Vec::new() }.cleaned();
        if units(&text.text) > MAX_TEXT_UNITS {
            return Err(text_too_long());
        }
        let is_type = |text: &str| {
            let parts = text.split_once('/');
            let is_token = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
            };
            parts.is_some_and(|(kind, sub)| is_token(kind) && is_token(sub))
        };
        let mime = if is_type(&mime) { mime.to_ascii_lowercase() } else { UNKNOWN_TYPE.to_owned() };
        Ok(Self { name: safe_name(&name), mime, bytes, text })
    }
}

/// Returns the name without a folder and without characters that cannot stand in a header.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|c| !c.is_control() && *c != '"').take(MAX_NAME_CHARS);
    let kept = kept.collect::<String>().trim().to_owned();
    if kept.is_empty() { "file".to_owned() } else { kept }
}

/// Returns the answer for a body that is too large, or that ended too early.
fn broken_off(error: &MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => ApiError::bad("bad_body", "the body broke off"),
    }
}

/// Reads a field of at most `max` bytes. A longer one is refused with `too_long`.
async fn bytes_of(
    field: &mut Field<'_>,
    max: usize,
    too_long: fn() -> ApiError,
) -> std::result::Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken_off(&error))? {
        if bytes.len() + chunk.len() > max {
            return Err(too_long());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::safe_name;

    #[test]
    fn names_have_no_folder_and_no_control_characters() {
        assert_eq!(safe_name("panduan 1.pdf"), "panduan 1.pdf");
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("C:\\a\\b\"\r\n.pdf"), "b.pdf");
        assert_eq!(safe_name(" / "), "file");
        assert_eq!(safe_name(&"é".repeat(200)).chars().count(), 120);
    }
}
