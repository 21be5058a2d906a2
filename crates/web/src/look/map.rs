//! A map drawn on the server: land and two rivers from shapes in the repository, circles for places.
//!
//! It draws coasts and rivers and no border of any kind. `map/land.txt` is cut and simplified from Natural Earth's
//! 1:50m land (public domain, naturalearthdata.com), as the npm package `world-atlas` 2.0.2 (ISC) carries it: a ring a
//! line, points in hundredths of a degree east and north. The rivers are drawn by hand through the cities on their
//! banks. Degrees lie on the sheet as on an equirectangular map whose middle latitude is true.

use super::chart::{Paint, Sheet, both_with_links, key, text, width_of};
use maud::{Markup, html};
use std::sync::LazyLock;

static LAND: LazyLock<Vec<Vec<Point>>> =
    LazyLock::new(|| include_str!("map/land.txt").lines().map(ring).collect());

/// Degrees east and north, or places on a sheet.
type Point = (f64, f64);

#[rustfmt::skip]
const RIVERS: [&[Point]; 2] = [
    // 长江, the Yangtze.
    &[(97.2, 32.9), (98.6, 30.4), (99.2, 27.6), (100.2, 26.9), (101.7, 26.5), (103.0, 27.3), (104.6, 28.8), (105.4, 28.9), (106.55, 29.56), (107.4, 29.7), (108.4, 30.8), (110.0, 31.0), (111.3, 30.7), (112.2, 30.3), (113.1, 29.5), (114.3, 30.6), (115.0, 30.2), (116.0, 29.7), (117.0, 30.5), (118.4, 31.3), (118.8, 32.1), (119.4, 32.2), (120.3, 31.9), (121.9, 31.4)],
    // 黄河, the Yellow River.
    &[(98.2, 34.9), (100.0, 33.8), (101.0, 34.4), (100.2, 36.0), (102.0, 35.8), (103.8, 36.06), (105.2, 37.5), (106.3, 38.5), (106.8, 39.7), (107.4, 40.7), (109.9, 40.6), (111.2, 40.2), (110.6, 38.0), (110.4, 36.1), (110.3, 34.6), (112.4, 34.9), (113.6, 34.95), (114.4, 34.9), (115.6, 35.7), (117.0, 36.75), (118.0, 37.4), (119.1, 37.75)],
];

/// The least that a map shows, in degrees, so that two neighbours do not fill it.
const SPAN_MIN: f64 = 7.0;
/// Between the outermost circles and the edge, as a part of the span.
const MARGIN: f64 = 0.13;

fn ring(line: &str) -> Vec<Point> {
    let number = |text: &str| text.parse::<f64>().unwrap_or_default() / 100.0;
    line.split(' ').filter_map(|pair| pair.split_once(',')).map(|(x, y)| (number(x), number(y))).collect()
}

/// A place on the map.
#[derive(Clone, Debug)]
pub struct Spot<'a> {
    pub name: &'a str,
    /// Degrees east and north.
    pub longitude: f64,
    pub latitude: f64,
    /// The circle's area.
    pub size: f64,
    pub paint: Paint,
    /// What stands beside the name, so that colour is not alone; may be empty.
    pub mark: String,
    /// Everything there is to say of it.
    pub says: String,
    pub href: String,
}

pub struct Map<'a> {
    pub title: &'a str,
    pub says: &'a str,
    /// What the colours mean.
    pub keys: Vec<(&'a str, Paint)>,
    pub spots: Vec<Spot<'a>>,
}

impl Map<'_> {
    pub fn render(&self) -> Markup {
        let names: Vec<(&str, String)> =
            self.keys.iter().map(|(name, paint)| (*name, format!("{} fill", paint.class()))).collect();
        html! { (key(&names)) (both_with_links(self.title, self.says, 500.0, |sheet| self.drawn(sheet))) }
    }

    fn drawn(&self, sheet: Sheet) -> String {
        let view = Outlook::over(sheet, &self.spots);
        let mut spots: Vec<&Spot> = self.spots.iter().collect();
        spots.sort_by(|a, b| b.size.total_cmp(&a.size));
        [view.ground(), self.circles(&view, &spots), labels(&view, &spots)].concat()
    }

    /// The largest beneath, so that the small ones can be touched.
    fn circles(&self, view: &Outlook, spots: &[&Spot]) -> String {
        let circle = |spot: &&Spot| {
            let ((x, y), radius) = view.circle(spot);
            html! {
                a href=(spot.href) aria-label=(spot.says) {
                    title { (spot.says) }
                    circle class={ "spot " (spot.paint.class()) } cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r=(format!("{radius:.1}")) {}
                    circle class="tip" cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r=(format!("{:.1}", radius.max(TOUCH / 2.0))) {}
                }
            }
            .into_string()
        };
        spots.iter().map(circle).collect()
    }
}

/// What a finger needs.
const TOUCH: f64 = 44.0;

/// What part of the world lies on a sheet.
struct Outlook {
    sheet: Sheet,
    middle: Point,
    /// Units of the sheet per degree north, and per degree east.
    scale: Point,
    largest: f64,
}

impl Outlook {
    fn over(sheet: Sheet, spots: &[Spot]) -> Outlook {
        let (west, east) = ends(spots.iter().map(|spot| spot.longitude), 112.0);
        let (south, north) = ends(spots.iter().map(|spot| spot.latitude), 32.0);
        let middle = ((west + east) / 2.0, (south + north) / 2.0);
        let shrink = middle.1.to_radians().cos();
        let across = (east - west).max(SPAN_MIN) * (1.0 + 2.0 * MARGIN) * shrink;
        let upright = (north - south).max(SPAN_MIN) * (1.0 + 2.0 * MARGIN);
        let north_scale = (sheet.width / across).min(sheet.height / upright);
        let largest = spots.iter().map(|spot| spot.size).fold(f64::MIN_POSITIVE, f64::max);
        Outlook { sheet, middle, scale: (north_scale * shrink, north_scale), largest }
    }

    fn at(&self, (longitude, latitude): Point) -> Point {
        (
            self.sheet.width / 2.0 + (longitude - self.middle.0) * self.scale.0,
            self.sheet.height / 2.0 - (latitude - self.middle.1) * self.scale.1,
        )
    }

    fn circle(&self, spot: &Spot) -> (Point, f64) {
        let most = if self.sheet.narrow() { 17.0 } else { 24.0 };
        let radius = 4.0 + most * (spot.size.max(0.0) / self.largest).sqrt();
        (self.at((spot.longitude, spot.latitude)), radius)
    }

    /// Water, land, rivers.
    fn ground(&self) -> String {
        let (width, height) = (self.sheet.width, self.sheet.height);
        let land: String = LAND.iter().map(|ring| self.path(ring)).collect();
        let rivers: String = RIVERS.iter().map(|river| self.river(river)).collect();
        format!(
            r##"<rect class="map-water" width="{width:.0}" height="{height:.0}" rx="8"/><path class="map-land" d="{land}"/>{rivers}"##
        )
    }

    /// A ring, cut to the sheet; nothing when none of it is there.
    fn path(&self, ring: &[Point]) -> String {
        let mut points: Vec<Point> = ring.iter().map(|point| self.at(*point)).collect();
        for side in Side::ALL {
            points = side.cut(&points, self.sheet);
        }
        let mut whole: Vec<(i64, i64)> =
            points.iter().map(|(x, y)| (x.round() as i64, y.round() as i64)).collect();
        whole.dedup();
        if whole.len() < 3 {
            return String::new();
        }
        let steps: String = whole.iter().skip(1).map(|(x, y)| format!("L{x} {y}")).collect();
        format!("M{} {}{steps}Z", whole[0].0, whole[0].1)
    }

    /// Through the middles between its points, each point bending the way: a river has no corners.
    fn river(&self, river: &[Point]) -> String {
        let points: Vec<Point> = river.iter().map(|point| self.at(*point)).collect();
        let mut path = String::new();
        for bend in points.windows(3) {
            let [before, at, after] = [bend[0], bend[1], bend[2]];
            let middle = |a: Point, b: Point| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
            let (from, to) = (middle(before, at), middle(at, after));
            let on_sheet = [from, at, to]
                .iter()
                .all(|(x, y)| (0.0..=self.sheet.width).contains(x) && (0.0..=self.sheet.height).contains(y));
            if on_sheet {
                path +=
                    &format!("M{:.0} {:.0}Q{:.0} {:.0} {:.0} {:.0}", from.0, from.1, at.0, at.1, to.0, to.1);
            }
        }
        format!(r##"<path class="map-river" d="{path}"/>"##)
    }
}

/// The smallest and the largest; the same when there is none.
fn ends(values: impl Iterator<Item = f64> + Clone, none: f64) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    if low > high { (none, none) } else { (low, high) }
}

/// A side of the sheet that a ring is cut at (Sutherland and Hodgman 1974).
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl Side {
    const ALL: [Side; 4] = [Side::Left, Side::Right, Side::Top, Side::Bottom];

    /// How far inside a point lies; negative outside.
    fn inside(self, (x, y): Point, sheet: Sheet) -> f64 {
        match self {
            Side::Left => x,
            Side::Right => sheet.width - x,
            Side::Top => y,
            Side::Bottom => sheet.height - y,
        }
    }

    fn cut(self, ring: &[Point], sheet: Sheet) -> Vec<Point> {
        let mut cut = Vec::with_capacity(ring.len());
        for (i, to) in ring.iter().enumerate() {
            let from = &ring[(i + ring.len() - 1) % ring.len()];
            let (before, here) = (self.inside(*from, sheet), self.inside(*to, sheet));
            if (before < 0.0) != (here < 0.0) {
                let part = before / (before - here);
                cut.push((from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part));
            }
            if here >= 0.0 {
                cut.push(*to);
            }
        }
        cut
    }
}

/// Left, top, right, bottom.
type Frame = [f64; 4];

fn touch(a: &Frame, b: &Frame) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// Names where there is room for them: beside, above or beneath the circle; the largest first.
fn labels(view: &Outlook, spots: &[&Spot]) -> String {
    let circle = |spot: &&Spot| {
        let ((x, y), r) = view.circle(spot);
        [x - r, y - r, x + r, y + r]
    };
    let circles: Vec<Frame> = spots.iter().map(circle).collect();
    let mut written: Vec<Frame> = Vec::new();
    let mut drawn = String::new();
    for (i, spot) in spots.iter().enumerate() {
        let ((x, y), r) = view.circle(spot);
        let words =
            if spot.mark.is_empty() { spot.name.to_owned() } else { format!("{} {}", spot.name, spot.mark) };
        // The letters are bold.
        let wide = width_of(&words, 15.0) + 6.0;
        let places = [
            (x + r + 5.0, y + 5.0),
            (x - r - 5.0 - wide, y + 5.0),
            (x - wide / 2.0, y - r - 6.0),
            (x - wide / 2.0, y + r + 16.0),
            (x + r - wide, y - r - 6.0),
            (x + r - wide, y + r + 16.0),
            (x - r, y - r - 6.0),
            (x - r, y + r + 16.0),
        ];
        let frame = |(left, foot): &Point| [*left, foot - 13.0, left + wide, foot + 4.0];
        let is_free = |place: &&Point| {
            let frame = frame(place);
            let on_sheet = frame[0] >= 2.0
                && frame[1] >= 2.0
                && frame[2] <= view.sheet.width - 2.0
                && frame[3] <= view.sheet.height - 2.0;
            let others = circles.iter().enumerate().filter(|(other, _)| *other != i).map(|(_, frame)| frame);
            on_sheet && !written.iter().chain(others).any(|other| touch(other, &frame))
        };
        if let Some(place) = places.iter().find(is_free) {
            written.push(frame(place));
            drawn += &text(place.0, place.1, "value map-label", &words);
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(name: &str, longitude: f64, latitude: f64, size: f64) -> Spot<'_> {
        Spot {
            name,
            longitude,
            latitude,
            size,
            paint: Paint::Jade,
            mark: "+12%".into(),
            says: format!("<{name}>"),
            href: format!("/{name}"),
        }
    }

    /// Whether a point lies in one of the rings, by counting the edges that a ray to the east crosses.
    fn is_land((x, y): Point) -> bool {
        let crosses =
            |a: &Point, b: &Point| (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0);
        let count = |ring: &Vec<Point>| {
            (0..ring.len()).filter(|i| crosses(&ring[*i], &ring[(i + 1) % ring.len()])).count()
        };
        LAND.iter().map(count).sum::<usize>() % 2 == 1
    }

    #[test]
    fn inland_cities_lie_on_land_and_the_sea_does_not() {
        for city in [
            (116.41, 39.90),
            (104.07, 30.57),
            (114.31, 30.59),
            (87.6, 43.8),
            (91.1, 29.65),
            (110.2, 19.6),
            (121.0, 23.8),
        ] {
            assert!(is_land(city), "{city:?}");
        }
        for sea in [(123.5, 35.0), (119.5, 39.0), (115.0, 15.0), (130.0, 25.0)] {
            assert!(!is_land(sea), "{sea:?}");
        }
    }

    #[test]
    fn every_place_is_a_circle_that_leads_somewhere() {
        let spots = vec![spot("Shanghai", 121.47, 31.23, 9.0), spot("Beijing", 116.41, 39.9, 4.0)];
        let map = Map {
            title: "<t>",
            says: "",
            keys: vec![("above", Paint::Jade), ("below", Paint::Cinnabar)],
            spots,
        };
        let drawn = map.render().into_string();
        assert_eq!(drawn.matches("href=\"/Shanghai\"").count(), 3, "on every sheet");
        assert!(
            drawn.contains("Shanghai +12%")
                && drawn.contains("&lt;Beijing&gt;")
                && drawn.contains("map-land")
        );
        assert!(!drawn.contains("<t>") && !drawn.contains("NaN") && !drawn.contains(" style="));
        assert!(drawn.len() < 60_000, "{}", drawn.len());
    }

    #[test]
    fn east_is_right_north_is_up_and_areas_are_sizes() {
        let spots = vec![spot("a", 121.0, 31.0, 4.0), spot("b", 116.0, 40.0, 1.0)];
        let sheet = Sheet { width: 1000.0, height: 500.0, class: "" };
        let view = Outlook::over(sheet, &spots);
        let ((ax, ay), a) = view.circle(&spots[0]);
        let ((bx, by), b) = view.circle(&spots[1]);
        assert!(ax > bx && ay > by);
        assert!(((a - 4.0) / (b - 4.0) - 2.0).abs() < 1e-9, "four times the area is twice the radius");
        assert!(
            [ax, bx].iter().all(|x| (0.0..1000.0).contains(x))
                && [ay, by].iter().all(|y| (0.0..500.0).contains(y))
        );
    }

    #[test]
    fn names_do_not_lie_on_each_other() {
        let near: Vec<Spot> =
            (0..12).map(|i| spot("Guangzhou", 113.0 + f64::from(i) * 0.1, 23.0, 5.0)).collect();
        let drawn = Map { title: "", says: "", keys: vec![], spots: near }.render().into_string();
        assert!(drawn.matches("map-label").count() < 3 * 12);
        assert_eq!(drawn.matches("class=\"spot").count(), 3 * 12, "a circle needs no name");
        let none = Map { title: "", says: "", keys: vec![], spots: vec![] }.render().into_string();
        assert!(!none.contains("NaN"));
    }
}
