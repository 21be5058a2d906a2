//! What was read a moment ago, for everybody who asks for the same: at an on-sale thousands look at one film and one hall.
//!
//! Whoever asks while another reads waits for that answer instead of reading too. A house keeps nothing unless it is told
//! to (`House::share_reads`), so that what a story changed is seen at once wherever nobody has; the program that serves
//! keeps for a second. What is kept is the same for every reader; what is somebody's own is read each time.

use crate::house::House;
use db::View;
use kernel::{Instant, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

/// How long the program that serves keeps what it read, in microseconds.
pub const KEPT_MICROS: i64 = 1_000_000;
/// Things kept at once, at most; beyond it all are forgotten.
const KEPT_MAX: usize = 2_000;

pub struct Fresh<V> {
    kept: Mutex<HashMap<String, Slot<V>>>,
}

struct Slot<V> {
    since: Instant,
    value: Arc<OnceCell<Arc<V>>>,
}

impl<V> Default for Fresh<V> {
    fn default() -> Fresh<V> {
        Fresh { kept: Mutex::default() }
    }
}

impl<V: Send + Sync + 'static> Fresh<V> {
    /// What is kept under a key, or what is read now.
    pub async fn get(
        &self,
        house: &House,
        key: String,
        look: impl FnOnce(&View) -> Result<V> + Send + 'static,
    ) -> Result<Arc<V>> {
        let Some(micros) = house.shares_reads_for() else { return Ok(Arc::new(house.read(look).await?)) };
        let value = self.slot(key, house.now(), micros);
        let read = || async { Ok(Arc::new(house.read(look).await?)) };
        value.get_or_try_init(read).await.cloned()
    }

    fn slot(&self, key: String, now: Instant, micros: i64) -> Arc<OnceCell<Arc<V>>> {
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(slot) =
            kept.get(&key).filter(|slot| (0..micros).contains(&(now.micros - slot.since.micros)))
        {
            return slot.value.clone();
        }
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        let value = Arc::new(OnceCell::new());
        kept.insert(key, Slot { since: now, value: value.clone() });
        value
    }
}
