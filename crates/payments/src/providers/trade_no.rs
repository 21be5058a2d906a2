//! The key under which a provider knows a payment: its place and its intent in one word of letters, digits and
//! underscores, so that whatever comes back, notice, answer or bill, says whose it is. A provider takes 64 of them.

use crate::Intent;
use kernel::ids::Id;
use kernel::{Error, IntentId, PlaceId, Result};

const CHARS_MAX: usize = 64;

/// The key of a payment.
pub fn of(intent: &Intent) -> Result<String> {
    let key = format!("{}{}", intent.place, intent.id);
    if key.len() > CHARS_MAX || read(&key).as_ref() != Some(&(intent.place.clone(), intent.id.clone())) {
        return Err(Error::fault(format!("{key} cannot be a provider's key")));
    }
    Ok(key)
}

/// Whose key it is; `None` when it is none of ours.
pub fn read(key: &str) -> Option<(PlaceId, IntentId)> {
    let at = key.rfind("pay_").filter(|_| key.len() <= CHARS_MAX && key.is_ascii())?;
    let (place, intent) = key.split_at(at);
    Some((PlaceId::parse(place).ok()?, IntentId::parse(intent).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_whose_it_is() {
        let made = "plc_01ja2b3c4d5e6f7g8h9jakbmcnpay_01ja2b3c4d5e6f7g8h9jakbmcn";
        let (place, intent) = read(made).expect("one of ours");
        assert_eq!(place.0, "plc_01ja2b3c4d5e6f7g8h9jakbmcn");
        assert_eq!(intent.0, "pay_01ja2b3c4d5e6f7g8h9jakbmcn");
        assert_eq!(made.len(), 60);
    }

    #[test]
    fn what_is_not_ours_is_nobodys() {
        for bad in
            ["", "pay_1", "plc_1", "plc_1pay_", "plc_pay_1", "plc_1pay_1 ", "plc_１pay_1", "PLC_1pay_1"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&format!("plc_1pay_{}", "1".repeat(60))), None);
    }
}
