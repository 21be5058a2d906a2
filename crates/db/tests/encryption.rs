//! The way to a PostgreSQL server, held against a real one that encrypts.
//!
//! `FERRYMAN_TEST_POSTGRES` is its URL on 127.0.0.1 and `FERRYMAN_TEST_POSTGRES_CA` the authority that vouches for it
//! under the name localhost; without them these tests say that they did not run.

use db::{Db, scratch};
use kernel::Error;
use std::io::{Read, Write};
use std::net::TcpListener;

/// A place on the server that encrypts.
struct Place {
    schema: scratch::Empty,
    authority: String,
}

impl Place {
    fn new() -> Option<Place> {
        let (Ok(url), Ok(authority)) =
            (std::env::var("FERRYMAN_TEST_POSTGRES"), std::env::var("FERRYMAN_TEST_POSTGRES_CA"))
        else {
            println!(
                "skipped: FERRYMAN_TEST_POSTGRES and FERRYMAN_TEST_POSTGRES_CA name no server that encrypts"
            );
            return None;
        };
        Some(Place { schema: scratch::empty(&url).expect("a schema"), authority })
    }

    /// Its address by this name of the server.
    fn at(&self, host: &str, asked: &str) -> String {
        format!("{}&{asked}", self.schema.address().replace("127.0.0.1", host))
    }

    /// Its address with the server's own authority.
    fn known_at(&self, host: &str, asked: &str) -> String {
        self.at(host, &format!("{asked}&sslrootcert={}", self.authority))
    }
}

/// Whether a connection of this address is encrypted; a refusal's code when none is made.
fn encrypted(url: &str) -> Result<bool, &'static str> {
    let db = Db::open_postgres(url, 1, 1).map_err(|error| match error {
        Error::Refused(refusal) => refusal.code,
        Error::Fault(fault) => panic!("a fault: {fault:#}"),
    })?;
    let asked = "select ssl, coalesce(version, '') from pg_stat_ssl where pid = pg_backend_pid()";
    let (ssl, _) = db.read_blocking(move |view| view.one::<(bool, String)>(asked, &[])).expect("an answer");
    Ok(ssl)
}

#[test]
fn a_connection_is_encrypted_as_its_address_says() {
    let Some(place) = Place::new() else { return };
    assert_eq!(encrypted(&place.schema.address()), Ok(false), "what stays on this machine is not");
    assert_eq!(encrypted(&place.at("localhost", "sslmode=disable")), Ok(false));
    for mode in ["sslmode=prefer", "sslmode=require"] {
        assert_eq!(encrypted(&place.at("localhost", mode)), Ok(true), "{mode}");
    }
    for mode in ["sslmode=verify-ca", "sslmode=verify-full"] {
        assert_eq!(encrypted(&place.known_at("localhost", mode)), Ok(true), "{mode}");
    }
}

#[test]
fn a_server_that_nobody_vouches_for_is_refused_where_that_is_asked() {
    let Some(place) = Place::new() else { return };
    for mode in ["sslmode=verify-ca", "sslmode=verify-full"] {
        assert_eq!(encrypted(&place.at("localhost", mode)), Err("untrusted_server"), "{mode}");
    }
}

#[test]
fn a_server_of_another_name_is_refused_where_the_name_counts() {
    let Some(place) = Place::new() else { return };
    assert_eq!(encrypted(&place.known_at("127.0.0.1", "sslmode=verify-full")), Err("untrusted_server"));
    assert_eq!(encrypted(&place.known_at("127.0.0.1", "sslmode=verify-ca")), Ok(true));
}

#[test]
fn a_server_that_cannot_encrypt_hears_no_password() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // Answers one request for encryption as a server does that has none.
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        let mut request = [0; 8];
        stream.read_exact(&mut request).expect("a request");
        stream.write_all(b"N").expect("an answer");
        let mut more = Vec::new();
        stream.read_to_end(&mut more).expect("the end");
        (request, more)
    });
    let url = format!("postgres://ferryman:secret@127.0.0.1:{port}/postgres?sslmode=require");
    assert_eq!(encrypted(&url), Err("not_encrypted"));
    let (request, more) = server.join().expect("the server ends");
    assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "it was asked to encrypt");
    assert!(more.is_empty(), "and heard nothing after it said no");
}
