//! The same work for every number below `n`, on all cores.

/// `[work(0), work(1), …]`.
pub(crate) fn each<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(n.max(1));
    let part = n.div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let spawned: Vec<_> = (0..threads)
            .map(|thread| {
                let work = &work;
                scope.spawn(move || {
                    (thread * part..((thread + 1) * part).min(n)).map(work).collect::<Vec<T>>()
                })
            })
            .collect();
        spawned
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
