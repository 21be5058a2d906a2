//! `ferryman found`: a house and its first operator without a page, for whoever scripts an installation.

use crate::installation::{self, Place, ending, spoken};
use crate::providers;
use anyhow::{Context, ensure};
use clap::Args;
use flows::{House, choose_home};
use kernel::{Actor, Home, Lang, Words};
use people::{SignUp, passwords, persons};
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// The house's name in English.
    #[arg(long)]
    name: String,
    /// The house's name in Chinese; the English one when left out.
    #[arg(long)]
    name_zh: Option<String>,
    /// Where it is at home, by two letters: CN, KR, US, …
    #[arg(long)]
    territory: String,
    /// Of its books and prices; the territory's own when left out.
    #[arg(long, default_value = "")]
    currency: String,
    /// Its time zone, such as Asia/Seoul; the territory's own when left out.
    #[arg(long, default_value = "")]
    zone: String,
    /// The first operator's email address.
    #[arg(long)]
    operator: String,
    /// What the operator is called; what stands before the @ when left out.
    #[arg(long)]
    operator_name: Option<String>,
    /// Read the operator's password from the first line of this file instead of standard input.
    #[arg(long, env = "FERRYMAN_PASSWORD_FILE")]
    password_file: Option<PathBuf>,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let home = Home::parse(&options.territory, &options.currency, &options.zone).map_err(spoken)?;
    let before_at = options.operator.split('@').next().unwrap_or_default();
    let operator = SignUp {
        name: options.operator_name.clone().unwrap_or_else(|| before_at.to_owned()),
        email: options.operator.clone(),
        password: password(options)?,
        lang: Lang::En,
    };
    let operator = operator.check().map_err(spoken)?;
    let house = installation::open_house(options.place.open()?, providers::nobody())?;
    // Before the password is hashed, which takes a while, and again when the house is written down.
    ensure!(
        house.read_blocking(people::installation::is_new)?,
        "this installation has a house and an operator already; nothing was changed\n          \
         平台已经创建，未作任何改动"
    );
    let hash = passwords::hash(&operator.password, &mut house.dice()).map_err(ending)?;
    let operator = operator.hashed(hash);
    let name = Words::new(&options.name, options.name_zh.as_deref().unwrap_or(&options.name));
    let (chosen, email) = (home.clone(), operator.email.clone());
    let founded = house.write_blocking(&House::lane(), Actor::System, move |scene| {
        let person = persons::sign_up(scene.tx, &mut scene.act, &operator)?;
        choose_home::found(scene, &name, &chosen, &person.id)
    });
    founded.map_err(ending)?;
    println!(
        "{} is founded: {}, {}, {}; {email} operates it.",
        options.name,
        home.territory,
        home.currency.code(),
        home.zone.name()
    );
    Ok(())
}

/// The first line of the file, or of what is piped in. Never an argument: a process list shows those.
fn password(options: &Options) -> anyhow::Result<String> {
    let text = match &options.password_file {
        Some(file) => {
            std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?
        }
        None => {
            ensure!(
                !std::io::stdin().is_terminal(),
                "pipe the operator's password in, or name a file that holds it with --password-file\n          \
                 请通过管道输入运营者密码，或以 --password-file 指定文件"
            );
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line
        }
    };
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
