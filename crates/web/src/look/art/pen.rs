//! What every picture is drawn with: a sheet, a seed, ridges, glows and grain.

/// A drawing of some size: what it defines, and what it shows.
pub struct Drawing {
    pub width: f64,
    pub height: f64,
    pub defs: String,
    pub body: String,
}

impl Drawing {
    /// The whole document, with film grain over it.
    pub fn document(&self) -> String {
        let Drawing { width, height, defs, body } = self;
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"><defs>{defs}{grain}</defs>{body}<rect width="{width}" height="{height}" filter="url(#grain)" opacity=".13"/></svg>"##,
            grain = GRAIN
        )
    }

    /// The drawing as a print, cut to a box.
    pub fn placed(&self, x: f64, y: f64, width: f64, height: f64) -> String {
        format!(
            r##"<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice"><defs>{}</defs>{}</svg>"##,
            self.width, self.height, self.defs, self.body
        )
    }
}

const GRAIN: &str = r##"<filter id="grain" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".85" numOctaves="2" seed="7"/><feColorMatrix values="0 0 0 0 .95  0 0 0 0 .92  0 0 0 0 .84  0 0 0 1.3 -.52"/></filter>"##;

/// Numbers that follow from a name.
pub struct Seed(u64);

impl Seed {
    pub fn of(name: &str) -> Seed {
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Seed(name.bytes().fold(0xcbf2_9ce4_8422_2325, fold) | 1)
    }

    /// The next number from 0 to 1.
    pub fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.part()
    }

    pub fn pick(&mut self, count: usize) -> usize {
        (self.part() * count as f64) as usize % count.max(1)
    }
}

/// A gradient from top to bottom; stops are `(offset, colour, opacity)`.
pub fn down(id: &str, stops: &[(f64, &str, f64)]) -> String {
    format!(r##"<linearGradient id="{id}" x1="0" y1="0" x2="0" y2="1">{}</linearGradient>"##, stops_of(stops))
}

/// A gradient from the middle outwards.
pub fn glow(id: &str, stops: &[(f64, &str, f64)]) -> String {
    format!(r##"<radialGradient id="{id}">{}</radialGradient>"##, stops_of(stops))
}

fn stops_of(stops: &[(f64, &str, f64)]) -> String {
    let stop = |(offset, colour, opacity): &(f64, &str, f64)| {
        format!(r##"<stop offset="{offset}" stop-color="{colour}" stop-opacity="{opacity}"/>"##)
    };
    stops.iter().map(stop).collect()
}

/// A mountain ridge from edge to edge, closed along `floor`.
pub fn ridge(seed: &mut Seed, width: f64, foot: f64, height: f64, floor: f64) -> String {
    let peaks: Vec<(f64, f64, f64)> = (0..9)
        .map(|_| {
            (seed.between(-0.05, 1.05) * width, seed.between(0.25, 1.0), seed.between(0.05, 0.15) * width)
        })
        .collect();
    let waves: Vec<(f64, f64)> = (0..5).map(|i| (3.7 * 1.9_f64.powi(i), seed.part() * 6.3)).collect();
    let mut path = format!("M0 {floor:.0}");
    for i in 0..=130 {
        let x = width * f64::from(i) / 130.0;
        let peak = peaks
            .iter()
            .map(|(at, tall, wide)| tall * (-((x - at) / wide).abs().powf(1.35)).exp())
            .fold(0.0, f64::max);
        let rough: f64 = waves
            .iter()
            .enumerate()
            .map(|(n, (f, p))| (x / width * f * 6.3 + p).sin() * 0.055 / (1.0 + n as f64 * 0.6))
            .sum();
        path += &format!("L{x:.0} {:.1}", foot - height * (0.12 + 0.82 * peak + rough * (0.4 + peak)));
    }
    path + &format!("L{width:.0} {floor:.0}Z")
}

/// Light broken by water: thin strokes that widen towards the reader.
pub fn glitter(
    seed: &mut Seed,
    x: f64,
    from: f64,
    to: f64,
    spread: f64,
    colour: &str,
    strength: f64,
) -> String {
    let mut strokes = String::new();
    let count = ((to - from) / 7.0) as usize;
    for i in 0..count {
        let depth = i as f64 / count as f64;
        let y = from + (to - from) * depth.powf(1.15);
        let wide = spread * (0.25 + 0.75 * depth) * seed.between(0.25, 1.0);
        let at = x + seed.between(-0.5, 0.5) * spread * (0.15 + 0.7 * depth);
        let opacity = strength * (1.0 - depth).powf(0.7) * seed.between(0.35, 1.0);
        strokes += &format!(
            r##"<ellipse cx="{at:.0}" cy="{y:.0}" rx="{wide:.0}" ry="{:.1}" opacity="{opacity:.2}"/>"##,
            1.0 + 1.9 * depth
        );
    }
    format!(r##"<g fill="{colour}">{strokes}</g>"##)
}

/// Stars, fewer towards the horizon.
pub fn stars(seed: &mut Seed, width: f64, height: f64, count: usize) -> String {
    let mut dots = String::new();
    for _ in 0..count {
        let (x, y) = (seed.part() * width, seed.part().powf(1.6) * height);
        let (size, opacity) = (seed.between(0.5, 1.7), seed.between(0.2, 0.85));
        dots += &format!(r##"<circle cx="{x:.0}" cy="{y:.0}" r="{size:.1}" opacity="{opacity:.2}"/>"##);
    }
    format!(r##"<g fill="#f5ecd8">{dots}</g>"##)
}
