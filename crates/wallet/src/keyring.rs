//! The wallet's keys and certificates, generated into a folder on its first start.
//!
//! ```text
//! wallet/alipay_private_key.pem    what signs answers and notices (its owner's alone)
//! wallet/alipay_public_key.pem     what merchants verify with in key mode
//! wallet/alipay_cert.crt           the same in certificate mode
//! wallet/root_private_key.pem      what issues certificates (its owner's alone)
//! wallet/alipay_root_cert.crt      what certificates go back to
//! apps/2021…/                      a merchant's side, see `apps::Keys`
//! ```

use alipay::certificate::{Certificate, Issuing, Name, issue, root_sn};
use alipay::{PrivateKey, PublicKey};
use kernel::{Act, Error, Instant, Result};
use std::path::{Path, PathBuf};

pub struct Keyring {
    folder: PathBuf,
    pub alipay: PrivateKey,
    pub alipay_cert_sn: String,
    root: PrivateKey,
    pub root_cert_sn: String,
}

const NAME: Name<'static> = Name {
    country: "CN",
    organization: "Ferryman Sandbox",
    unit: "Alipay-protocol compatible sandbox, not Alipay",
    common_name: "Ferryman Sandbox Root",
};
const DAYS_VALID: i64 = 20 * 365;

impl Keyring {
    /// Reads the folder's keys, or makes them.
    pub fn open(folder: &Path, act: &mut Act) -> Result<Keyring> {
        let wallet = folder.join("wallet");
        if wallet.join("alipay_cert.crt").exists() {
            return Keyring::read(folder);
        }
        make_folder(&wallet)?;
        let root = PrivateKey::generate()?;
        let root_cert = certify(&root, &root.public(), NAME, true, act);
        write_secret(&wallet.join("root_private_key.pem"), &root.pkcs8_pem()?)?;
        std::fs::write(wallet.join("alipay_root_cert.crt"), root_cert)?;
        write_alipay(&wallet, &root, act)?;
        Keyring::read(folder)
    }

    fn read(folder: &Path) -> Result<Keyring> {
        let text = |name: &str| read(&folder.join("wallet").join(name));
        let (alipay_cert, root_cert) = (text("alipay_cert.crt")?, text("alipay_root_cert.crt")?);
        Ok(Keyring {
            folder: folder.to_owned(),
            alipay: PrivateKey::parse(&text("alipay_private_key.pem")?)?,
            alipay_cert_sn: Certificate::parse(&alipay_cert)?.sn(),
            root: PrivateKey::parse(&text("root_private_key.pem")?)?,
            root_cert_sn: root_sn(&Certificate::bundle(&root_cert)?),
        })
    }

    /// Replaces the key that signs. Whoever still verifies with the old one will refuse what comes.
    pub fn rotate(&self, act: &mut Act) -> Result<Keyring> {
        write_alipay(&self.folder.join("wallet"), &self.root, act)?;
        Keyring::read(&self.folder)
    }

    /// A certificate for a merchant's key.
    pub fn certify(&self, app_id: &str, key: &PublicKey, act: &mut Act) -> String {
        certify(&self.root, key, Name { common_name: app_id, ..NAME }, false, act)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn app_folder(&self, app_id: &str) -> PathBuf {
        self.folder.join("apps").join(app_id)
    }
}

/// Makes the key that signs. The certificate comes last: where it is, the rest is too.
fn write_alipay(wallet: &Path, root: &PrivateKey, act: &mut Act) -> Result<()> {
    let alipay = PrivateKey::generate()?;
    let name = Name { common_name: "Ferryman Sandbox Gateway", ..NAME };
    write_secret(&wallet.join("alipay_private_key.pem"), &alipay.pkcs8_pem()?)?;
    std::fs::write(wallet.join("alipay_public_key.pem"), alipay.public().pem())?;
    std::fs::write(wallet.join("alipay_cert.crt"), certify(root, &alipay.public(), name, false, act))?;
    Ok(())
}

fn certify(root: &PrivateKey, key: &PublicKey, subject: Name, authority: bool, act: &mut Act) -> String {
    let issuing = Issuing {
        issuer: NAME,
        subject,
        // A serial has at most twenty bytes and is above zero.
        serial: u128::from_be_bytes(act.dice.bytes()) >> 1 | 1,
        from: act.at.plus_seconds(-86_400),
        until: Instant::from_micros(act.at.micros + DAYS_VALID * 86_400_000_000),
        authority,
    };
    issue(&issuing, key, root)
}

pub fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| Error::fault(format!("{}: {error}", file.display())))
}

pub fn make_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::fault(format!("{}: {error}", folder.display())))
}

/// Writes a file that only its owner may read.
pub fn write_secret(file: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::fault(format!("{}: {error}", file.display())))
}
