//! Label values of the metrics: escaped text, and the methods of requests as a closed set.
use axum::http::Method;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};
use std::fmt::{Error, Write};

/// A label value that may hold any text. The library escapes no label value (prometheus/client_rust #151),
/// and a scraper refuses the whole page for one quotation mark, so the text is escaped here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LabelText(String);

impl LabelText {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl EncodeLabelValue for LabelText {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> Result<(), Error> {
        for c in self.0.chars() {
            match c {
                '\\' => encoder.write_str("\\\\")?,
                '"' => encoder.write_str("\\\"")?,
                '\n' => encoder.write_str("\\n")?,
                c => encoder.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Returns the method of a request as a label: one of HTTP's own, or `other`, because clients may send any
/// word.
pub(in crate::api) fn method_label(method: &Method) -> &'static str {
    const METHODS: [&str; 9] =
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::EncodeLabelSet;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::metrics::family::Family;
    use prometheus_client::registry::Registry;

    #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
    struct Labels {
        department: LabelText,
    }

    #[test]
    fn label_text_is_escaped_as_the_exposition_format_demands() {
        for (text, escaped) in [
            (r#"Toko "Maju""#, r#"Toko \"Maju\""#),
            (r"C:\n", r"C:\\n"),
            ("dua\nbaris", r"dua\nbaris"),
            ("\\", r"\\"),
            ("Umum, {x=1} 🛒", "Umum, {x=1} 🛒"),
        ] {
            let (family, mut registry) = (Family::<Labels, Counter>::default(), Registry::default());
            drop(family.get_or_create(&Labels { department: LabelText::new(text) }));
            registry.register("n", "n", family);
            let mut page = String::new();
            encode(&mut page, &registry).unwrap();
            assert!(page.contains(&format!("n_total{{department=\"{escaped}\"}} 0\n")), "{page}");
        }
    }

    #[test]
    fn an_unknown_method_is_other() {
        let label = |name: &str| method_label(&Method::from_bytes(name.as_bytes()).unwrap());
        assert_eq!((label("PATCH"), label("TRACE")), ("PATCH", "TRACE"));
        for name in ["get", "PROPFIND", "XX1", "other", "-"] {
            assert_eq!(label(name), "other", "{name}");
        }
    }
}
