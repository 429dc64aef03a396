//! Tests of the tokens: what a valid token says, and which tokens are rejected.
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

fn secret() -> SecretString {
    "a secret of at least thirty-two bytes".into()
}

fn now() -> Time {
    Time::from_timestamp(1_764_800_000, 0).unwrap()
}

fn person() -> PersonId {
    PersonId::from_random([7; 16])
}

fn session() -> Session {
    let id = Some(SessionId::from_random([9; 16]));
    Session { person: person(), role: Role::Admin, epoch: 3, began: now() - TimeDelta::days(1), id }
}

fn valid_claims() -> Value {
    let (iat, exp) = (now().timestamp(), now().timestamp() + 60);
    json!({"sub": person(), "role": "agent", "exp": exp, "iat": iat, "aud": "antri"})
}

fn verify(secret: &SecretString, token: &str, now: Time) -> Result<Claims, TokenError> {
    Verifier::new(secret).verify(token, now)
}

/// Returns a token that is signed with HMAC and this hash function.
fn signed<M: Mac + KeyInit>(algorithm: &str, claims: &Value) -> String {
    let header = B64.encode(json!({"alg": algorithm, "typ": "JWT"}).to_string());
    let message = format!("{header}.{}", B64.encode(claims.to_string()));
    let mac = M::new_from_slice(secret().expose_secret().as_bytes()).unwrap();
    let signature = mac.chain_update(&message).finalize().into_bytes();
    format!("{message}.{}", B64.encode(signature))
}

fn signed_as_we_do(claims: &Value) -> String {
    signed::<Hmac<Sha256>>("HS256", claims)
}

fn with(name: &str, value: Value) -> Result<Claims, TokenError> {
    let mut claims = valid_claims();
    claims[name] = value;
    verify(&secret(), &signed_as_we_do(&claims), now())
}

fn without(name: &str) -> Result<Claims, TokenError> {
    let mut claims = valid_claims();
    claims.as_object_mut().unwrap().remove(name);
    verify(&secret(), &signed_as_we_do(&claims), now())
}

#[test]
fn an_issued_token_is_accepted_until_it_expires() {
    let token = issue(&secret(), &session(), now(), TOKEN_LIFETIME).unwrap();
    let claims = verify(&secret(), &token, now()).unwrap();
    assert_eq!((claims.sub, claims.role), (person(), Role::Admin));
    assert_eq!((claims.began(), claims.epoch, claims.sid), (session().began, 3, session().id));
    assert_eq!(claims.exp - claims.iat, 12 * 3_600);
    assert!(verify(&secret(), &token, now() + TOKEN_LIFETIME - TimeDelta::seconds(1)).is_ok());
    assert_eq!(verify(&secret(), &token, now() + TOKEN_LIFETIME), Err(TokenError::Expired));
}

#[test]
fn a_token_of_one_purpose_is_rejected_for_the_others() {
    let all = [Purpose::Access, Purpose::Renewal, Purpose::LoginLink];
    for purpose in all {
        let token = issue_for(purpose, &secret(), &session(), now(), LOGIN_LINK_LIFETIME).unwrap();
        for other in all {
            let verified = Verifier::new(&secret()).verify_for(other, &token, now());
            assert_eq!(verified.is_ok(), purpose == other, "{purpose:?} as {other:?}");
        }
    }
}

#[test]
fn a_token_signed_with_another_secret_is_rejected() {
    let token = issue(&secret(), &session(), now(), TOKEN_LIFETIME).unwrap();
    let other = "another secret of thirty-two bytes or more".into();
    assert_eq!(verify(&other, &token, now()), Err(TokenError::Invalid));
}

#[test]
fn unsigned_tokens_and_other_algorithms_are_rejected() {
    let claims = B64.encode(valid_claims().to_string());
    for header in [json!({"alg": "none"}), json!({"alg": "None", "typ": "JWT"}), json!({"alg": "HS256"})] {
        let unsigned = format!("{}.{claims}.", B64.encode(header.to_string()));
        assert_eq!(verify(&secret(), &unsigned, now()), Err(TokenError::Invalid), "{header}");
    }
    let others = [
        signed::<Hmac<Sha384>>("HS384", &valid_claims()),
        signed::<Hmac<Sha512>>("HS512", &valid_claims()),
        signed::<Hmac<Sha512>>("HS256", &valid_claims()),
        signed::<Hmac<Sha256>>("HS512", &valid_claims()),
        signed::<Hmac<Sha256>>("RS256", &valid_claims()),
    ];
    for token in others {
        assert_eq!(verify(&secret(), &token, now()), Err(TokenError::Invalid), "{token}");
    }
}

#[test]
fn an_edited_role_breaks_the_signature() {
    let token = signed_as_we_do(&valid_claims());
    let mut claims = valid_claims();
    claims["role"] = json!("admin");
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    parts[1] = B64.encode(claims.to_string());
    assert_eq!(verify(&secret(), &parts.join("."), now()), Err(TokenError::Invalid));
}

#[test]
fn missing_and_mistyped_claims_are_rejected() {
    assert!(with("exp", json!(now().timestamp() + 60)).is_ok());
    for name in ["sub", "role", "exp", "iat", "aud"] {
        assert_eq!(without(name), Err(TokenError::Invalid), "{name}");
    }
    let future = now().timestamp() + 60;
    let invalid = [
        ("exp", json!(future.to_string())),
        ("exp", json!(null)),
        ("exp", json!(1e300)),
        ("aud", json!("another")),
        ("aud", json!(["another"])),
        ("sub", json!({"$ne": null})),
        ("role", json!("owner")),
        ("sid", json!("another")),
    ];
    for (name, value) in invalid {
        assert_eq!(with(name, value.clone()), Err(TokenError::Invalid), "{name} {value}");
    }
    assert_eq!(with("exp", json!(now().timestamp() - 1)), Err(TokenError::Expired));
}

#[test]
fn malformed_tokens_are_rejected() {
    for token in ["", ".", "..", "a.b.c", "Bearer x", "💥.💥.💥"] {
        assert_eq!(verify(&secret(), token, now()), Err(TokenError::Invalid), "{token}");
    }
}
