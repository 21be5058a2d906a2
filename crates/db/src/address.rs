//! Where a PostgreSQL database is, and who may listen on the way there.
//!
//! `sslmode` and `sslrootcert` mean what libpq means by them (PostgreSQL's manual, "SSL Support"), except for what counts
//! when nothing is said: a connection that leaves this machine is encrypted or not made.

use kernel::{Error, Kind, Refusal, Result};
use percent_encoding::percent_decode_str;
use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What is asked of the way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// `disable`: nothing; everybody between may listen.
    Plain,
    /// `prefer`: encrypted where the server can.
    MayBeEncrypted,
    /// `require`: encrypted, whoever answers.
    Encrypted,
    /// `verify-ca`: encrypted, to a server that a trusted authority vouches for.
    Vouched,
    /// `verify-full`: that, and by the name it was called.
    Named,
}

/// Every `sslmode` that is known.
const MODES: [(&str, Way); 5] = [
    ("disable", Way::Plain),
    ("prefer", Way::MayBeEncrypted),
    ("require", Way::Encrypted),
    ("verify-ca", Way::Vouched),
    ("verify-full", Way::Named),
];

/// A `postgres://` URL that was understood.
pub(crate) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Refuses (`database_address`) what is no address, an unknown `sslmode` and an `sslrootcert` that cannot be read.
    pub fn parse(url: &str) -> Result<Address> {
        let (url, asked) = Asked::taken_from(url)?;
        let mut config: Config = url.parse().map_err(|_| no_address())?;
        let way = asked.way.unwrap_or_else(|| usual(&config));
        config.ssl_mode(match way {
            Way::Plain => SslMode::Disable,
            Way::MayBeEncrypted => SslMode::Prefer,
            Way::Encrypted | Way::Vouched | Way::Named => SslMode::Require,
        });
        let tls = if way == Way::Plain { None } else { Some(tls(way, asked.roots.as_deref())?) };
        Ok(Address { config, tls })
    }

    /// Opens a connection. Refuses (`not_encrypted`, `untrusted_server`) a server that is not as the address asks.
    pub fn connect(&self) -> Result<Client> {
        let connected = match &self.tls {
            None => self.config.connect(NoTls),
            Some(tls) => self.config.connect(tls.clone()),
        };
        connected.map_err(told)
    }
}

/// What the URL says of encryption; the driver knows only a part of it.
#[derive(Default)]
struct Asked {
    way: Option<Way>,
    /// A file of authorities in PEM, or `system`.
    roots: Option<String>,
}

impl Asked {
    /// The URL without `sslmode` and `sslrootcert`, and what they said.
    fn taken_from(url: &str) -> Result<(String, Asked)> {
        let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), Asked::default())) };
        let (mut asked, mut rest) = (Asked::default(), Vec::new());
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => asked.way = Some(way(mode)?),
                Some(("sslrootcert", file)) => {
                    asked.roots = Some(percent_decode_str(file).decode_utf8_lossy().into_owned());
                }
                _ => rest.push(pair),
            }
        }
        // Who names authorities wants them asked.
        asked.way = match asked.way {
            None if asked.roots.is_some() => Some(Way::Named),
            Some(Way::Encrypted) if asked.roots.is_some() => Some(Way::Vouched),
            way => way,
        };
        let joiner = if rest.is_empty() { "" } else { "?" };
        Ok((format!("{base}{joiner}{}", rest.join("&")), asked))
    }
}

fn way(mode: &str) -> Result<Way> {
    let found = MODES.iter().find(|(name, _)| *name == mode);
    found.map(|(_, way)| *way).ok_or_else(|| {
        let names = MODES.map(|(name, _)| name).join(", ");
        refused(
            format!("sslmode in the database's address is none of {names}."),
            format!("数据库地址中的 sslmode 不属于 {names}。"),
        )
        .into()
    })
}

/// A connection that leaves this machine is encrypted, one that does not need not be.
fn usual(config: &Config) -> Way {
    let stays = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    if config.get_hosts().iter().all(stays) { Way::Plain } else { Way::Encrypted }
}

fn tls(way: Way, roots: Option<&str>) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let judge: Arc<dyn ServerCertVerifier> = match way {
        Way::Plain | Way::MayBeEncrypted | Way::Encrypted => {
            Arc::new(AnyName { authorities: None, provider: provider.clone() })
        }
        Way::Vouched => {
            let authorities = Some(authorities(roots, provider.clone())?);
            Arc::new(AnyName { authorities, provider: provider.clone() })
        }
        Way::Named => authorities(roots, provider.clone())?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(judge)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Those whose word on a server is taken: of a file, or whom this machine trusts.
fn authorities(file: Option<&str>, provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    match file {
        None | Some("system") => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Some(file) => {
            let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            roots.add_parsable_certificates(read.map_err(|_| no_authorities(file))?);
        }
    }
    if roots.is_empty() {
        return Err(no_authorities(file.unwrap_or("system")).into());
    }
    Ok(WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?)
}

/// Believes a server whatever it was called: against listeners, and where authorities are asked against impostors that
/// none of them vouches for.
#[derive(Debug)]
struct AnyName {
    authorities: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use CertificateError::{NotValidForName, NotValidForNameContext};
        let judged = match &self.authorities {
            None => return Ok(ServerCertVerified::assertion()),
            Some(authorities) => authorities.verify_server_cert(cert, between, name, ocsp, now),
        };
        // The name is looked at last, when everything else was found to be in order.
        match judged {
            Err(rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The driver's error, as a sentence where the way to the server is what failed.
fn told(error: postgres::Error) -> Error {
    let Some(source) = std::error::Error::source(&error) else { return error.into() };
    if source.to_string() == "server does not support TLS" {
        return Refusal::new(
            Kind::Invalid,
            "not_encrypted",
            "The database's server does not encrypt connections. Switch that on there (ssl = on), or write \
             sslmode=disable into the address if nobody can listen in between.",
            "数据库服务器不加密连接。请在服务器上启用（ssl = on）；若中途无人可窃听，也可在地址中写明 sslmode=disable。",
        )
        .into();
    }
    let tls = source.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
    match tls.and_then(|error| error.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => Refusal::new(
            Kind::Invalid,
            "untrusted_server",
            format!(
                "The database's server has a certificate that is not trusted: {why}. sslrootcert=FILE names \
                     the authorities that may vouch for it."
            ),
            format!("数据库服务器的证书不受信任：{why}。可用 sslrootcert=文件 指定可信的签发机构。"),
        )
        .into(),
        _ => error.into(),
    }
}

fn no_address() -> Refusal {
    refused(
        "The database's address is not of the form postgres://user:password@host:port/database.",
        "数据库地址应为 postgres://用户:密码@主机:端口/数据库 的形式。",
    )
}

fn no_authorities(file: &str) -> Refusal {
    refused(
        format!("No certificate can be read from {file}, which sslrootcert names; PEM is expected."),
        format!("无法从 sslrootcert 指定的 {file} 读取证书；应为 PEM 格式。"),
    )
}

fn refused(en: impl Into<String>, zh: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Invalid, "database_address", en, zh)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way_of(url: &str) -> Way {
        let (url, asked) = Asked::taken_from(url).expect("an address");
        asked.way.unwrap_or_else(|| usual(&url.parse().expect("an address")))
    }

    fn code(url: &str) -> &'static str {
        match Address::parse(url) {
            Err(Error::Refused(refusal)) => refusal.code,
            Err(Error::Fault(fault)) => panic!("a fault: {fault}"),
            Ok(_) => "accepted",
        }
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_somebody_says_otherwise() {
        assert_eq!(way_of("postgres://a@127.0.0.1/b"), Way::Plain);
        assert_eq!(way_of("postgres://a@localhost:5433/b"), Way::Plain);
        assert_eq!(way_of("postgres://a@%2Frun%2Fpostgresql/b"), Way::Plain);
        assert_eq!(way_of("postgres://a@db.example/b"), Way::Encrypted);
        assert_eq!(way_of("postgres://a@127.0.0.1,db.example/b"), Way::Encrypted);
        assert_eq!(way_of("postgres://a@db.example/b?sslmode=disable"), Way::Plain);
        assert_eq!(way_of("postgres://a@127.0.0.1/b?sslmode=prefer"), Way::MayBeEncrypted);
    }

    #[test]
    fn who_names_authorities_wants_them_asked() {
        assert_eq!(way_of("postgres://a@db.example/b?sslrootcert=/etc/ca.pem"), Way::Named);
        assert_eq!(way_of("postgres://a@db.example/b?sslrootcert=/etc/ca.pem&sslmode=require"), Way::Vouched);
        assert_eq!(way_of("postgres://a@db.example/b?sslmode=verify-full"), Way::Named);
    }

    #[test]
    fn other_words_of_an_address_go_to_the_driver() {
        let (url, asked) = Asked::taken_from(
            "postgres://a@h/b?sslmode=require&options=-csearch_path%3Dc&sslrootcert=%2Fa%20b",
        )
        .expect("an address");
        assert_eq!(url, "postgres://a@h/b?options=-csearch_path%3Dc");
        assert_eq!(asked.roots.as_deref(), Some("/a b"));
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_repeating_it() {
        assert_eq!(code("postgres://a:secret@h/b?sslmode=always"), "database_address");
        assert_eq!(code("postgres://a:secret@h:port/b"), "database_address");
        assert_eq!(code("postgres://a:secret@h/b?sslrootcert=/no/such/file"), "database_address");
        let Err(Error::Refused(refusal)) = Address::parse("postgres://a:secret@h:port/b") else {
            panic!("a port is a number")
        };
        assert!(!format!("{refusal:?}").contains("secret"));
    }
}
