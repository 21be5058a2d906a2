//! Issuing X.509 certificates (RFC 5280), for a sandbox's own authority.

use crate::{PrivateKey, PublicKey, keys};
use kernel::{Instant, Zone};

/// A distinguished name, written in this order.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// Two letters.
    pub country: &'a str,
    pub organization: &'a str,
    pub unit: &'a str,
    pub common_name: &'a str,
}

/// What a certificate states beside the key it vouches for.
#[derive(Clone, Copy, Debug)]
pub struct Issuing<'a> {
    pub issuer: Name<'a>,
    pub subject: Name<'a>,
    pub serial: u128,
    pub from: Instant,
    pub until: Instant,
    /// Whether the subject may issue certificates itself.
    pub authority: bool,
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const TRUE: [u8; 3] = [0x01, 0x01, 0xff];
const SHA256_WITH_RSA: [u8; 13] =
    [OBJECT_ID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];
const BASIC_CONSTRAINTS: [u8; 5] = [OBJECT_ID, 3, 0x55, 0x1d, 0x13];

/// A certificate for `key` in PEM, signed by the issuer.
pub fn issue(issuing: &Issuing, key: &PublicKey, by: &PrivateKey) -> String {
    let algorithm = tlv(SEQUENCE, &SHA256_WITH_RSA);
    let version_3 = [0xa0, 0x03, INTEGER, 0x01, 0x02];
    let validity = [time(issuing.from), time(issuing.until)].concat();
    let tbs = [
        version_3.to_vec(),
        integer(issuing.serial),
        algorithm.clone(),
        name(issuing.issuer),
        tlv(SEQUENCE, &validity),
        name(issuing.subject),
        key.spki().to_vec(),
        extensions(issuing.authority),
    ];
    let tbs = tlv(SEQUENCE, &tbs.concat());
    let signature = tlv(BIT_STRING, &[&[0], by.signature(&tbs).as_slice()].concat());
    keys::armour("CERTIFICATE", &tlv(SEQUENCE, &[tbs, algorithm, signature].concat()))
}

/// Tag, length, value (X.690, the distinguished encoding).
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut written = vec![tag];
    match value.len() {
        short @ 0..=0x7f => written.push(short as u8),
        long => {
            let length: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            written.push(0x80 | length.len() as u8);
            written.extend(length);
        }
    }
    written.extend(value);
    written
}

/// A number that is not negative: a leading zero keeps the sign.
fn integer(number: u128) -> Vec<u8> {
    let bytes: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let needs_zero = bytes.first().is_none_or(|first| *first >= 0x80);
    tlv(INTEGER, &[if needs_zero { vec![0] } else { vec![] }, bytes].concat())
}

fn name(name: Name) -> Vec<u8> {
    let attributes = [
        attribute(6, PRINTABLE_STRING, name.country),
        attribute(10, UTF8_STRING, name.organization),
        attribute(11, UTF8_STRING, name.unit),
        attribute(3, UTF8_STRING, name.common_name),
    ];
    tlv(SEQUENCE, &attributes.concat())
}

/// An attribute of 2.5.4.
fn attribute(number: u8, string: u8, text: &str) -> Vec<u8> {
    let pair = [tlv(OBJECT_ID, &[0x55, 0x04, number]), tlv(string, text.as_bytes())].concat();
    tlv(SET, &tlv(SEQUENCE, &pair))
}

/// `UTCTime` through 2049, `GeneralizedTime` after.
fn time(at: Instant) -> Vec<u8> {
    let utc = Zone::stored("UTC");
    let day = at.day_in(&utc);
    let second = day.at(0, 0, &utc).seconds_until(at);
    let clock = format!("{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60);
    let date = format!("{:04}{:02}{:02}", day.year(), day.month(), day.day());
    match day.year() {
        1950..=2049 => tlv(UTC_TIME, format!("{}{clock}", &date[2..]).as_bytes()),
        _ => tlv(GENERALIZED_TIME, format!("{date}{clock}").as_bytes()),
    }
}

fn extensions(authority: bool) -> Vec<u8> {
    let constraints = tlv(SEQUENCE, if authority { &TRUE } else { &[] });
    let extension = [BASIC_CONSTRAINTS.to_vec(), TRUE.to_vec(), tlv(OCTET_STRING, &constraints)].concat();
    tlv(0xa3, &tlv(SEQUENCE, &tlv(SEQUENCE, &extension)))
}
