//! A genuine notice of the platform verifies here, and nothing that differs from it by one character does.

use alipay::notice::{self, Notice};
use alipay::{Params, PublicKey, TradeStatus, form};
use kernel::Money;
use std::path::Path;

struct Golden {
    key: PublicKey,
    fields: Params,
}

/// The golden file beside the repository; without it the test is left out with a sentence.
fn golden() -> Option<Golden> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/golden/alipay_notice_2019.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("left out: ../shared/golden/alipay_notice_2019.json is not here");
        return None;
    };
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let fields = serde_json::from_value(json["notice"].clone()).expect("fields of text");
    let key = PublicKey::parse(json["alipay_public_key"].as_str().expect("a key")).expect("a key");
    Some(Golden { key, fields })
}

#[test]
fn the_genuine_notice_verifies() {
    let Some(Golden { key, fields }) = golden() else { return };
    let notice = Notice::open(form::write(&fields).as_bytes(), &[key]).expect("genuine");
    assert_eq!(notice.status, TradeStatus::TradeSuccess);
    assert_eq!(notice.total, Money::fen(10));
    assert_eq!(notice.out_trade_no, "20190815155618536-564-57");
    assert!(notice.is_payment());
}

#[test]
fn no_character_of_the_genuine_notice_may_change() {
    let Some(Golden { key, fields }) = golden() else { return };
    let keys = [key];
    let mut tried = 0;
    for (name, value) in &fields {
        for (at, character) in value.char_indices() {
            let other = if character == '0' { '1' } else { '0' };
            let mut changed = fields.clone();
            let rest = &value[at + character.len_utf8()..];
            changed.insert(name.clone(), format!("{}{other}{rest}", &value[..at]));
            assert!(notice::verify(&changed, &keys).is_err(), "{name} at {at}");
            tried += 1;
        }
        let mut without = fields.clone();
        without.remove(name);
        assert!(notice::verify(&without, &keys).is_err(), "without {name}");
    }
    assert!(tried > 700, "{tried} characters were changed");
}
