//! Signing out: the session that was shown is over.

use crate::answer::{Answer, Done};
use crate::call::Call;
use people::sessions;

pub async fn close(call: Call) -> Answer<Done> {
    if let Some(token) = call.token.clone() {
        call.write(&token.clone(), move |scene| sessions::close(scene.tx, &token)).await?;
        flows::security::done("signed_out", call.actor.code(), &call.from);
    }
    Ok(Done)
}
