//! A campaign's life: launched, paused, resumed, ended. After each the desk reads the live campaigns again.

use super::{Promoter, address, find, show};
use crate::answer::{Answer, SeeOther};
use crate::form::Form;
use crate::visit::Visit;
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::House;
use flows::run_campaign::{self, Change};
use kernel::Words;

pub async fn launch(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer {
    let said = Words::new("It is live.", "已上线投放。");
    change(visit, promoter, id, said, Change::Launch).await
}

pub async fn pause(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer {
    let said = Words::new("It is paused; nothing is spent.", "已暂停，不再产生花费。");
    change(visit, promoter, id, said, Change::Pause).await
}

pub async fn resume(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer {
    let said = Words::new("It is live again.", "已恢复投放。");
    change(visit, promoter, id, said, Change::Resume).await
}

pub async fn end(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer {
    let said = Words::new("It has ended; what was left is not spent.", "已结束，剩余预算不再花费。");
    change(visit, promoter, id, said, Change::End).await
}

async fn change(visit: Visit, promoter: Promoter, id: String, said: Words, what: Change) -> Answer {
    let now = find(&visit, &promoter, &id).await?;
    let at = address(&now.id);
    let before = now.clone();
    let lane = House::lane();
    let changed = visit.write(&lane, move |scene| run_campaign::change(scene, &before.org, &before.id, what));
    match changed.await {
        Ok(_) => {
            reload(&visit).await;
            Ok(SeeOther::to(at).saying(said.en, said.zh).into_response())
        }
        Err(error) => Ok(show::page(&visit, now, &Form::blank().refused(error)?).await?.into_response()),
    }
}

/// What is live has changed; were it not read now, it would be a little later.
pub(super) async fn reload(visit: &Visit) {
    let house = visit.house.clone();
    match tokio::task::spawn_blocking(move || house.reload_ads()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the live campaigns could not be read again"),
        Err(broken) => tracing::error!(%broken, "reading the live campaigns stopped"),
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_pause_takes_the_ad_off_the_pages() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let at = format!("/console/campaigns/{}", street.campaign().await);
        let seen = || async { town.browser().get("/shops/east-gate").await.text.contains("href=\"/go/") };
        assert!(seen().await);
        let paused = street.sun.post(&format!("{at}/pause"), &[]).await;
        assert_eq!(paused.location(), at, "{}", paused.text);
        assert!(!seen().await);
        assert!(street.sun.get(&at).await.text.contains("Paused"));

        let early = street.sun.post(&format!("{at}/launch"), &[]).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert!(early.text.contains("This campaign is paused.") && early.text.contains("Christmas"));
        street.sun.post(&format!("{at}/resumption"), &[]).await;
        assert!(seen().await);
        street.sun.post(&format!("{at}/end"), &[]).await;
        assert!(!seen().await);
        let over = street.sun.post(&format!("{at}/resumption"), &[]).await;
        assert!(over.text.contains("This campaign has ended."));
    }
}
