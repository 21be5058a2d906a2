//! Notices in Alipay's protocol as the adapter reads them: who signed, for whom, about what, and whatever else comes.

use crate::purse::NOW;
use alipay::certificate::{Certificate, Issuing, Name, issue};
use alipay::{Params, PrivateKey, form, notice};
use kernel::{Dice, Instant, IntentId, Money, PlaceId, RefundId, Share};
use payments::Provider;
use payments::notices::What;
use payments::providers::alipay::{Alipay, Cashier, Expiry, SETTLED, Settings, Trust, Version};
use payments::providers::{Ask, Delivery, Heard, Unread};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

const APP: &str = "2021000000000001";
const SELLER: &str = "2088000000000001";

pub static OURS: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));
pub static THEIRS: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));
static OTHER: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));

struct House {
    keys: PathBuf,
    alipay: Alipay,
}

impl House {
    /// Believes their key.
    fn new() -> House {
        House::with(Trust::PublicKeys, |keys| {
            std::fs::write(keys.join("alipay_public_key.pem"), THEIRS.public().pem()).expect("a key");
        })
    }

    fn with(trust: Trust, fill: impl Fn(&PathBuf)) -> House {
        let name = format!("ferryman-alipay-{:016x}", Dice::from_entropy().next());
        let keys = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&keys).expect("a folder");
        let ours = OURS.pkcs1_pem().expect("a key");
        std::fs::write(keys.join("app_private_key.pem"), ours).expect("a key");
        fill(&keys);
        let alipay = Alipay::open(settings(&keys, trust), Dice::seeded(1)).expect("the keys are there");
        House { keys, alipay }
    }

    fn hears(&self, body: &[u8]) -> Result<Heard, Unread> {
        self.alipay.read_notice(&Delivery { headers: &[], body }, NOW)
    }

    fn hears_of(&self, fields: &Params, signer: &PrivateKey) -> Result<Heard, Unread> {
        let mut fields = fields.clone();
        notice::sign(&mut fields, signer);
        self.hears(form::write(&fields).as_bytes())
    }

    fn hears_of_theirs(&self, changes: &[(&str, &str)]) -> Result<Heard, Unread> {
        self.hears_of(&fields(changes), &THEIRS)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.keys);
    }
}

pub fn settings(keys: &Path, trust: Trust) -> Settings {
    Settings {
        name: "alipay",
        app_id: APP.into(),
        seller_id: SELLER.into(),
        gateway: "http://127.0.0.1:1/gateway.do".into(),
        cashier: Cashier::Gateway,
        version: Version::V2,
        expiry: Expiry::At,
        notify_url: "https://tickets.example.com/api/payments/alipay/notices".into(),
        keys: vec![keys.to_owned()],
        trust,
        fee: Share::ppm(6_000),
        currencies: SETTLED.to_vec(),
    }
}

/// A payment of 43 yuan, with these fields changed; an empty one is left out.
fn fields(changes: &[(&str, &str)]) -> Params {
    let usual = [
        ("app_id", APP),
        ("auth_app_id", APP),
        ("buyer_id", "2088000000000009"),
        ("charset", "utf-8"),
        ("gmt_create", "2016-12-23 12:00:00"),
        ("gmt_payment", "2016-12-23 12:00:30"),
        ("notify_id", "ac05099524730693a8b330c5ecf72da9786"),
        ("notify_time", "2016-12-23 12:00:31"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", "plc_starpay_1"),
        ("seller_id", SELLER),
        ("subject", "《摆渡人》"),
        ("total_amount", "43.00"),
        ("trade_no", "2016122322001404060501"),
        ("trade_status", "TRADE_SUCCESS"),
        ("version", "1.0"),
    ];
    let mut fields: Params =
        usual.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    fields.retain(|_, value| !value.is_empty());
    fields
}

fn told(heard: Result<Heard, Unread>) -> payments::Notice {
    match heard {
        Ok(Heard::Notice(notice)) => notice,
        other => panic!("a notice, not {other:?}"),
    }
}

#[test]
fn a_payment_is_told_with_whose_it_is() {
    let notice = told(House::new().hears_of_theirs(&[]));
    assert_eq!((notice.place, notice.intent), (PlaceId("plc_star".into()), IntentId("pay_1".into())));
    assert_eq!((notice.what, notice.amount), (What::Paid, Money::fen(4300)));
    assert_eq!(notice.reference.as_deref(), Some("2016122322001404060501"));
    assert_eq!(notice.id, "ac05099524730693a8b330c5ecf72da9786");
}

/// A partial refund sends `TRADE_SUCCESS` again: it is no payment.
#[test]
fn what_went_back_is_not_told_as_a_payment() {
    let house = House::new();
    let part =
        [("refund_fee", "3.00"), ("gmt_refund", "2016-12-23 13:00:00.123"), ("out_biz_no", "rfd_1_refund")];
    let notice = told(house.hears_of_theirs(&part));
    assert_eq!(notice.what, What::Refunded(RefundId("rfd_1_refund".into())));
    let whole = [("trade_status", "TRADE_CLOSED"), ("refund_fee", "43.00"), ("out_biz_no", "rfd_1_refund")];
    assert!(matches!(told(house.hears_of_theirs(&whole)).what, What::Refunded(_)));
    let closed = [("trade_status", "TRADE_CLOSED"), ("refund_fee", "0.00"), ("gmt_payment", "")];
    assert_eq!(told(house.hears_of_theirs(&closed)).what, What::Closed);
    let by_hand = [("refund_fee", "3.00"), ("out_biz_no", "by hand in the back office")];
    assert!(matches!(house.hears_of_theirs(&by_hand), Ok(Heard::Nothing(_))));
}

#[test]
fn forged_and_changed_notices_are_not_believed() {
    let house = House::new();
    assert_eq!(house.hears_of(&fields(&[]), &OTHER), Err(Unread::Forged));
    let mut signed = fields(&[]);
    notice::sign(&mut signed, &THEIRS);
    for (name, value) in [
        ("total_amount", "0.01"),
        ("out_trade_no", "plc_starpay_2"),
        ("seller_id", "2088000000000002"),
        ("sign_type", "RSA"),
        ("sign_type", ""),
        ("sign", ""),
        ("more", "1"),
    ] {
        let mut changed = signed.clone();
        changed.insert(name.into(), value.into());
        assert_eq!(house.hears(form::write(&changed).as_bytes()), Err(Unread::Forged), "{name}={value}");
    }
    assert!(matches!(house.hears(form::write(&signed).as_bytes()), Ok(Heard::Notice(_))));
}

#[test]
fn notices_for_others_are_refused() {
    let house = House::new();
    for (change, why) in [
        (("app_id", "2021000000000002"), Unread::OtherApp),
        (("seller_id", "2088000000000002"), Unread::OtherSeller),
        (("out_trade_no", "70501111111S001111119"), Unread::OtherOrder),
        (("out_trade_no", "plc_star"), Unread::OtherOrder),
        (("out_trade_no", "plc_starpay_1' or 1=1"), Unread::OtherOrder),
    ] {
        assert_eq!(house.hears_of_theirs(&[change]), Err(why), "{change:?}");
    }
}

/// Each is signed by the right key; what cannot be an amount is not one.
#[test]
fn amounts_are_read_strictly() {
    let house = House::new();
    for bad in [
        "４３.00",
        "43．00",
        "4.3e1",
        "+43.00",
        "-43.00",
        "43.001",
        "43.0000",
        " 43.00",
        "43.00 ",
        "43,00",
        "¥43.00",
        "0x2b",
        "43.00CNY",
        "0",
        "0.00",
        "100000000.01",
        "99999999999999999999",
        "NaN",
        "٤٣",
    ] {
        assert_eq!(
            house.hears_of_theirs(&[("total_amount", bad)]),
            Err(Unread::Malformed("bad_amount")),
            "{bad}"
        );
    }
    let refund = [("refund_fee", "1e0"), ("out_biz_no", "rfd_1_refund")];
    assert_eq!(house.hears_of_theirs(&refund), Err(Unread::Malformed("bad_amount")));
}

#[test]
fn what_is_no_notice_is_refused_calmly() {
    let house = House::new();
    for name in
        ["app_id", "notify_id", "out_trade_no", "seller_id", "total_amount", "trade_no", "trade_status"]
    {
        assert_eq!(
            house.hears_of_theirs(&[(name, "")]),
            Err(Unread::Malformed("bad_notice")),
            "without {name}"
        );
    }
    assert_eq!(
        house.hears_of_theirs(&[("trade_status", "TRADE_PENDING")]),
        Err(Unread::Malformed("bad_notice"))
    );
    assert_eq!(house.hears_of_theirs(&[("charset", "GBK")]), Err(Unread::Malformed("wrong_charset")));
    assert_eq!(house.hears(b"subject=%B0%DA%B6%C9"), Err(Unread::Malformed("wrong_charset")));
    assert_eq!(house.hears(b"subject=\xb0\xda"), Err(Unread::Malformed("wrong_charset")));
    assert_eq!(house.hears(b"a=1&a=1"), Err(Unread::Malformed("repeated_parameter")));
    assert_eq!(house.hears(b""), Err(Unread::Forged));
    assert_eq!(house.hears(b"{\"app_id\":1}"), Err(Unread::Forged));
    let long = fields(&[("subject", "长".repeat(30_000).as_str())]);
    assert_eq!(house.hears_of(&long, &THEIRS), Err(Unread::Malformed("too_long")));
    for kind in [("notify_type", "another_sync"), ("trade_status", "WAIT_BUYER_PAY")] {
        assert!(matches!(house.hears_of_theirs(&[kind]), Ok(Heard::Nothing(_))), "{kind:?}");
    }
}

#[test]
fn malicious_text_is_carried_unharmed() {
    let house = House::new();
    for subject in [
        "a \"sign\":\"x\" }{ & = % + 🎬",
        "</form><script>alert(1)</script>",
        "sign=abc&sign_type=RSA2&total_amount=0.01",
        "alipay_trade_query_response\":{\"code\":\"10000\"}",
        "长长长\u{202e}\u{0}\n\r",
        "%26total_amount%3D0.01",
    ] {
        let notice = told(house.hears_of_theirs(&[("subject", subject)]));
        assert_eq!(notice.amount, Money::fen(4300), "{subject}");
    }
    assert_eq!(told(house.hears_of_theirs(&[("subject", &"长".repeat(256))])).what, What::Paid);
}

#[test]
fn keys_are_changed_without_a_restart() {
    let house = House::new();
    assert_eq!(house.hears_of(&fields(&[]), &OTHER), Err(Unread::Forged));
    let (old, new) =
        (house.keys.join("alipay_public_key.pem"), house.keys.join("alipay_public_key_2017.pem"));
    std::fs::write(&new, "half a ke").expect("a file");
    assert!(house.hears_of(&fields(&[]), &THEIRS).is_ok(), "while it is written the old key is believed");
    std::fs::write(&new, OTHER.public().base64()).expect("a key");
    for key in [&*THEIRS, &*OTHER] {
        assert!(house.hears_of(&fields(&[]), key).is_ok(), "both are believed");
    }
    std::fs::remove_file(&old).expect("the old key goes");
    assert!(house.hears_of(&fields(&[]), &OTHER).is_ok());
    assert_eq!(house.hears_of(&fields(&[]), &THEIRS), Err(Unread::Forged));
}

const SANDBOX: Name<'static> =
    Name { country: "CN", organization: "Pretend", unit: "Tests", common_name: "Pretend Root" };

/// A certificate by this issuer's key, for that key.
fn certificate(serial: u128, common_name: &'static str, of: &PrivateKey, by: &PrivateKey) -> String {
    let (from, until) = (Instant::from_micros(0), Instant::from_micros(4_000_000_000_000_000));
    certificate_from((from, until), serial, common_name, of, by)
}

fn certificate_from(
    (from, until): (Instant, Instant),
    serial: u128,
    common_name: &'static str,
    of: &PrivateKey,
    by: &PrivateKey,
) -> String {
    let issuing = Issuing {
        issuer: SANDBOX,
        subject: Name { common_name, ..SANDBOX },
        serial,
        from,
        until,
        authority: common_name == SANDBOX.common_name,
    };
    issue(&issuing, &of.public(), by)
}

#[test]
fn in_certificate_mode_only_certificates_of_the_root_are_believed() {
    let root = PrivateKey::generate().expect("a key");
    let theirs = certificate(2, "Gateway", &THEIRS, &root);
    let stranger = certificate(3, "Gateway", &OTHER, &OTHER);
    let friend = certificate(6, "Gateway", &OTHER, &OTHER);
    let house = House::with(Trust::Certificates, |keys| {
        let write = |name: &str, text: &str| std::fs::write(keys.join(name), text).expect("a file");
        write("alipay_root_cert.crt", &certificate(1, SANDBOX.common_name, &root, &root));
        write("app_cert.crt", &certificate(4, "App", &OURS, &root));
        write("alipay_cert.crt", &theirs);
        write("alipay_cert_stranger.crt", &format!("{stranger}{friend}"));
    });
    let sn = |pem: &str| Certificate::parse(pem).expect("a certificate").sn();
    let by = |sn: &str, key: &PrivateKey| house.hears_of(&fields(&[("alipay_cert_sn", sn)]), key);
    assert!(matches!(by(&sn(&theirs), &THEIRS), Ok(Heard::Notice(_))));
    assert_eq!(by(&sn(&theirs), &OTHER), Err(Unread::Forged));
    assert_eq!(by(&sn(&stranger), &OTHER), Err(Unread::UnknownKey), "nobody whom we trust vouches for it");
    assert_eq!(by("5f", &THEIRS), Err(Unread::UnknownKey));
    assert!(
        house.hears_of(&fields(&[]), &THEIRS).is_ok(),
        "a notice that names none is by one of those we know"
    );
    let fresh = certificate(5, "Gateway", &OTHER, &root);
    std::fs::write(house.keys.join("alipay_cert_2017.crt"), &fresh).expect("a file");
    assert!(by(&sn(&fresh), &OTHER).is_ok(), "rotated without a restart");
}

/// In days from now.
fn days(from: i64, until: i64) -> (Instant, Instant) {
    (NOW.plus_seconds(from * 86_400), NOW.plus_seconds(until * 86_400))
}

#[test]
fn a_certificate_counts_in_its_time_alone() {
    let root = PrivateKey::generate().expect("a key");
    let house = House::with(Trust::Certificates, |keys| {
        let write = |name: &str, text: &str| std::fs::write(keys.join(name), text).expect("a file");
        write("alipay_root_cert.crt", &certificate(1, SANDBOX.common_name, &root, &root));
        write("app_cert.crt", &certificate_from(days(-10, 40), 4, "App", &OURS, &root));
        write("alipay_cert.crt", &certificate_from(days(-10, 50), 2, "Gateway", &THEIRS, &root));
    });
    let purse = crate::purse::Purse::new();
    let begins = |at: Instant| house.alipay.create(&purse.intent, &Ask::page(""), at);
    let code = |at| begins(at).err().and_then(|error| error.refusal().map(|refusal| refusal.code));
    let mut signed = fields(&[]);
    notice::sign(&mut signed, &THEIRS);
    let body = form::write(&signed);
    let hears = |at: Instant| house.alipay.read_notice(&Delivery { headers: &[], body: body.as_bytes() }, at);
    let (now, _) = days(0, 0);
    assert!(begins(now).is_ok() && hears(now).is_ok());
    assert_eq!(house.alipay.warnings(now), []);

    let (soon, late) = days(20, 41);
    let said = &house.alipay.warnings(soon)[..];
    assert!(
        said.len() == 1 && said[0].en.contains("In 20 days") && said[0].zh.contains("20 天后"),
        "{said:?}"
    );
    assert_eq!(code(late), Some("certificate_expired"));
    assert!(house.alipay.warnings(late)[0].en.contains("expired on"));
    assert!(hears(late).is_ok(), "theirs lasts longer");
    let (over, before) = days(51, -11);
    assert_eq!(hears(over), Err(Unread::UnknownKey), "nobody vouches for it any more");
    assert_eq!(code(before), Some("certificate_not_yet"));

    let fresh = certificate_from(days(40, 400), 5, "App", &OURS, &root);
    std::fs::write(house.keys.join("app_cert.crt"), &fresh).expect("a file");
    assert_eq!(code(late), None, "replaced without a restart");
}

#[test]
fn a_house_without_keys_does_not_open() {
    let nowhere = std::env::temp_dir().join("ferryman-no-such-folder");
    assert!(Alipay::open(settings(&nowhere, Trust::PublicKeys), Dice::seeded(1)).is_err());
    let empty = House::new();
    std::fs::remove_file(empty.keys.join("alipay_public_key.pem")).expect("it goes");
    assert!(Alipay::open(settings(&empty.keys, Trust::PublicKeys), Dice::seeded(1)).is_err());
}

/// Keeps every line of the log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_secret_is_ever_in_the_log() {
    let lines = Lines::default();
    let kept = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || kept.clone());
    let purse = crate::purse::Purse::new();
    let mut said = String::new();
    tracing::subscriber::with_default(subscriber.finish(), || {
        let house = House::new();
        let page =
            house.alipay.create(&purse.intent, &Ask::page("http://127.0.0.1"), NOW).expect("an address");
        assert!(format!("{page:?}").contains("sign="), "an address for the payer is signed");
        for error in [
            house.alipay.query(&purse.intent, NOW).map(|_| ()),
            house.alipay.refund(&purse.intent, &crate::purse::refund(&purse.intent, "a", 1), NOW).map(|_| ()),
            house.alipay.bill(kernel::Day::new(2016, 12, 23).expect("a day"), NOW).map(|_| ()),
        ] {
            said += &error.expect_err("nobody listens there").to_string();
        }
        std::fs::write(house.keys.join("alipay_public_key_new.pem"), "nonsense").expect("a file");
        said += &format!("{:?}", house.hears_of(&fields(&[]), &OTHER));
        said += &format!("{:?}", settings(&house.keys, Trust::PublicKeys));
        tracing::info!("the log is kept");
    });
    said += &String::from_utf8_lossy(&lines.0.lock().expect("no panic"));
    assert!(said.contains("the log is kept") && said.contains("cannot be read"), "{said}");
    let key = OURS.pkcs1_pem().expect("a key");
    for line in key.lines().filter(|line| line.len() > 20) {
        assert!(!said.contains(&line[..20]), "a piece of the key is in: {said}");
    }
    for word in ["sign=", "PRIVATE", "biz_content", "gateway.do?"] {
        assert!(!said.contains(word), "{word} is in: {said}");
    }
}
