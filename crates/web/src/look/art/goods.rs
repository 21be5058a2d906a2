//! Pictures of licensed goods, and the marks of the places that sell them.

use super::pen::{Drawing, Seed, down, glow};
use super::river;

const SERIF: &str = "font-family=\"'Noto Serif CJK SC','Songti SC',STSong,SimSun,serif\" font-weight=\"700\" text-anchor=\"middle\"";

/// A product on a paper table, 800 × 800.
pub fn product(kind: &str) -> String {
    let (table, thing) = match kind {
        "print" => ("cool", print()),
        "mug" => ("warm", mug()),
        "pin" => ("night", pin()),
        "scarf" => ("warm", scarf()),
        "soundtrack" => ("night", soundtrack()),
        "tote" => ("cool", tote()),
        "case" => ("warm", case()),
        "notebook" => ("cool", notebook()),
        other => ("warm", parcel(other)),
    };
    Drawing { width: 800.0, height: 800.0, defs: defs(table), body: format!("{TABLE}{thing}") }.document()
}

const TABLE: &str = r##"<rect width="800" height="800" fill="url(#wall)"/><rect y="560" width="800" height="240" fill="url(#table)"/><circle cx="240" cy="170" r="420" fill="url(#light)"/>"##;

fn defs(table: &str) -> String {
    let (high, low, near) = match table {
        "cool" => ("#dfe6e0", "#c3cfca", "#aebdb8"),
        "night" => ("#1d3b45", "#102a33", "#0a1c24"),
        _ => ("#f1e6d2", "#e2d2b6", "#cfbb99"),
    };
    [
        down("wall", &[(0.0, high, 1.0), (0.7, low, 1.0), (1.0, low, 1.0)]),
        down("table", &[(0.0, near, 0.9), (1.0, high, 1.0)]),
        glow("light", &[(0.0, "#fff4d8", if table == "night" { 0.22 } else { 0.75 }), (1.0, "#fff4d8", 0.0)]),
        glow("shade", &[(0.0, "#0a1418", 0.55), (0.55, "#0a1418", 0.25), (1.0, "#0a1418", 0.0)]),
        glow("gold", &[(0.0, "#fff0c2", 1.0), (0.6, "#e8b04b", 1.0), (1.0, "#a76c1d", 1.0)]),
        r##"<linearGradient id="round"><stop offset="0" stop-color="#000" stop-opacity=".45"/><stop offset=".22" stop-color="#000" stop-opacity=".08"/><stop offset=".36" stop-color="#fff" stop-opacity=".26"/><stop offset=".55" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".5"/></linearGradient><linearGradient id="sheen" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".3"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/></linearGradient>"##.into(),
    ]
    .concat()
}

fn shade(x: f64, y: f64, wide: f64, deep: f64) -> String {
    format!(r##"<ellipse cx="{x}" cy="{y}" rx="{wide}" ry="{deep}" fill="url(#shade)"/>"##)
}

fn print() -> String {
    let scene = river::print("k", 420.0, 560.0).placed(214.0, 104.0, 372.0, 500.0);
    format!(
        r##"<rect x="188" y="86" width="440" height="572" fill="#0a1418" opacity=".2"/>{}<rect x="176" y="66" width="448" height="576" fill="#1b1410"/><rect x="188" y="78" width="424" height="552" fill="#fbf6ea"/>{scene}<path d="M176 66h448L176 500z" fill="url(#sheen)" opacity=".5"/>"##,
        shade(400.0, 662.0, 300.0, 34.0)
    )
}

fn mug() -> String {
    let scene = river::print("k", 520.0, 420.0).placed(220.0, 250.0, 330.0, 390.0);
    format!(
        r##"{}<path d="M540 330C690 310 690 560 530 552" fill="none" stroke="#0c2730" stroke-width="42"/><path d="M540 330C690 310 690 560 530 552" fill="none" stroke="#2b5964" stroke-width="10" opacity=".6"/><clipPath id="cup"><path d="M220 240H550V590C550 632 470 648 385 648S220 632 220 590Z"/></clipPath><g clip-path="url(#cup)"><rect x="220" y="230" width="330" height="430" fill="#0f2f39"/>{scene}<rect x="220" y="230" width="330" height="430" fill="url(#round)"/></g><ellipse cx="385" cy="242" rx="165" ry="32" fill="#f4ead3"/><ellipse cx="385" cy="247" rx="149" ry="24" fill="#3a2416"/><ellipse cx="360" cy="246" rx="90" ry="12" fill="#7a4d2a" opacity=".5"/><path d="M340 196c-22-36 22-52 0-92M410 190c-22-36 22-52 0-92" fill="none" stroke="#fff" stroke-width="9" stroke-linecap="round" opacity=".34"/>"##,
        shade(400.0, 650.0, 260.0, 40.0)
    )
}

fn pin() -> String {
    let scene = river::print("k", 420.0, 420.0).placed(218.0, 198.0, 364.0, 364.0);
    format!(
        r##"{}<rect x="150" y="120" width="500" height="560" rx="14" fill="#f3e7ce"/><circle cx="400" cy="150" r="13" fill="#0d2029" opacity=".5"/><circle cx="400" cy="388" r="206" fill="#0a1418" opacity=".25"/><circle cx="400" cy="380" r="202" fill="url(#gold)"/><clipPath id="enamel"><circle cx="400" cy="380" r="182"/></clipPath><g clip-path="url(#enamel)">{scene}</g><circle cx="400" cy="380" r="182" fill="none" stroke="#f4cf7e" stroke-width="5"/><path d="M260 300A165 165 0 0 1 420 215" fill="none" stroke="#fff" stroke-width="15" stroke-linecap="round" opacity=".5"/><text x="400" y="646" {SERIF} font-size="30" fill="#22343a">摆渡人 · THE FERRYMAN</text>"##,
        shade(400.0, 690.0, 310.0, 34.0)
    )
}

fn scarf() -> String {
    let scene = river::print("k", 460.0, 620.0).placed(250.0, 190.0, 230.0, 400.0);
    format!(
        r##"{shade}<path d="M190 250C190 130 610 130 610 250C610 340 520 366 400 366S190 340 190 250Z" fill="#12404a"/><path d="M250 240C260 180 540 180 550 240C540 292 480 302 400 302S260 292 250 240Z" fill="#0a2731"/><path d="M196 268C240 350 560 350 604 268" fill="none" stroke="#e8a94a" stroke-width="9"/><path d="M204 300C262 376 540 376 596 300" fill="none" stroke="#f2dfb6" stroke-width="3"/><clipPath id="fall"><path d="M286 320C250 420 252 560 238 668L430 680C432 560 470 450 478 330Z"/></clipPath><g clip-path="url(#fall)"><rect x="220" y="300" width="280" height="400" fill="#12404a"/>{scene}<path d="M238 610L430 622M238 628L430 640" stroke="#e8a94a" stroke-width="8"/><rect x="220" y="300" width="280" height="400" fill="url(#round)" opacity=".7"/></g><path d="M420 326C450 430 520 520 540 604L650 566C618 470 560 400 520 320Z" fill="#0f3640"/><path d="M528 566l108-38" stroke="#e8a94a" stroke-width="8"/><path d="{fringe}" stroke="#f2dfb6" stroke-width="4"/>"##,
        shade = shade(420.0, 690.0, 280.0, 36.0),
        fringe = (0..16)
            .map(|i| format!("M{} {}v34", 240 + i * 12, 668 + i))
            .chain((0..10).map(|i| format!("M{} {}l8 30", 544 + i * 11, 604 - i * 4)))
            .collect::<String>(),
    )
}

fn soundtrack() -> String {
    let scene = river::print("k", 440.0, 440.0).placed(130.0, 170.0, 420.0, 420.0);
    let grooves: String =
        (0..13).map(|i| format!(r##"<circle cx="540" cy="380" r="{}"/>"##, 86 + i * 9)).collect();
    format!(
        r##"{}<circle cx="540" cy="380" r="204" fill="#07090b"/><g fill="none" stroke="#3a4448" stroke-width="1.5">{grooves}</g><path d="M540 380L700 262A204 204 0 0 1 732 310ZM540 380L380 498A204 204 0 0 1 348 450Z" fill="#fff" opacity=".1"/><circle cx="540" cy="380" r="70" fill="#e8a94a"/><circle cx="540" cy="380" r="9" fill="#07090b"/><rect x="130" y="170" width="420" height="420" fill="#0d2a33"/>{scene}<path d="M130 170h420L130 470z" fill="url(#sheen)" opacity=".6"/><text x="240" y="246" {SERIF} font-size="46" fill="#f7ead0">摆渡人</text><text x="172" y="560" font-family="Georgia,serif" font-size="20" letter-spacing="4" fill="#f7ead0">ORIGINAL SOUNDTRACK</text>"##,
        shade(420.0, 606.0, 340.0, 32.0)
    )
}

fn tote() -> String {
    let scene = river::print("k", 340.0, 340.0).placed(286.0, 376.0, 228.0, 228.0);
    format!(
        r##"{}<path d="M310 280C310 60 490 60 490 280" fill="none" stroke="#cdb88f" stroke-width="26"/><path d="M300 280C300 50 500 50 500 280" fill="none" stroke="#f6ecd4" stroke-width="22"/><path d="M200 262H600L626 672C630 690 170 690 174 672Z" fill="#f6ecd4"/><path d="M200 262H260C250 420 236 560 238 684L174 676Z" fill="#000" opacity=".07"/><path d="M600 262H560C566 430 590 560 584 684L626 676Z" fill="#000" opacity=".1"/><path d="M198 292H602" stroke="#cdb88f" stroke-width="3" stroke-dasharray="9 6"/><clipPath id="sun"><circle cx="400" cy="490" r="114"/></clipPath><g clip-path="url(#sun)">{scene}</g><text x="400" y="352" {SERIF} font-size="44" fill="#16313a">摆渡人</text><text x="400" y="648" font-family="Georgia,serif" font-size="17" letter-spacing="6" text-anchor="middle" fill="#16313a">THE FERRYMAN</text>"##,
        shade(400.0, 684.0, 290.0, 36.0)
    )
}

fn case() -> String {
    let scene = river::print("k", 320.0, 640.0).placed(252.0, 90.0, 296.0, 580.0);
    format!(
        r##"{}<g transform="rotate(7 400 400)"><rect x="262" y="102" width="296" height="580" rx="48" fill="#0a1418" opacity=".3"/><clipPath id="back"><rect x="252" y="90" width="296" height="580" rx="46"/></clipPath><g clip-path="url(#back)">{scene}<path d="M252 90h296L252 560z" fill="url(#sheen)" opacity=".7"/></g><rect x="252" y="90" width="296" height="580" rx="46" fill="none" stroke="#f2d9a0" stroke-width="5" opacity=".8"/><rect x="274" y="112" width="118" height="118" rx="32" fill="#0a161b"/><circle cx="312" cy="150" r="21" fill="#22363d"/><circle cx="312" cy="150" r="9" fill="#5f8790"/><circle cx="354" cy="192" r="21" fill="#22363d"/><circle cx="354" cy="192" r="9" fill="#5f8790"/><circle cx="356" cy="148" r="8" fill="#f5e5bd"/></g>"##,
        shade(390.0, 690.0, 220.0, 34.0)
    )
}

fn notebook() -> String {
    let scene = river::print("k", 420.0, 420.0).placed(240.0, 250.0, 350.0, 300.0);
    format!(
        r##"{}<g transform="rotate(-5 400 400)"><rect x="212" y="112" width="420" height="570" rx="10" fill="#0a1418" opacity=".25"/><rect x="206" y="106" width="420" height="566" rx="8" fill="#fbf6ea"/><path d="M620 112v556M614 112v556" stroke="#d9ccb0" stroke-width="2"/><rect x="192" y="98" width="420" height="568" rx="10" fill="#143b45"/><rect x="192" y="98" width="44" height="568" fill="#0c2831"/>{scene}<rect x="240" y="250" width="350" height="300" fill="none" stroke="#e8b65c" stroke-width="3"/><text x="416" y="200" {SERIF} font-size="52" fill="#f2d9a0">摆渡人</text><text x="416" y="610" font-family="Georgia,serif" font-size="18" letter-spacing="5" text-anchor="middle" fill="#f2d9a0">NIGHT CROSSINGS</text><rect x="560" y="98" width="14" height="568" fill="#c9892f"/><path d="M470 666v64l-11-14-11 14v-64z" fill="#b8402c"/></g>"##,
        shade(410.0, 690.0, 270.0, 36.0)
    )
}

fn parcel(seed: &str) -> String {
    let mut seed = Seed::of(seed);
    let ribbon = ["#b8402c", "#c9892f", "#1f6a5a", "#2b5964"][seed.pick(4)];
    format!(
        r##"{}<path d="M210 330L400 270L590 330V610L400 680L210 610Z" fill="#d9c194"/><path d="M210 330L400 396V680L210 610Z" fill="#c3a874"/><path d="M210 330L400 270L590 330L400 396Z" fill="#ecdab4"/><path d="M290 304L484 366V650L512 639V357L318 295Z" fill="{ribbon}"/><path d="M400 330c-70-90-130-20 0 0c130-20 70-90 0 0z" fill="{ribbon}"/>"##,
        shade(400.0, 676.0, 260.0, 36.0)
    )
}

/// The round mark of a place: `shop`, `club`, `music` or `market`.
pub fn mark(kind: &str) -> String {
    let (ground, drawing) = match kind {
        "shop" => (
            "#143b45",
            r##"<path d="M58 84h84l-8 66H66z" fill="#f7ecd6"/><path d="M80 84V72a20 20 0 0 1 40 0v12" fill="none" stroke="#f2b24c" stroke-width="8"/><path d="M76 122c12 18 36 18 48 0z" fill="#143b45"/>"##,
        ),
        "club" => (
            "#7c2a22",
            r##"<circle cx="100" cy="88" r="40" fill="#f2b24c"/><path d="M46 120c28 42 80 42 108 0z" fill="#f7ecd6"/><path d="M104 52v62h34c0-26-12-48-34-62zM96 66v48H68c4-20 14-36 28-48z" fill="#7c2a22"/>"##,
        ),
        "music" => (
            "#23325e",
            r##"<path d="M84 132V64l52-12v66" fill="none" stroke="#f7ecd6" stroke-width="9" stroke-linejoin="round"/><ellipse cx="70" cy="134" rx="18" ry="14" fill="#f2b24c"/><ellipse cx="122" cy="120" rx="18" ry="14" fill="#f2b24c"/><path d="M40 160c20-10 30 8 50 0s30-8 70 2" fill="none" stroke="#7fa3b8" stroke-width="5"/>"##,
        ),
        _ => (
            "#c9892f",
            r##"<path d="M50 90l14-34h72l14 34M60 96v54h80V96" fill="none" stroke="#fff6e0" stroke-width="9" stroke-linejoin="round"/><path d="M50 90a16 16 0 0 0 33 0 17 17 0 0 0 34 0 16 16 0 0 0 33 0" fill="#143b45"/><rect x="86" y="118" width="28" height="32" fill="#143b45"/>"##,
        ),
    };
    round(ground, drawing)
}

/// A round seal for any other name: waves and a light, in a colour of its own.
pub fn seal(name: &str) -> String {
    let mut seed = Seed::of(name);
    let ground = ["#143b45", "#7c2a22", "#23325e", "#4a5a2a", "#5a2b52", "#8a5a1f"][seed.pick(6)];
    let (x, y, r) = (seed.between(70.0, 130.0), seed.between(58.0, 84.0), seed.between(16.0, 28.0));
    let waves: String = (0..3)
        .map(|i| {
            let lift = seed.between(8.0, 22.0);
            format!(
                r##"<path d="M-10 {y}q55 -{lift:.0} 110 0t110 0v100H-10z" fill="#f7ecd6" opacity="{:.2}"/>"##,
                0.25 + 0.3 * f64::from(i),
                y = 112 + i * 20
            )
        })
        .collect();
    round(ground, &format!(r##"<circle cx="{x:.0}" cy="{y:.0}" r="{r:.0}" fill="#f2b24c"/>{waves}"##))
}

fn round(ground: &str, drawing: &str) -> String {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="200" height="200"><defs><clipPath id="round"><circle cx="100" cy="100" r="100"/></clipPath></defs><g clip-path="url(#round)"><rect width="200" height="200" fill="{ground}"/>{drawing}</g></svg>"##
    )
}
