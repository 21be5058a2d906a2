//! Forms: what was typed, read strictly, and shown again beside what is wrong with it.
//!
//! ```ignore
//! async fn make(visit: Visit, staff: StudioStaff, form: Form) -> Answer {
//!     match create(&visit, &staff, &form).await {
//!         Ok(thing) => Ok(SeeOther::to(format!("/things/{}", thing.id)).saying("It is made.", "已创建。").into_response()),
//!         Err(error) => Ok(page(&visit, &form.refused(error)?).into_response()),
//!     }
//! }
//!
//! fn page(visit: &Visit, form: &Form) -> Page {
//!     let fields = html! { (Field { required: true, ..form.field(visit.lang, "name", visit.say("Name", "名称")) }.input()) };
//!     let body = form.render(visit.lang, "/things", visit.say("Make it", "创建"), fields);
//!     Page::console(visit.say("A new thing", "新建"), body).status(form.status())
//! }
//! ```
//!
//! A form's body has at most 64 KiB and 500 fields. A refusal of a field stands beside that field,
//! any other above the form.

use crate::answer::Wrong;
use crate::look::parts::{self, Field};
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use kernel::ids::Id;
use kernel::{Currency, Day, Error, Kind, Lang, Money, Refusal, Result, Share, Words};
use maud::Markup;
use std::ops::RangeInclusive;

/// A form's body, at most.
pub const BYTES_MAX: usize = 64 * 1024;
/// Fields of a form, at most.
pub const FIELDS_MAX: usize = 500;

/// What was typed into a form, with the refusal it met.
#[derive(Clone, Debug, Default)]
pub struct Form {
    typed: Vec<(String, String)>,
    refused: Option<Refusal>,
}

impl Form {
    /// A form that nobody has typed into.
    pub fn blank() -> Form {
        Form::default()
    }

    /// A form that already holds values, for editing.
    pub fn filled<N: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (N, V)>) -> Form {
        let typed = values.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Form { typed, refused: None }
    }

    /// The same form with one more value.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Form {
        self.typed.push((name.into(), value.into()));
        self
    }

    /// What was typed into a field; empty when it was not there.
    pub fn text(&self, name: &str) -> &str {
        self.typed.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field that may come several times, such as chosen seats.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.typed.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The two fields `…_en` and `…_zh`.
    pub fn words(&self, name: &str) -> Words {
        Words::new(self.text(&format!("{name}_en")), self.text(&format!("{name}_zh")))
    }

    /// Whether a checkbox was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }

    /// A whole number in a range.
    pub fn int(&self, field: &'static str, range: RangeInclusive<i64>) -> Result<i64, Refusal> {
        let text = self.text(field).trim();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = if plain { text.parse().ok() } else { None };
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            let (low, high) = (range.start(), range.end());
            Refusal::field(
                field,
                "bad_number",
                format!("Please give a whole number from {low} to {high}."),
                format!("请填写 {low} 到 {high} 的整数。"),
            )
        })
    }

    /// An amount such as `39.90`, at least zero.
    pub fn money(&self, field: &'static str, currency: Currency) -> Result<Money, Refusal> {
        at(field, Money::parse(self.text(field).trim(), currency))
    }

    /// A percentage such as `12.5`.
    pub fn percent(&self, field: &'static str) -> Result<Share, Refusal> {
        at(field, Share::parse_percent(self.text(field).trim()))
    }

    /// A day such as `2016-12-23`.
    pub fn day(&self, field: &'static str) -> Result<Day, Refusal> {
        at(field, Day::parse(self.text(field).trim()))
    }

    /// A day, or none when the field was left empty.
    pub fn maybe_day(&self, field: &'static str) -> Result<Option<Day>, Refusal> {
        if self.text(field).trim().is_empty() { Ok(None) } else { self.day(field).map(Some) }
    }

    /// An hour and minute such as `19:30`.
    pub fn clock(&self, field: &'static str) -> Result<(i8, i8), Refusal> {
        let read = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            if !two_digits(hour) || !two_digits(minute) {
                return None;
            }
            let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some((hour, minute))
        };
        read(self.text(field).trim()).ok_or_else(|| {
            Refusal::field(
                field,
                "bad_time",
                "Please give a time such as 19:30.",
                "请填写 19:30 这样的时间。",
            )
        })
    }

    /// An id from a hidden field or a choice.
    pub fn id<T: Id>(&self, field: &'static str) -> Result<T, Refusal> {
        T::parse(self.text(field)).map_err(|_| bad_choice(field))
    }

    /// One of a fixed list, read by its code: `form.choice("status", Status::parse)`.
    pub fn choice<T>(
        &self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Refusal> {
        parse(self.text(field)).ok_or_else(|| bad_choice(field))
    }

    /// The form with the refusal it met, to be shown again. Faults, and refusals that no typing can
    /// mend, pass through.
    pub fn refused(self, error: Error) -> Result<Form, Wrong> {
        match error {
            Error::Refused(refusal) if mendable(refusal.kind) => Ok(Form { refused: Some(refusal), ..self }),
            error => Err(error.into()),
        }
    }

    /// The status of a page that shows this form.
    pub fn status(&self) -> StatusCode {
        let status = self.refused.as_ref().map_or(200, |refusal| refusal.kind.status());
        StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// A field with what was typed into it and what is wrong with that.
    pub fn field<'a>(&'a self, lang: Lang, name: &'static str, label: &'a str) -> Field<'a> {
        Field { name, label, value: self.text(name), error: self.error_of(lang, name), ..Field::default() }
    }

    fn error_of(&self, lang: Lang, name: &str) -> Option<&str> {
        self.refused.as_ref().filter(|refusal| refusal.field == Some(name)).map(|refusal| refusal.in_(lang))
    }

    /// What is wrong with the form as a whole: a refusal without a field, or of one that `fields` does not show.
    pub fn error(&self, lang: Lang, fields: &Markup) -> Option<&str> {
        let shown = |name: &str| fields.0.contains(&format!("id=\"{name}-error\""));
        self.refused
            .as_ref()
            .filter(|refusal| !refusal.field.is_some_and(shown))
            .map(|refusal| refusal.in_(lang))
    }

    /// The whole form: what went wrong, its fields, its button.
    pub fn render(&self, lang: Lang, action: &str, submit: &str, fields: Markup) -> Markup {
        let error = self.error(lang, &fields);
        parts::Form { action, error, submit, ..parts::Form::default() }.render(lang, fields)
    }
}

/// The refusal, said of a field.
pub fn at<T>(field: &'static str, read: Result<T, Refusal>) -> Result<T, Refusal> {
    read.map_err(|refusal| Refusal { field: Some(field), ..refusal })
}

fn mendable(kind: Kind) -> bool {
    matches!(kind, Kind::Invalid | Kind::Conflict | Kind::Gone | Kind::TooMany | Kind::Busy)
}

fn bad_choice(field: &'static str) -> Refusal {
    Refusal::field(field, "bad_choice", "Please choose one of the list.", "请从列表中选择。")
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Wrong;

    async fn from_request(request: Request, state: &S) -> Result<Form, Wrong> {
        let read = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
        let axum::Form(typed) = read.map_err(|rejection| unreadable(&rejection))?;
        let garbled = |text: &String| text.contains(['\0', char::REPLACEMENT_CHARACTER]);
        if typed.len() > FIELDS_MAX || typed.iter().any(|(name, value)| garbled(name) || garbled(value)) {
            return Err(not_a_form().into());
        }
        Ok(Form { typed, refused: None })
    }
}

fn unreadable(rejection: &FormRejection) -> Refusal {
    if rejection.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return not_a_form();
    }
    let kib = BYTES_MAX / 1024;
    Refusal::new(
        Kind::Invalid,
        "form_too_large",
        format!("That is more than the {kib} KiB a form may hold."),
        format!("表单内容超过了 {kib} KiB。"),
    )
}

fn not_a_form() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "not_a_form",
        "What was sent is not a form we can read.",
        "提交的内容无法识别。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::header;

    fn typed(value: &str) -> Form {
        Form::filled([("x", value)])
    }

    #[test]
    fn numbers_are_read_strictly() {
        assert_eq!(typed(" 12 ").int("x", 0..=12).ok(), Some(12));
        assert_eq!(typed("-3").int("x", -5..=5).ok(), Some(-3));
        for bad in ["", "13", "-1", "1.0", "+1", "１", "9999999999999999999", "1 2"] {
            assert_eq!(typed(bad).int("x", 0..=12).err().and_then(|no| no.field), Some("x"), "{bad}");
        }
        assert_eq!(typed("19:30").clock("x").ok(), Some((19, 30)));
        for bad in ["24:00", "19:60", "9:30", "19.30", "+9:30", ""] {
            assert!(typed(bad).clock("x").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_refusal_stands_beside_its_field() {
        let refusal = typed("much").money("x", Currency::CNY).expect_err("not an amount");
        let form = typed("much").refused(refusal.into()).expect("to be shown again");
        assert_eq!(form.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let fields = form.field(Lang::En, "x", "Price").input();
        assert!(fields.0.contains("value=\"much\"") && fields.0.contains("is not an amount"));
        assert_eq!(form.error(Lang::En, &fields), None);
        let others = form.field(Lang::En, "y", "Name").input();
        assert!(form.error(Lang::En, &others).is_some_and(|said| said.contains("is not an amount")));
    }

    #[test]
    fn what_typing_cannot_mend_passes_through() {
        assert!(typed("").refused(Refusal::forbidden().into()).is_err());
        assert!(typed("").refused(Error::fault("broken")).is_err());
    }

    async fn received(kind: &'static str, body: String) -> Result<Form, Wrong> {
        let request = Request::post("/").header(header::CONTENT_TYPE, kind).body(Body::from(body));
        Form::from_request(request.expect("a request"), &()).await
    }

    #[tokio::test]
    async fn forms_are_read_strictly() {
        const FORM: &str = "application/x-www-form-urlencoded";
        let form = received(FORM, "name=%E6%91%86+%E6%B8%A1&seat=F7&seat=F8".into()).await.expect("a form");
        assert_eq!(form.text("name"), "摆 渡");
        assert_eq!(form.all("seat"), ["F7", "F8"]);
        assert_eq!(form.text("none"), "");
        assert!(received("text/plain", "name=a".into()).await.is_err());
        assert!(received(FORM, "name=%FF".into()).await.is_err());
        assert!(received(FORM, "name=%00".into()).await.is_err());
        assert!(received(FORM, "a=1&".repeat(FIELDS_MAX + 1)).await.is_err());
    }
}
