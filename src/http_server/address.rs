//! Client addresses in one spelling: IPv4 in IPv6 is IPv4, brackets and ports of a forwarded address are left
//! out.
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Returns the address of one entry of `X-Forwarded-For`, with or without a port or brackets.
pub(crate) fn forwarded_address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = text.parse::<IpAddr>().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}

/// Returns the network that counts as one client: an IPv4 address, or an IPv6 /64 network, since an IPv6
/// client has many addresses.
pub(crate) fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_address_has_one_spelling() {
        let address = |text: &str| forwarded_address(text).map(|address| address.to_string());
        for (text, wanted) in [
            ("203.0.113.9", "203.0.113.9"),
            (" 203.0.113.9:4711 ", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:443", "203.0.113.9"),
            ("2001:db8::7", "2001:db8::7"),
            ("2001:0DB8:0::0007", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("\"[2001:db8::7]:443\"", "2001:db8::7"),
        ] {
            assert_eq!(address(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["", "unknown", "_hidden", "203.0.113", "203.0.113.9:x", "[203.0.113.9]", "[2001:db8::7"]
        {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        let key = |text: &str| client_network(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
    }
}
