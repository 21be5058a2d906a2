//! *The Ferryman*: a river at night, a boat, a lantern, and paper lights going downstream.

use super::pen::{Drawing, Seed, down, glitter, glow, ridge, stars};

/// Where things stand on the sheet.
pub struct Frame {
    pub id: &'static str,
    pub width: f64,
    pub height: f64,
    pub horizon: f64,
    pub moon: (f64, f64, f64),
    /// Middle of the hull at the waterline, and size; 1 is about 370 wide.
    pub boat: (f64, f64, f64),
    /// Fewer strokes for a print on goods.
    pub small: bool,
}

pub fn still() -> String {
    let frame = Frame {
        id: "s",
        width: 1600.0,
        height: 900.0,
        horizon: 490.0,
        moon: (668.0, 196.0, 96.0),
        boat: (880.0, 590.0, 1.04),
        small: false,
    };
    river(&frame).document()
}

pub fn poster() -> String {
    let frame = Frame {
        id: "p",
        width: 900.0,
        height: 1350.0,
        horizon: 800.0,
        moon: (585.0, 420.0, 142.0),
        boat: (430.0, 985.0, 1.02),
        small: false,
    };
    let mut drawing = river(&frame);
    drawing.body += r##"<g fill="#f7ead0" text-anchor="middle"><text x="150" y="170" font-family="'Noto Serif CJK SC','Songti SC',STSong,SimSun,serif" font-weight="700" font-size="112"><tspan x="150" y="190">摆</tspan><tspan x="150" y="322">渡</tspan><tspan x="150" y="454">人</tspan></text><rect x="120" y="498" width="60" height="60" rx="8" fill="#b8402c"/><text x="150" y="539" font-family="'Noto Serif CJK SC','Songti SC',STSong,SimSun,serif" font-weight="700" font-size="30">明天</text><text x="450" y="1236" font-family="Georgia,'Noto Serif',serif" font-size="42" letter-spacing="18">THE FERRYMAN</text><text x="450" y="1286" font-family="Georgia,'Noto Serif',serif" font-size="21" letter-spacing="5" opacity=".75">someone is waiting on the other bank</text></g>"##;
    drawing.document()
}

/// The scene as a print on goods.
pub fn print(id: &'static str, width: f64, height: f64) -> Drawing {
    let horizon = height * 0.6;
    let size = width / 620.0;
    river(&Frame {
        id,
        width,
        height,
        horizon,
        moon: (width * 0.64, height * 0.3, width.min(height) * 0.13),
        boat: (width * 0.45, horizon + height * 0.16, size),
        small: true,
    })
}

pub fn river(frame: &Frame) -> Drawing {
    let mut seed = Seed::of("摆渡人");
    let hills = hills(frame, &mut seed);
    let body = [
        sky(frame, &mut seed),
        hills.clone(),
        water(frame, &mut seed),
        lights(frame, &mut seed),
        boat(frame, &mut seed),
        shore(frame, &mut seed),
    ];
    Drawing { width: frame.width, height: frame.height, defs: defs(frame), body: body.concat() }
}

fn defs(frame: &Frame) -> String {
    let id = frame.id;
    let ridges = [
        ("#47777a", "#5f8f8b"),
        ("#2f5d64", "#467a7b"),
        ("#1d454e", "#356669"),
        ("#12323b", "#2a575b"),
        ("#0a2028", "#1a4046"),
    ];
    let mut defs = [
        down(&format!("{id}sky"), &[(0.0, "#040d14", 1.0), (0.35, "#0a2430", 1.0), (0.68, "#1d4a53", 1.0), (0.88, "#50787a", 1.0), (1.0, "#b79667", 1.0)]),
        down(&format!("{id}water"), &[(0.0, "#5d7a73", 1.0), (0.1, "#2a5257", 1.0), (0.4, "#10313b", 1.0), (1.0, "#040e15", 1.0)]),
        glow(&format!("{id}moon"), &[(0.0, "#fffaec", 1.0), (0.7, "#fbedcb", 1.0), (1.0, "#f0d7a2", 1.0)]),
        glow(&format!("{id}halo"), &[(0.0, "#ffeabb", 0.62), (0.26, "#f2d9a2", 0.26), (0.6, "#cdbd93", 0.08), (1.0, "#cdbd93", 0.0)]),
        glow(&format!("{id}lamp"), &[(0.0, "#fff1c9", 1.0), (0.09, "#ffc863", 0.85), (0.3, "#f3972e", 0.34), (0.65, "#d8701c", 0.1), (1.0, "#d8701c", 0.0)]),
        glow(&format!("{id}flame"), &[(0.0, "#fffbe8", 1.0), (0.5, "#ffd77e", 1.0), (1.0, "#ef8f2b", 1.0)]),
        down(&format!("{id}mist"), &[(0.0, "#d8d6bd", 0.0), (0.62, "#d8d2b4", 0.34), (1.0, "#e6d3a6", 0.12)]),
        glow(&format!("{id}dark"), &[(0.0, "#02080c", 0.0), (0.62, "#02080c", 0.0), (1.0, "#02080c", 0.72)]),
        format!(r##"<filter id="{id}ripple" x="-5%" y="-5%" width="110%" height="110%"><feTurbulence type="fractalNoise" baseFrequency=".004 .07" numOctaves="2" seed="4"/><feDisplacementMap in="SourceGraphic" scale="34" xChannelSelector="R" yChannelSelector="G"/></filter><clipPath id="{id}below"><rect y="{}" width="{}" height="{}"/></clipPath>"##, frame.horizon, frame.width, frame.height - frame.horizon),
    ]
    .concat();
    for (i, (top, foot)) in ridges.iter().enumerate() {
        defs += &down(&format!("{id}r{i}"), &[(0.0, top, 1.0), (1.0, foot, if i < 2 { 0.5 } else { 0.85 })]);
    }
    defs
}

fn sky(frame: &Frame, seed: &mut Seed) -> String {
    let Frame { id, width, horizon, moon: (x, y, r), .. } = frame;
    let stars = stars(seed, *width, horizon * 0.7, if frame.small { 30 } else { 130 });
    format!(
        r##"<rect width="{width}" height="{h}" fill="url(#{id}sky)"/>{stars}<circle cx="{x}" cy="{y}" r="{halo}" fill="url(#{id}halo)"/><circle cx="{x}" cy="{y}" r="{r}" fill="url(#{id}moon)"/><g fill="#d9bf8e" opacity=".32"><circle cx="{x1}" cy="{y1}" r="{r1}"/><circle cx="{x2}" cy="{y2}" r="{r2}"/><circle cx="{x3}" cy="{y3}" r="{r3}"/></g>"##,
        h = horizon + 2.0,
        halo = r * 4.4,
        x1 = x - r * 0.3,
        y1 = y - r * 0.2,
        r1 = r * 0.26,
        x2 = x + r * 0.28,
        y2 = y + r * 0.3,
        r2 = r * 0.18,
        x3 = x + r * 0.2,
        y3 = y - r * 0.42,
        r3 = r * 0.12,
    )
}

fn hills(frame: &Frame, seed: &mut Seed) -> String {
    let Frame { id, width, horizon, height, .. } = frame;
    let mut layers = String::new();
    for (i, tall) in [0.44, 0.36, 0.27, 0.19, 0.1].into_iter().enumerate() {
        let path = ridge(seed, *width, *horizon, height.min(width * 0.7) * tall, *horizon);
        layers += &format!(r##"<path d="{path}" fill="url(#{id}r{i})"/>"##);
        let deep = height * (0.15 - 0.022 * i as f64);
        layers += &format!(
            r##"<rect y="{:.0}" width="{width}" height="{deep:.0}" fill="url(#{id}mist)"/>"##,
            horizon - deep
        );
    }
    format!(r##"<g id="{id}hills">{layers}</g>"##)
}

fn water(frame: &Frame, seed: &mut Seed) -> String {
    let Frame { id, width, height, horizon, moon, .. } = frame;
    let below = height - horizon;
    let shine = glitter(seed, moon.0, horizon + 4.0, height - below * 0.12, moon.2 * 0.95, "#ffecc0", 0.62);
    let mut waves = String::new();
    for i in 0..if frame.small { 26 } else { 90 } {
        let depth = f64::from(i) / if frame.small { 26.0 } else { 90.0 };
        let (y, x) = (horizon + below * depth.powf(1.3), seed.part() * width);
        let long = seed.between(30.0, 150.0) * (0.4 + depth);
        waves += &format!(
            r##"<path d="M{x:.0} {y:.0}q{:.0} {:.1} {long:.0} 0" opacity="{:.2}"/>"##,
            long / 2.0,
            2.0 + 3.0 * depth,
            seed.between(0.05, 0.2)
        );
    }
    format!(
        r##"<rect y="{horizon}" width="{width}" height="{below}" fill="url(#{id}water)"/><g clip-path="url(#{id}below)"><g opacity=".46"{ripple}><use href="#{id}hills" transform="translate(0 {twice}) scale(1 -1)"/></g></g>{shine}<g fill="none" stroke="#d9ead9" stroke-width="1.5">{waves}</g>"##,
        ripple = if frame.small { String::new() } else { format!(r##" filter="url(#{id}ripple)""##) },
        twice = horizon * 2.0,
    )
}

/// Folded paper lights that drift away from the boat.
fn lights(frame: &Frame, seed: &mut Seed) -> String {
    let Frame { id, width, height, horizon, .. } = frame;
    let below = height - horizon;
    let mut group = String::new();
    for i in 0..if frame.small { 5 } else { 13 } {
        let depth = 0.08 + 0.6 * seed.part().powf(1.5);
        let bank = f64::from(i) / if frame.small { 5.0 } else { 13.0 };
        let (x, y) = (width * (0.62 + 0.37 * bank) - width * 0.06 * depth, horizon + below * depth);
        let size = (0.22 + 0.95 * depth) * if frame.small { width / 900.0 } else { 1.0 };
        group += &format!(
            r##"<g transform="translate({x:.0} {y:.0}) scale({size:.2})"><circle r="74" cy="-8" fill="url(#{id}lamp)" opacity=".8"/><path d="M-17 0h34l-5-26h-24z" fill="url(#{id}flame)"/><path d="M-24 0h48l-10 9h-28z" fill="#f6e3b8"/><path d="M-14 12h28l-7 30h-14z" fill="#ffb54d" opacity=".3"/></g>"##
        );
    }
    group
}

fn boat(frame: &Frame, seed: &mut Seed) -> String {
    let Frame { id, boat: (x, y, size), .. } = frame;
    let shine =
        glitter(seed, x + 196.0 * size, y + 18.0 * size, y + 175.0 * size, 46.0 * size, "#ffb347", 0.85);
    format!(
        r##"{shine}<g transform="translate({x} {y}) scale({size})"><circle cx="196" cy="-84" r="300" fill="url(#{id}lamp)" opacity=".8"/><path d="M-176 34C-90 62 120 62 186 30C120 88-100 88-176 34Z" fill="#02090d" opacity=".55"/><path d="M-92 -132L-186 74" stroke="#0a1216" stroke-width="4.5" stroke-linecap="round"/><path d="M-200-24C-160 20-90 36 0 36C92 36 152 18 200-46C160-8 112 2 60 6L-120 6C-156 4-184-8-200-24Z" fill="#060f14"/><path d="M200-46C160-8 112 2 60 6L44 6" fill="none" stroke="#ffb75a" stroke-width="2.5" opacity=".85"/><path d="M-78 6C-80-52 48-54 54 6Z" fill="#0b171c"/><path d="M54 6C50-32 14-42-14-41" fill="none" stroke="#f0a04a" stroke-width="2.5" opacity=".75"/><path d="M30 6C27-24 8-36-10-38M0 6C0-22-8-36-20-39M-36 6C-34-20-32-32-30-38" fill="none" stroke="#27373a" stroke-width="2"/><path d="M-18 6C-18-16 26-16 27 6Z" fill="#f3a348" opacity=".5"/><path d="M-146 8C-150-34-142-70-124-76C-106-70-100-34-103 8Z" fill="#070f13"/><path d="M-112-66C-96-58-90-64-86-84L-98-104" fill="none" stroke="#070f13" stroke-width="11" stroke-linecap="round" stroke-linejoin="round"/><path d="M-103 8C-101-30-106-62-117-74" fill="none" stroke="#f2a04a" stroke-width="2" opacity=".8"/><circle cx="-122" cy="-85" r="11" fill="#0a1418"/><path d="M-156-88C-136-96-130-110-121-116C-112-110-106-96-86-88C-108-82-134-82-156-88Z" fill="#0c171b"/><path d="M-86-88C-106-96-112-110-121-116" fill="none" stroke="#f2a850" stroke-width="1.8" opacity=".8"/><path d="M152-16C150-92 168-126 197-122L196-108" fill="none" stroke="#10191c" stroke-width="4" stroke-linecap="round"/><path d="M186-108h20v5h-20zM186-64h20v5h-20z" fill="#241408"/><rect x="178" y="-104" width="36" height="42" rx="15" fill="url(#{id}flame)"/><path d="M189-103v40M203-103v40" stroke="#c8691c" stroke-width="1.5" opacity=".7"/><path d="M196-59v14" stroke="#d8832f" stroke-width="3"/></g>"##
    )
}

fn shore(frame: &Frame, seed: &mut Seed) -> String {
    let Frame { id, width, height, .. } = frame;
    let mut reeds = String::new();
    for i in 0..if frame.small { 0 } else { 46 } {
        let left = i % 2 == 0;
        let x = if left {
            seed.part().powf(1.6) * width * 0.24
        } else {
            width - seed.part().powf(1.6) * width * 0.2
        };
        let (tall, bend) = (seed.between(0.08, 0.3) * height, seed.between(-50.0, 70.0));
        reeds += &format!(
            r##"<path d="M{x:.0} {height}q{:.0} {:.0} {bend:.0} {:.0}q{:.0} {:.0} {:.0} {tall:.0}Z"/>"##,
            bend * 0.1,
            -tall * 0.6,
            -tall,
            -bend * 0.7,
            tall * 0.4,
            -bend + 7.0,
        );
    }
    format!(
        r##"<g fill="#030b10">{reeds}</g><rect x="{:.0}" y="{:.0}" width="{:.0}" height="{:.0}" fill="url(#{id}dark)"/>"##,
        -width * 0.2,
        -height * 0.2,
        width * 1.4,
        height * 1.4
    )
}
