//! Whether lots favour somebody: Kolmogorov and Smirnov's test of how long people wait, by when they joined.

/// Beyond it once in a hundred, when nobody is favoured.
pub const LIMIT: f64 = 1.63;

/// √n times the greatest distance from the even distribution on 0 to 1; above 1.63 once in a hundred.
pub fn kolmogorov_smirnov(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let off = values.iter().enumerate().map(|(at, value)| {
        let (below, upto) = (at as f64 / n, (at + 1) as f64 / n);
        (value - below).abs().max((value - upto).abs())
    });
    off.fold(0.0, f64::max) * n.sqrt()
}

/// The worse of both halves of the people, whose waits come in the order in which they joined, from 0 to 1.
pub fn worst(waits: &[f64]) -> f64 {
    let halves = waits.chunks(waits.len().div_ceil(2));
    halves.map(|half| kolmogorov_smirnov(half.to_vec())).fold(0.0, f64::max)
}

/// How likely a statistic this large is when nobody is favoured (Kolmogorov's series).
pub fn p_value(statistic: f64) -> f64 {
    let term = |k: i32| (-2.0 * f64::from(k * k) * statistic * statistic).exp() * f64::from(k % 2 * 4 - 2);
    (1..100).map(term).sum::<f64>().clamp(0.0, 1.0)
}
