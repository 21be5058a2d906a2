//! Sales through `Db::write`, as the program does them.

use crate::commits::Commits;
use crate::sale::{Sale, Transaction, town};
use crate::statement::Write;
use crate::{CALLERS, seconds};
use anyhow::Result;
use db::{Db, Lane};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

pub struct Measured {
    pub sales_per_second: f64,
    pub batch_mean: f64,
    pub wait_ms_p50: f64,
    pub wait_ms_p99: f64,
}

pub fn measure(db: &Db, sales: Vec<Sale>) -> Result<Measured> {
    for statement in town() {
        let statement: &'static str = statement.leak();
        db.write_blocking(Lane::house(), move |tx| tx.run(statement, &[]).map(|_| ()))?;
    }
    let (count, commits) = (sales.len(), Commits::default());
    let mut waits = Vec::new();
    let took = seconds(|| {
        waits = tokio::runtime::Runtime::new()?.block_on(sell_all(db, sales, &commits))?;
        Ok(())
    })?;
    waits.sort_by(f64::total_cmp);
    Ok(Measured {
        sales_per_second: count as f64 / took,
        batch_mean: count as f64 / commits.count() as f64,
        wait_ms_p50: waits[count / 2] * 1e3,
        wait_ms_p99: waits[count * 99 / 100] * 1e3,
    })
}

/// Every caller takes the next sale as soon as its last one is answered; how long each had to wait.
async fn sell_all(db: &Db, sales: Vec<Sale>, commits: &Commits) -> Result<Vec<f64>> {
    let (sales, next) = (Arc::new(sales), Arc::new(AtomicUsize::new(0)));
    let callers = (0..CALLERS).map(|_| {
        let (db, sales, next, commits) = (db.clone(), sales.clone(), next.clone(), commits.clone());
        tokio::spawn(async move {
            let mut waits = Vec::new();
            while let Some(sale) = sales.get(next.fetch_add(1, Ordering::SeqCst)) {
                let start = Instant::now();
                sell(&db, sale.clone(), &commits).await?;
                waits.push(start.elapsed().as_secs_f64());
            }
            anyhow::Ok(waits)
        })
    });
    let mut waits = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        waits.extend(caller.await??);
    }
    Ok(waits)
}

async fn sell(db: &Db, sale: Sale, commits: &Commits) -> Result<()> {
    let answered = commits.answered();
    let lane = Lane::of(&sale.place);
    db.write(lane, move |tx| {
        answered.begin();
        sale.write(&mut Transaction(tx)).map_err(kernel::Error::Fault)
    })
    .await?;
    Ok(())
}
