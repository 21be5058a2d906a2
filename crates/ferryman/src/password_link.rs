//! `ferryman password-link`: a link by which somebody sets a new password, from whoever owns the machine. It lets in even the
//! only operator of a house who is locked out.

use crate::installation::{self, Place, ending};
use crate::providers;
use clap::Args;
use flows::{House, mend_access, security};
use kernel::{Actor, Refusal};
use people::{password_links, persons, second_factor};

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// The email address of their account.
    email: String,
    /// Take their second factor off, too: for who lost the phone and the recovery codes.
    #[arg(long)]
    take_second_factor_off: bool,
    /// The address people type.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "FERRYMAN_BASE_URL")]
    base_url: String,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let house = installation::open_house(options.place.open()?, providers::nobody())?;
    let (email, factor_too) = (options.email.clone(), options.take_second_factor_off);
    let made = house.write_blocking(&House::lane(), Actor::System, move |scene| {
        let person =
            persons::by_email(scene.tx, &email)?.ok_or_else(|| Refusal::not_found("account", "账号"))?;
        let taken_off = factor_too && second_factor::of(scene.tx, &person.id)?.is_some();
        if taken_off {
            mend_access::take_factor_off(scene, &person.id)?;
        }
        Ok((mend_access::make_link(scene, &person.id)?, taken_off, person))
    });
    let (code, taken_off, person) = made.map_err(ending)?;
    security::done_to("password_link_made", &person.id.0, Actor::System.code(), "this machine");
    if taken_off {
        security::done_to("factor_taken_off", &person.id.0, Actor::System.code(), "this machine");
        println!("The second factor of {} is off.", person.email);
    }
    println!("{}", web::password_link(options.base_url.trim_end_matches('/'), &code));
    println!(
        "{} sets a new password there, once, within {} minutes.",
        person.email,
        password_links::LASTS_SECONDS / 60
    );
    Ok(())
}
