//! Bearer tokens of the side API: who somebody is, signed, for half a day.
//!
//! A token is believed about *who*; what they may do is asked of the store, because a token outlives a demotion.
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::domain::person::Role;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// How long a token is good for: a working day and some.
pub const TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(12);

/// How long a token of a web page's log-in is good for. Pages renew it while they are open.
pub const WEB_TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// The one audience: nobody else's tokens are taken, even those signed with the same secret.
const AUDIENCE: &str = "antri";

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who it was given to.
    pub sub: PersonId,
    /// Their role when it was given. For front ends; nothing is allowed because of it.
    pub role: Role,
    /// When it ends, in seconds of Unix time.
    pub exp: i64,
    /// When it was given, in seconds of Unix time.
    pub iat: i64,
    /// Always `antri`.
    aud: String,
}

/// Why a token is not taken. Says nothing of what was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not a token of ours: malformed, unsigned, signed otherwise or by somebody else, or for somebody else.
    #[error("the token is not valid")]
    Invalid,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
}

/// A token for a person, good for `lifetime` from `now` (see [`LIFETIME`]). Fails only if signing itself fails.
pub fn issue(
    secret: &SecretString,
    person: PersonId,
    role: Role,
    now: Time,
    lifetime: TimeDelta,
) -> Result<String, TokenError> {
    let claims = Claims {
        sub: person,
        role,
        exp: (now + lifetime).timestamp(),
        iat: now.timestamp(),
        aud: AUDIENCE.to_owned(),
    };
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|_| TokenError::Invalid)
}

/// Checks tokens. Made once: the key and the rules are the same for all of them.
#[derive(Clone)]
pub struct Verifier {
    key: DecodingKey,
    rules: Validation,
}

impl Verifier {
    /// A verifier of tokens that are signed with `secret`.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "aud"]);
        // The library would ask the machine's clock; ours is an argument, and judges below.
        rules.validate_exp = false;
        Self { key: DecodingKey::from_secret(secret.expose_secret().as_bytes()), rules }
    }

    /// What a token says, if it is ours and still good at `now`.
    pub fn verify(&self, token: &str, now: Time) -> Result<Claims, TokenError> {
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.key, &self.rules);
        let claims = decoded.map_err(|_| TokenError::Invalid)?.claims;
        if claims.exp <= now.timestamp() {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    use serde_json::{Value, json};

    fn secret() -> SecretString {
        "a secret of at least thirty-two bytes".into()
    }

    fn now() -> Time {
        Time::from_timestamp(1_764_800_000, 0).unwrap()
    }

    fn person() -> PersonId {
        PersonId::from_random([7; 16])
    }

    fn good() -> Value {
        let (iat, exp) = (now().timestamp(), now().timestamp() + 60);
        json!({"sub": person(), "role": "agent", "exp": exp, "iat": iat, "aud": "antri"})
    }

    fn verify(secret: &SecretString, token: &str, now: Time) -> Result<Claims, TokenError> {
        Verifier::new(secret).verify(token, now)
    }

    fn signed(algorithm: Algorithm, claims: &Value) -> String {
        let key = EncodingKey::from_secret(secret().expose_secret().as_bytes());
        jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
    }

    fn with(name: &str, value: Value) -> Result<Claims, TokenError> {
        let mut claims = good();
        claims[name] = value;
        verify(&secret(), &signed(Algorithm::HS256, &claims), now())
    }

    fn without(name: &str) -> Result<Claims, TokenError> {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        verify(&secret(), &signed(Algorithm::HS256, &claims), now())
    }

    #[test]
    fn what_is_issued_is_taken_until_it_expires() {
        let token = issue(&secret(), person(), Role::Admin, now(), TOKEN_LIFETIME).unwrap();
        let claims = verify(&secret(), &token, now()).unwrap();
        assert_eq!((claims.sub, claims.role), (person(), Role::Admin));
        assert_eq!(claims.exp - claims.iat, 12 * 3_600);
        assert!(verify(&secret(), &token, now() + TOKEN_LIFETIME - TimeDelta::seconds(1)).is_ok());
        assert_eq!(verify(&secret(), &token, now() + TOKEN_LIFETIME), Err(TokenError::Expired));
    }

    #[test]
    fn another_secret_is_refused() {
        let token = issue(&secret(), person(), Role::Admin, now(), TOKEN_LIFETIME).unwrap();
        let other = "another secret of thirty-two bytes or more".into();
        assert_eq!(verify(&other, &token, now()), Err(TokenError::Invalid));
    }

    #[test]
    fn unsigned_and_otherwise_signed_tokens_are_refused() {
        let claims = B64.encode(good().to_string());
        for header in [json!({"alg": "none"}), json!({"alg": "None", "typ": "JWT"}), json!({"alg": "HS256"})]
        {
            let unsigned = format!("{}.{claims}.", B64.encode(header.to_string()));
            assert_eq!(verify(&secret(), &unsigned, now()), Err(TokenError::Invalid), "{header}");
        }
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            assert_eq!(verify(&secret(), &signed(algorithm, &good()), now()), Err(TokenError::Invalid));
        }
    }

    #[test]
    fn an_edited_role_breaks_the_signature() {
        let token = signed(Algorithm::HS256, &good());
        let mut claims = good();
        claims["role"] = json!("admin");
        let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
        parts[1] = B64.encode(claims.to_string());
        assert_eq!(verify(&secret(), &parts.join("."), now()), Err(TokenError::Invalid));
    }

    #[test]
    fn claims_must_be_there_and_of_their_type() {
        assert!(with("exp", json!(now().timestamp() + 60)).is_ok());
        for name in ["sub", "role", "exp", "iat", "aud"] {
            assert_eq!(without(name), Err(TokenError::Invalid), "{name}");
        }
        let late = now().timestamp() + 60;
        let bad = [
            ("exp", json!(late.to_string())),
            ("exp", json!(null)),
            ("exp", json!(1e300)),
            ("aud", json!("another")),
            ("aud", json!(["another"])),
            ("sub", json!({"$ne": null})),
            ("role", json!("owner")),
        ];
        for (name, value) in bad {
            assert_eq!(with(name, value.clone()), Err(TokenError::Invalid), "{name} {value}");
        }
        assert_eq!(with("exp", json!(now().timestamp() - 1)), Err(TokenError::Expired));
    }

    #[test]
    fn rubbish_is_refused() {
        for token in ["", ".", "..", "a.b.c", "Bearer x", "💥.💥.💥"] {
            assert_eq!(verify(&secret(), token, now()), Err(TokenError::Invalid), "{token}");
        }
    }
}
