//! Whoever has only a keyboard, and whoever runs no script, gets as far as everybody else.

use crate::window::Window;
use crate::{choose_showtime, visit};

const TAB: char = '\u{e004}';
/// Stops of one page, at most.
const STOPS_MAX: usize = 200;

/// What is wrong with where the keyboard stands; `null` at the page's end, nothing where all is well.
const STOP: &str = "
    const here = document.activeElement;
    if (!here || here === document.body) return null;
    const name = `${here.tagName.toLowerCase()} “${(here.ariaLabel || here.textContent).trim().slice(0, 40)}”`;
    const ringed = (one) => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
    if (!ringed(here) && !ringed(here.nextElementSibling)) return [`${name} does not show that it is chosen`];
    const box = here.getBoundingClientRect();
    const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return seen ? [] : [`${name} is out of sight`];";

/// Walks a page from its first stop to its end.
async fn wrong_stops(window: &Window) -> Vec<String> {
    let path = window.path().await;
    let mut wrong = Vec::new();
    for stop in 0..STOPS_MAX {
        window.press(TAB).await;
        let said = window.client.execute(STOP, vec![]).await.expect("an answer");
        let Some(said) = said.as_array() else { return wrong };
        wrong.extend(said.iter().map(|one| format!("{path}: stop {stop}: {one}")));
        if stop == 0 {
            let skips = "return document.activeElement.getAttribute('href') === '#main'";
            let skips = window.client.execute(skips, vec![]).await.expect("an answer");
            assert_eq!(skips, serde_json::json!(true), "{path} does not begin with a way past its head");
        }
    }
    wrong.push(format!("{path}: no end after {STOPS_MAX} stops"));
    wrong
}

#[test]
fn the_keyboard_reaches_everything_and_is_seen_to() {
    visit(5, |driver, address, town| async move {
        let release = format!("/console/release/{}", town.title);
        let eyes: [(&str, &[&str]); 3] = [
            ("studio", &[release.as_str(), "/console/audiences/new", "/console/slate"]),
            ("operator", &["/console/market/imports", "/console/market"]),
            ("cinema", &["/console/cinemas"]),
        ];
        let mut wrong = Vec::new();
        for (who, paths) in eyes {
            let window = Window::open(&driver, &address, 390, 844).await;
            window.sign_in(&format!("{who}@ferryman.example")).await;
            for path in paths {
                window.go(path).await;
                wrong.extend(wrong_stops(&window).await);
            }
            if who == "cinema" {
                window.click("main td a, main th a").await;
                window.click("a[href$='/plan']").await;
                wrong.extend(wrong_stops(&window).await);
            }
            window.close().await;
        }
        let window = Window::open(&driver, &address, 390, 844).await;
        window.sign_in("ann@ferryman.example").await;
        choose_showtime(&window).await;
        wrong.extend(wrong_stops(&window).await);
        window.close().await;
        assert_eq!(wrong, Vec::<String>::new());
    });
}

#[test]
fn two_seats_are_held_without_a_script() {
    visit(6, |driver, address, _town| async move {
        let window = Window::without_script(&driver, &address, 390, 844).await;
        window.sign_in("ann@ferryman.example").await;
        choose_showtime(&window).await;
        assert_eq!(
            window.count("button[data-best]:not([hidden])").await,
            0,
            "what needs a script is not shown"
        );
        for row in [3, 4] {
            window.click(&format!(".rank:nth-of-type({row}) .seat:has(input:enabled)")).await;
        }
        assert_eq!(window.count("input[name=seat]:checked").await, 2);
        window.click("button[form=seats]").await;
        window.wait_for_path("/pay/").await;
        window.close().await;
    });
}
