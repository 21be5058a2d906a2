//! A text as a QR picture.

use maud::{Markup, PreEscaped};

/// The picture alone, to stand in a `div class="qr"`.
pub fn picture(text: &str) -> Markup {
    let document = box_office::tickets::qr_svg(text);
    let picture = document.find("<svg").map_or(document.as_str(), |start| &document[start..]);
    PreEscaped(picture.to_owned())
}
