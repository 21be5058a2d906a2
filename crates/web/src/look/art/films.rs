//! A picture for any film, grown from its name: one of six places, one of eight lights.

use super::pen::{Drawing, Seed, down, glitter, glow, ridge, stars};

/// Sky from top to horizon, the land from far to near, and the light.
struct Light {
    sky: [&'static str; 3],
    land: [&'static str; 3],
    lamp: &'static str,
}

const LIGHTS: [Light; 8] = [
    Light {
        sky: ["#1b1035", "#6b2d5c", "#f08a5d"],
        land: ["#5a2a56", "#331a41", "#150c24"],
        lamp: "#ffd59e",
    },
    Light {
        sky: ["#06283d", "#1f6f8b", "#bfe3d0"],
        land: ["#2f7c8c", "#12485a", "#062430"],
        lamp: "#fdf6d8",
    },
    Light {
        sky: ["#2b0f14", "#8c2f2b", "#f2b15a"],
        land: ["#7a2a24", "#4a1719", "#1e090c"],
        lamp: "#ffe9b0",
    },
    Light {
        sky: ["#0e1a2b", "#33415c", "#a9b4c2"],
        land: ["#56657d", "#2c3a52", "#101827"],
        lamp: "#f4f1e6",
    },
    Light {
        sky: ["#0b2b26", "#2d6a4f", "#d8e2a6"],
        land: ["#3a7558", "#1b4636", "#08221b"],
        lamp: "#fff7c2",
    },
    Light {
        sky: ["#141331", "#3f3d8f", "#d9a5c9"],
        land: ["#4b4693", "#28265f", "#100f2c"],
        lamp: "#ffe3ec",
    },
    Light {
        sky: ["#20160c", "#8a5a2b", "#f6d58f"],
        land: ["#a9713a", "#6b431f", "#2a1a0b"],
        lamp: "#fff3cf",
    },
    Light {
        sky: ["#02111b", "#30566b", "#e7c7a0"],
        land: ["#3f5f6b", "#1d3844", "#0a1a22"],
        lamp: "#ffdfae",
    },
];

pub fn still(seed: &str) -> String {
    picture(seed, 1600.0, 900.0).document()
}

pub fn poster(seed: &str) -> String {
    picture(seed, 900.0, 1350.0).document()
}

fn picture(name: &str, width: f64, height: f64) -> Drawing {
    let mut seed = Seed::of(name);
    let light = &LIGHTS[seed.pick(LIGHTS.len())];
    let place = seed.pick(6);
    let lamp = (
        seed.between(0.28, 0.74) * width,
        seed.between(0.26, 0.42) * height,
        width.min(height) * seed.between(0.09, 0.2),
    );
    let scene = match place {
        0 => mountains(&mut seed, light, width, height),
        1 => sea(&mut seed, light, width, height, lamp.0),
        2 => city(&mut seed, light, width, height),
        3 => dunes(&mut seed, light, width, height),
        4 => forest(&mut seed, light, width, height),
        _ => orbit(&mut seed, light, width, height),
    };
    Drawing {
        width,
        height,
        defs: defs(light),
        body: sky(&mut seed, width, height, lamp) + &scene + &dusk(width, height),
    }
}

fn defs(light: &Light) -> String {
    let [top, middle, low] = light.sky;
    let mut defs = [
        down("sky", &[(0.0, top, 1.0), (0.5, middle, 1.0), (0.78, low, 1.0), (1.0, low, 1.0)]),
        glow("halo", &[(0.0, light.lamp, 0.75), (0.3, light.lamp, 0.3), (1.0, light.lamp, 0.0)]),
        glow("lamp", &[(0.0, "#ffffff", 1.0), (0.75, light.lamp, 1.0), (1.0, low, 1.0)]),
        down("mist", &[(0.0, low, 0.0), (1.0, low, 0.5)]),
        down("deep", &[(0.0, low, 1.0), (0.16, middle, 1.0), (1.0, top, 1.0)]),
        glow("dusk", &[(0.0, "#000", 0.0), (0.6, "#000", 0.0), (1.0, "#000", 0.6)]),
    ]
    .concat();
    for (i, colour) in light.land.iter().enumerate() {
        defs +=
            &down(&format!("land{i}"), &[(0.0, colour, 1.0), (1.0, colour, if i == 2 { 1.0 } else { 0.72 })]);
    }
    defs
}

fn sky(seed: &mut Seed, width: f64, height: f64, (x, y, r): (f64, f64, f64)) -> String {
    let stars = stars(seed, width, height * 0.45, 70);
    format!(
        r##"<rect width="{width}" height="{height}" fill="url(#sky)"/>{stars}<circle cx="{x:.0}" cy="{y:.0}" r="{:.0}" fill="url(#halo)"/><circle cx="{x:.0}" cy="{y:.0}" r="{r:.0}" fill="url(#lamp)"/>"##,
        r * 4.0
    )
}

fn dusk(width: f64, height: f64) -> String {
    format!(
        r##"<rect x="{}" y="{}" width="{}" height="{}" fill="url(#dusk)"/>"##,
        -width * 0.2,
        -height * 0.2,
        width * 1.4,
        height * 1.4
    )
}

fn layer(path: &str, i: usize, width: f64, y: f64, deep: f64) -> String {
    format!(
        r##"<path d="{path}" fill="url(#land{i})"/><rect y="{y:.0}" width="{width}" height="{deep:.0}" fill="url(#mist)" opacity="{}"/>"##,
        if i == 2 { 0.0 } else { 0.8 }
    )
}

fn mountains(seed: &mut Seed, _: &Light, width: f64, height: f64) -> String {
    let mut scene = String::new();
    for (i, (foot, tall)) in [(0.7, 0.36), (0.82, 0.3), (1.0, 0.3)].into_iter().enumerate() {
        let path = ridge(seed, width, height * foot, height.min(width) * tall, height);
        scene += &layer(&path, i, width, height * (foot - 0.16), height * 0.18);
    }
    scene
}

fn sea(seed: &mut Seed, light: &Light, width: f64, height: f64, lamp: f64) -> String {
    let horizon = height * 0.64;
    let far = ridge(seed, width, horizon, height * 0.09, horizon);
    let shine = glitter(seed, lamp, horizon + 3.0, height, width * 0.075, light.lamp, 0.75);
    let near = ridge(seed, width, height * 1.05, height * 0.2, height * 1.1);
    format!(
        r##"<path d="{far}" fill="url(#land1)"/><rect y="{horizon:.0}" width="{width}" height="{:.0}" fill="url(#deep)"/>{shine}<path d="{near}" fill="url(#land2)"/>"##,
        height - horizon
    )
}

fn city(seed: &mut Seed, light: &Light, width: f64, height: f64) -> String {
    let mut scene = String::new();
    for (i, base) in [0.52, 0.42, 0.26].into_iter().enumerate() {
        let mut x = -10.0;
        while x < width {
            let (wide, tall) =
                (seed.between(0.035, 0.085) * width.max(900.0), height * base * seed.between(0.45, 1.05));
            let top = height - tall;
            scene += &format!(
                r##"<rect x="{x:.0}" y="{top:.0}" width="{wide:.0}" height="{tall:.0}" fill="{}"/>"##,
                light.land[i]
            );
            scene += &windows(seed, light, x, top, wide, tall.min(height * 0.34), i);
            x += wide + seed.between(-4.0, 14.0);
        }
        scene += &format!(
            r##"<rect y="{:.0}" width="{width}" height="{:.0}" fill="url(#mist)" opacity="{}"/>"##,
            height * 0.62,
            height * 0.38,
            if i == 2 { 0.0 } else { 0.45 }
        );
    }
    scene
}

fn windows(seed: &mut Seed, light: &Light, x: f64, top: f64, wide: f64, tall: f64, layer: usize) -> String {
    let mut lit = String::new();
    let step = 17.0 + 5.0 * layer as f64;
    for column in 1..(wide / step) as usize {
        for row in 1..(tall / step) as usize {
            if seed.part() < 0.24 {
                lit += &format!(
                    r##"<rect x="{:.0}" y="{:.0}" width="6" height="9" opacity="{:.2}"/>"##,
                    x + column as f64 * step,
                    top + row as f64 * step,
                    seed.between(0.25, 0.95)
                );
            }
        }
    }
    format!(r##"<g fill="{}">{lit}</g>"##, light.lamp)
}

fn dunes(seed: &mut Seed, _: &Light, width: f64, height: f64) -> String {
    let mut scene = String::new();
    for (i, y) in [0.62, 0.74, 0.88].into_iter().enumerate() {
        let (y, crest) = (height * y, seed.between(0.2, 0.8) * width);
        let rise = height * seed.between(0.07, 0.14);
        let path = format!(
            "M0 {:.0}C{:.0} {:.0} {:.0} {:.0} {crest:.0} {:.0}C{:.0} {:.0} {:.0} {:.0} {width} {:.0}V{height}H0Z",
            y + rise * 0.4,
            crest * 0.4,
            y + rise * 0.3,
            crest * 0.8,
            y - rise,
            y - rise,
            crest + width * 0.1,
            y - rise * 0.7,
            crest + width * 0.2,
            y + rise,
            y + rise * 0.3
        );
        let lee = format!(
            "M{crest:.0} {:.0}C{:.0} {:.0} {:.0} {:.0} {:.0} {height}L{width} {height}L{width} {:.0}C{:.0} {:.0} {:.0} {:.0} {crest:.0} {:.0}Z",
            y - rise,
            crest - width * 0.03,
            y + rise,
            crest + width * 0.06,
            y + rise * 2.0,
            crest + width * 0.02,
            y + rise * 0.3,
            crest + width * 0.2,
            y + rise,
            crest + width * 0.1,
            y - rise * 0.7,
            y - rise
        );
        scene += &format!(
            r##"<path d="{path}" fill="url(#land{i})"/><path d="{lee}" fill="#000" opacity=".22"/>"##
        );
    }
    scene
}

fn forest(seed: &mut Seed, light: &Light, width: f64, height: f64) -> String {
    let mut scene = String::new();
    for (i, count) in [26, 15, 7].into_iter().enumerate() {
        let mut trunks = String::new();
        for n in 0..count {
            let x = (f64::from(n) + seed.part()) / f64::from(count) * width;
            let thick = width.max(1000.0) * (0.004 + 0.008 * i as f64) * seed.between(0.6, 1.3);
            let lean = seed.between(-30.0, 30.0);
            trunks +=
                &format!("M{x:.0} {height}L{:.0} 0h{:.0}L{:.0} {height}Z", x + lean, thick * 0.6, x + thick);
            let (branch, reach) = (height * seed.between(0.15, 0.6), seed.between(-0.1, 0.1) * width);
            trunks += &format!(
                "M{x:.0} {:.0}q{:.0} -20 {reach:.0} -90q{:.0} 60 {:.0} 104Z",
                branch,
                reach * 0.6,
                -reach * 0.4,
                -reach
            );
        }
        scene += &format!(
            r##"<path d="{trunks}" fill="{}"/><rect y="{:.0}" width="{width}" height="{:.0}" fill="url(#mist)" opacity="{}"/>"##,
            light.land[i],
            height * 0.3,
            height * 0.7,
            0.9 - 0.35 * i as f64
        );
    }
    let ground = ridge(seed, width, height, height * 0.1, height);
    scene + &format!(r##"<path d="{ground}" fill="url(#land2)"/>"##)
}

fn orbit(seed: &mut Seed, light: &Light, width: f64, height: f64) -> String {
    let (x, y, r) = (width * seed.between(0.3, 0.7), height * 1.05, width.max(height) * 0.5);
    let mut rings = String::new();
    for i in 0..5 {
        let wide = r * (1.16 + 0.09 * f64::from(i));
        rings += &format!(
            r##"<ellipse cx="{x:.0}" cy="{:.0}" rx="{wide:.0}" ry="{:.0}" opacity="{:.2}"/>"##,
            y - r * 0.62,
            wide * 0.17,
            0.7 - 0.12 * f64::from(i)
        );
    }
    format!(
        r##"<g fill="none" stroke="{lamp}" stroke-width="3">{rings}</g><circle cx="{x:.0}" cy="{y:.0}" r="{r:.0}" fill="url(#land0)"/><circle cx="{x:.0}" cy="{:.0}" r="{r:.0}" fill="{dark}" opacity=".72"/><path d="M{:.0} {height}l14 -64l6 -34l6 34l14 64z" fill="{lamp}"/>"##,
        y + r * 0.05,
        x - 20.0,
        lamp = light.lamp,
        dark = light.land[2],
    )
}
