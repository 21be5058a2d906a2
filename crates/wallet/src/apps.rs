//! Apps: a merchant's agreement with the platform, its keys and how badly it is treated.

use crate::accounts;
use crate::hostility::Hostility;
use crate::keyring::{Keyring, make_folder, read, write_secret};
use alipay::certificate::Certificate;
use alipay::cipher::Cipher;
use alipay::{PrivateKey, PublicKey, code};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Refusal, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// An app as the gateway knows it.
#[derive(Clone, Debug)]
pub struct App {
    pub app_id: String,
    pub seller_id: String,
    pub name: String,
    pub public_key: PublicKey,
    pub app_cert_sn: String,
    cipher_key: String,
    pub hostility: Hostility,
}

impl FromRow for App {
    fn from_row(row: &mut Row) -> Result<App> {
        let (app_id, seller_id, name) = (row.next()?, row.next()?, row.next()?);
        let public_key: String = row.next()?;
        let (app_cert_sn, cipher_key) = (row.next()?, row.next()?);
        let hostility: String = row.next()?;
        Ok(App {
            app_id,
            seller_id,
            name,
            public_key: PublicKey::parse(&public_key)?,
            app_cert_sn,
            cipher_key,
            hostility: serde_json::from_str(&hostility)?,
        })
    }
}

impl App {
    pub fn cipher(&self) -> Result<Cipher, Refusal> {
        Cipher::parse(&self.cipher_key)
    }
}

/// A merchant's side: everything that its own configuration needs, as the wallet wrote it into
/// `apps/2021…/`. It never prints its secrets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Keys {
    pub app_id: String,
    /// The merchant's account, `2088…`; notices carry it.
    pub seller_id: String,
    pub name: String,
    /// PKCS #1 in PEM (`app_private_key.pem`).
    #[serde(skip)]
    pub private_key: String,
    /// The same key as PKCS #8 (`app_private_key_pkcs8.pem`).
    #[serde(skip)]
    pub private_key_pkcs8: String,
    /// For certificate mode (`app_cert.crt`).
    #[serde(skip)]
    pub app_cert: String,
    /// What the platform's answers verify with (`alipay_public_key.pem`).
    #[serde(skip)]
    pub alipay_public_key: String,
    #[serde(skip)]
    pub alipay_cert: String,
    #[serde(skip)]
    pub alipay_root_cert: String,
    /// AES, in base64 (`cipher_key.txt`).
    #[serde(skip)]
    pub cipher_key: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({}, not shown)", self.app_id)
    }
}

impl Keys {
    /// Every app of a wallet's folder, in the order of their numbers.
    pub fn all(folder: &Path) -> Result<Vec<Keys>> {
        let apps = folder.join("apps");
        let entries = std::fs::read_dir(&apps).into_iter().flatten().flatten();
        let mut ids: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        ids.sort();
        ids.iter().map(|app_id| Keys::of(folder, app_id)).collect()
    }

    pub fn of(folder: &Path, app_id: &str) -> Result<Keys> {
        let app = folder.join("apps").join(app_id);
        let wallet = folder.join("wallet");
        let known: Keys = serde_json::from_str(&read(&app.join("app.json"))?)?;
        Ok(Keys {
            private_key: read(&app.join("app_private_key.pem"))?,
            private_key_pkcs8: read(&app.join("app_private_key_pkcs8.pem"))?,
            app_cert: read(&app.join("app_cert.crt"))?,
            cipher_key: read(&app.join("cipher_key.txt"))?,
            alipay_public_key: read(&wallet.join("alipay_public_key.pem"))?,
            alipay_cert: read(&wallet.join("alipay_cert.crt"))?,
            alipay_root_cert: read(&wallet.join("alipay_root_cert.crt"))?,
            ..known
        })
    }
}

/// Makes the keys of a new app and writes them into its folder; `app.json` comes last.
pub fn prepare(keyring: &Keyring, act: &mut Act, name: &str) -> Result<()> {
    let digits = |act: &mut Act| act.dice.below(1_000_000_000_000);
    let (app_id, seller_id) = (format!("2021{:012}", digits(act)), format!("2088{:012}", digits(act)));
    let folder = keyring.app_folder(&app_id);
    make_folder(&folder)?;
    let key = PrivateKey::generate()?;
    write_secret(&folder.join("app_private_key.pem"), &key.pkcs1_pem()?)?;
    write_secret(&folder.join("app_private_key_pkcs8.pem"), &key.pkcs8_pem()?)?;
    write_secret(&folder.join("cipher_key.txt"), &Cipher::of(&act.dice.bytes()).base64())?;
    std::fs::write(folder.join("app_public_key.pem"), key.public().pem())?;
    std::fs::write(folder.join("app_cert.crt"), keyring.certify(&app_id, &key.public(), act))?;
    let described = serde_json::json!({ "app_id": app_id, "seller_id": seller_id, "name": name });
    std::fs::write(folder.join("app.json"), format!("{described:#}\n"))?;
    Ok(())
}

/// Opens an app of the folder and its merchant's account, unless it is open already.
pub fn open(tx: &Tx, act: &mut Act, keys: &Keys) -> Result<()> {
    accounts::open_seller(tx, act, &keys.seller_id, &keys.name)?;
    let public_key = PrivateKey::parse(&keys.private_key)?.public().pem();
    tx.run(
        "insert into app (app_id, seller_id, name, public_key, app_cert_sn, cipher_key, hostility, created_at)
         values ($1, $2, $3, $4, $5, $6, '{}', $7)
         on conflict (app_id) do nothing",
        &[
            &keys.app_id,
            &keys.seller_id,
            &keys.name,
            &public_key,
            &Certificate::parse(&keys.app_cert)?.sn(),
            &keys.cipher_key,
            &act.at,
        ],
    )?;
    Ok(())
}

/// An app by its number (`isv.invalid-app-id`).
pub fn of(view: &View, app_id: &str) -> Result<App> {
    let found = view.maybe(
        "select app_id, seller_id, name, public_key, app_cert_sn, cipher_key, hostility
         from app
         where app_id = $1",
        &[&app_id],
    )?;
    found.ok_or_else(|| code::INVALID_APP_ID.into())
}

/// Every app, the oldest first.
pub fn all(view: &View) -> Result<Vec<App>> {
    view.all(
        "select app_id, seller_id, name, public_key, app_cert_sn, cipher_key, hostility
         from app
         order by created_at, app_id",
        &[],
    )
}

pub fn treat(tx: &Tx, app_id: &str, hostility: &Hostility) -> Result<App> {
    tx.run(
        "update app set hostility = $2 where app_id = $1",
        &[&app_id, &serde_json::to_string(hostility)?],
    )?;
    of(tx, app_id)
}
