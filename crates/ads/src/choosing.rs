//! Which ad to show: a pure function of the book, the question and the dice.
//!
//! An ad is worth its click price times its click rate; a thousand of that is its eCPM. The rate is
//! learnt with a Beta prior, and because it is not known well, ads are chosen by Thompson sampling
//! (Chapelle and Li, NIPS 2011): each as often as it is probably the best. So that what was shown can
//! later be judged without bias, the probability of every choice is known exactly: some rounds are
//! drawn, each ad's chance is its part of the rounds won, mixed with a little of everybody's, and
//! the winner is drawn from those chances. Should whoever looks be held out of the winner's campaign, the ad is
//! withheld and the chances of the campaigns that hold nobody out here decide.

use crate::book::{Book, Candidate, Run, Slot};
use crate::creatives::Creative;
use crate::holdout::Lots;
use crate::impressions::{Arm, Impression};
use kernel::{
    AudienceId, CampaignId, Dice, Id, ImpressionId, Instant, Lang, PersonId, PlaceId, SurfaceId, TitleId,
};
use std::sync::Arc;

/// What is believed of an ad that nobody has seen: one click in a hundred views.
const PRIOR_CLICKS: f64 = 1.0;
const PRIOR_VIEWS: f64 = 100.0;
/// Rounds drawn for one decision.
const ROUNDS: usize = 32;
/// The part of all views that goes to everybody alike.
const EXPLORED: f64 = 0.02;
/// Ads in one decision; more than this many are cut to the most promising.
const CONTENDERS_MAX: usize = 16;

/// Somebody is looking at a surface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub surface: SurfaceId,
    pub visitor: String,
    /// Whoever it is when they are signed in; nothing is measured of guests.
    pub person: Option<PersonId>,
    /// Where they live, as far as it is known; empty if it is not.
    pub city: String,
    /// The audiences that the visitor is in, of those that campaigns are aimed at.
    pub audiences: Vec<AudienceId>,
    pub lang: Lang,
    pub now: Instant,
}

impl Ask {
    /// Whom lots are drawn for.
    fn who(&self) -> &str {
        self.person.as_ref().map_or(&self.visitor, |person| &person.0)
    }
}

/// What a question comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The ad to show.
    pub shown: Option<Chosen>,
    /// The ad that won, when whoever looks is held out of its campaign.
    pub withheld: Option<Chosen>,
}

/// An ad that won.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub impression: ImpressionId,
    pub place: PlaceId,
    pub surface: SurfaceId,
    pub campaign: CampaignId,
    pub title: TitleId,
    pub creative: Arc<Creative>,
    /// The viewer's pseudonym in this campaign; empty of a guest.
    pub unit: String,
    /// How probable this choice was; more than nought.
    pub propensity_ppm: i64,
    /// What the view is expected to cost the campaign.
    pub expected_cost_minor: f64,
}

impl Chosen {
    /// The row to write once it has been seen.
    pub fn impression(&self, ask: &Ask, arm: Arm) -> Impression {
        Impression {
            place: self.place.clone(),
            id: self.impression.clone(),
            campaign: self.campaign.clone(),
            creative: self.creative.id.clone(),
            surface: self.surface.clone(),
            title: self.title.clone(),
            visitor: ask.visitor.clone(),
            unit: self.unit.clone(),
            city: ask.city.clone(),
            arm,
            propensity_ppm: self.propensity_ppm,
            at: ask.now,
        }
    }
}

/// The ad for this question, if any campaign wants it and may have it, and the one that is withheld.
pub fn choose(book: &Book, lots: &Lots, ask: &Ask, dice: &mut Dice) -> Decision {
    let Some(slot) = book.slot(&ask.surface) else { return Decision::default() };
    let contenders = contenders(book, slot, ask);
    if contenders.is_empty() {
        return Decision::default();
    }
    let chances = chances(&contenders, dice);
    let won = dice.weighted(&chances);
    let chosen = |won: usize, chances: &[f64], dice: &mut Dice| {
        let Contender { run, candidate, .. } = &contenders[won];
        let lot = ask.person.as_ref().map(|person| lots.draw(&run.campaign, &person.0));
        Chosen {
            impression: ImpressionId::make(ask.now, dice),
            place: slot.place.clone(),
            surface: ask.surface.clone(),
            campaign: run.campaign.clone(),
            title: run.title.clone(),
            creative: candidate.creative.clone(),
            unit: lot.map(|lot| lot.pseudonym).unwrap_or_default(),
            propensity_ppm: (chances[won] * 1e6).round() as i64,
            expected_cost_minor: run.click_price.minor as f64 * contenders[won].rate(),
        }
    };
    let holds_out = |contender: &Contender| contender.holds_out(lots, ask);
    if !holds_out(&contenders[won]) {
        return Decision { shown: Some(chosen(won, &chances, dice)), withheld: None };
    }
    let withheld = Some(chosen(won, &chances, dice));
    let held_out: Vec<bool> = contenders.iter().map(holds_out).collect();
    let Some(chances) = among_the_open(&chances, &held_out) else {
        return Decision { shown: None, withheld };
    };
    let won = dice.weighted(&chances);
    Decision { shown: Some(chosen(won, &chances, dice)), withheld }
}

/// Drawn again among those that hold nobody out here, an ad is shown with its chance over that of all of them, whether it
/// won at once or after one that was withheld. None when there are none.
fn among_the_open(chances: &[f64], held_out: &[bool]) -> Option<Vec<f64>> {
    let open = |(chance, held_out): (&f64, &bool)| if *held_out { 0.0 } else { *chance };
    let open: Vec<f64> = chances.iter().zip(held_out).map(open).collect();
    let sum: f64 = open.iter().sum();
    (sum > 0.0).then(|| open.into_iter().map(|chance| chance / sum).collect())
}

/// An ad that may be shown here and now.
struct Contender<'a> {
    run: &'a Run,
    candidate: &'a Candidate,
    /// The paced bid for a click.
    bid_minor: f64,
    /// The Beta distribution of its click rate.
    clicks: f64,
    misses: f64,
}

impl Contender<'_> {
    /// The smoothed click rate.
    fn rate(&self) -> f64 {
        self.clicks / (self.clicks + self.misses)
    }

    /// What a thousand views bring at the paced bid.
    fn ecpm_minor(&self) -> f64 {
        self.bid_minor * self.rate() * 1000.0
    }

    /// Whether whoever looks is held out of its campaign.
    fn holds_out(&self, lots: &Lots, ask: &Ask) -> bool {
        self.run.holdout.ppm > 0 && lots.draw(&self.run.campaign, ask.who()).is_held_out(self.run.holdout)
    }

    /// What it may be worth with some luck: two standard deviations above the mean.
    fn promise(&self) -> f64 {
        let views = self.clicks + self.misses;
        let deviation = (self.rate() * (1.0 - self.rate()) / (views + 1.0)).sqrt();
        self.bid_minor * (self.rate() + 2.0 * deviation)
    }
}

fn contenders<'a>(book: &'a Book, slot: &'a Slot, ask: &Ask) -> Vec<Contender<'a>> {
    let mut contenders = Vec::with_capacity(slot.candidates.len());
    for candidate in &slot.candidates {
        let run = &book.runs[candidate.run];
        let left_minor = book.purses[candidate.purse].left_minor(&ask.surface, &ask.city);
        let affordable = left_minor >= run.click_price.minor;
        let speaks = candidate.creative.speaks(ask.lang);
        let wanted = run.is_for(&ask.audiences) && !run.tired(&ask.visitor, ask.now);
        if !affordable || !speaks || !wanted || !run.flies(ask.now) {
            continue;
        }
        let contender = Contender {
            run,
            candidate,
            bid_minor: run.pacer.bid(run.click_price.minor as f64),
            clicks: PRIOR_CLICKS + candidate.clicked as f64,
            misses: PRIOR_VIEWS - PRIOR_CLICKS + (candidate.shown - candidate.clicked).max(0) as f64,
        };
        if contender.ecpm_minor() >= slot.floor.minor as f64 {
            contenders.push(contender);
        }
    }
    if contenders.len() > CONTENDERS_MAX {
        contenders.sort_by(|a, b| b.promise().total_cmp(&a.promise()));
        contenders.truncate(CONTENDERS_MAX);
    }
    contenders
}

/// How probable each contender's choice is; every chance is more than nought, and they sum to one.
fn chances(contenders: &[Contender], dice: &mut Dice) -> Vec<f64> {
    let everybody = EXPLORED / contenders.len() as f64;
    if contenders.len() == 1 {
        return vec![1.0];
    }
    let mut wins = vec![0_u32; contenders.len()];
    for _ in 0..ROUNDS {
        let mut best = (0, f64::NEG_INFINITY);
        for (i, contender) in contenders.iter().enumerate() {
            let worth = contender.bid_minor * beta(contender.clicks, contender.misses, dice);
            if worth > best.1 {
                best = (i, worth);
            }
        }
        wins[best.0] += 1;
    }
    wins.into_iter().map(|wins| everybody + (1.0 - EXPLORED) * f64::from(wins) / ROUNDS as f64).collect()
}

/// A Beta number, as the part that one of two Gamma numbers has of both; neither shape below one.
fn beta(a: f64, b: f64, dice: &mut Dice) -> f64 {
    let (x, y) = (gamma(a, dice), gamma(b, dice));
    x / (x + y)
}

/// A Gamma number of a shape of at least one (Marsaglia and Tsang, ACM TOMS 2000).
fn gamma(shape: f64, dice: &mut Dice) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    // One throw in a few dozen is rejected; the mean stands in should a hundred in a row be.
    for _ in 0..100 {
        let x = dice.normal();
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - dice.fraction();
        if v > 0.0 && u.ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::{choose as decide, *};
    use crate::book::FREQUENCY_MAX;
    use crate::campaigns::{Campaign, Placement, State};
    use kernel::{CreativeId, Money, OrgId, Share, Words};

    const NOON: Instant = Instant::from_micros(1_482_465_600_000_000);

    fn ask() -> Ask {
        Ask {
            surface: SurfaceId("srf_1".into()),
            visitor: "ann".into(),
            person: None,
            city: String::new(),
            audiences: Vec::new(),
            lang: Lang::En,
            now: NOON,
        }
    }

    fn lots() -> Lots {
        Lots::new(b"key")
    }

    fn choose(book: &Book, ask: &Ask, dice: &mut Dice) -> Option<Chosen> {
        decide(book, &lots(), ask, dice).shown
    }

    fn campaign(name: &str, click_minor: i64) -> Campaign {
        Campaign {
            id: CampaignId(format!("cmp_{name}")),
            title: TitleId("ttl_ferryman".into()),
            org: OrgId("org_studio".into()),
            name: name.into(),
            state: State::Live,
            starts_at: NOON.plus_minutes(-60),
            ends_at: NOON.plus_minutes(60),
            budget: Money::fen(100_000),
            click_price: Money::fen(click_minor),
            holdout: Share::ZERO,
            created_at: NOON,
        }
    }

    fn placement(floor_minor: i64) -> Placement {
        Placement {
            surface: SurfaceId("srf_1".into()),
            place: PlaceId("plc_music".into()),
            floor: Money::fen(floor_minor),
        }
    }

    fn creative(name: &str) -> Creative {
        Creative {
            id: CreativeId(format!("crv_{name}")),
            campaign: CampaignId(format!("cmp_{name}")),
            headline: Words::new("The Ferryman", ""),
            text: Words::default(),
            artwork: String::new(),
            created_at: NOON,
        }
    }

    fn with(book: Book, name: &str, click_minor: i64, left_minor: i64) -> Book {
        book.with(&campaign(name, click_minor), &placement(0), creative(name), left_minor)
    }

    /// How often each of two ads is chosen in a thousand decisions, with the mean propensity of the choices.
    fn thousand(book: &Book) -> (i64, i64) {
        let mut dice = Dice::seeded(2);
        let (mut a, mut weighed) = (0, 0.0);
        for _ in 0..1000 {
            let chosen = choose(book, &ask(), &mut dice).expect("an ad");
            if chosen.campaign.0 == "cmp_a" {
                a += 1;
                weighed += 1e6 / chosen.propensity_ppm as f64;
            }
        }
        (a, f64::round(weighed) as i64)
    }

    #[test]
    fn the_same_dice_choose_the_same_ad() {
        let book = with(with(Book::default(), "a", 100, 10_000), "b", 100, 10_000);
        let chosen = || choose(&book, &ask(), &mut Dice::seeded(4)).expect("an ad");
        assert_eq!(chosen(), chosen());
    }

    #[test]
    fn the_only_ad_is_certain() {
        let book = with(Book::default(), "a", 100, 10_000);
        let chosen = choose(&book, &ask(), &mut Dice::seeded(1)).expect("an ad");
        assert_eq!((chosen.propensity_ppm, chosen.expected_cost_minor), (1_000_000, 1.0));
        assert_eq!(
            choose(&book, &Ask { surface: SurfaceId("srf_2".into()), ..ask() }, &mut Dice::seeded(1)),
            None
        );
    }

    #[test]
    fn what_is_not_known_is_tried_and_what_is_known_is_used() {
        let even = with(with(Book::default(), "a", 100, 10_000), "b", 100, 10_000);
        let (a, _) = thousand(&even);
        assert!((400..600).contains(&a), "{a}");
        let (a, _) = thousand(&even.clone().knowing("crv_a", 10_000, 300).knowing("crv_b", 10_000, 100));
        assert!((970..1000).contains(&a), "{a}");
        let dearer = with(with(Book::default(), "a", 400, 10_000), "b", 100, 10_000);
        let (a, _) = thousand(&dearer.knowing("crv_a", 10_000, 100).knowing("crv_b", 10_000, 200));
        assert!(a > 970, "a click of four times the price at half the rate is worth twice as much: {a}");
    }

    #[test]
    fn propensities_weigh_an_ads_views_back_to_all_of_them() {
        let book = with(with(Book::default(), "a", 100, 10_000), "b", 100, 10_000);
        let (a, weighed) = thousand(&book.knowing("crv_a", 1000, 8).knowing("crv_b", 1000, 12));
        assert!((50..450).contains(&a), "{a}");
        assert!((800..1200).contains(&weighed), "each view counts for 1/propensity: {weighed}");
    }

    #[test]
    fn an_ad_out_of_flight_money_or_language_is_not_shown() {
        let book = with(Book::default(), "a", 100, 10_000);
        let shown = |book: &Book, ask: Ask| choose(book, &ask, &mut Dice::seeded(1)).is_some();
        assert!(shown(&book, ask()));
        assert!(!shown(&book, Ask { now: NOON.plus_minutes(60), ..ask() }));
        assert!(!shown(&book, Ask { now: NOON.plus_minutes(-61), ..ask() }));
        assert!(!shown(&book, Ask { lang: Lang::Zh, ..ask() }));
        let mut spent = with(Book::default(), "a", 100, 150);
        assert!(shown(&spent, ask()));
        spent.note_click(&click("a", ""), Money::fen(100));
        assert!(!shown(&spent, ask()));
    }

    #[test]
    fn an_ad_for_an_audience_is_shown_to_nobody_else() {
        let fans = AudienceId("aud_fans".into());
        let book = with(Book::default(), "a", 100, 10_000).aimed_at("cmp_a", &fans);
        let shown = |audiences: Vec<AudienceId>| {
            choose(&book, &Ask { audiences, ..ask() }, &mut Dice::seeded(1)).is_some()
        };
        assert!(shown(vec![fans.clone()]));
        assert!(!shown(vec![]));
        assert!(!shown(vec![AudienceId("aud_others".into())]));
        assert_eq!(book.audiences().into_iter().collect::<Vec<_>>(), [fans]);
    }

    fn click(campaign: &str, city: &str) -> crate::clicks::Click {
        crate::clicks::Click {
            place: PlaceId("plc_music".into()),
            impression: ImpressionId("imp_1".into()),
            campaign: CampaignId(format!("cmp_{campaign}")),
            title: TitleId("ttl_ferryman".into()),
            surface: SurfaceId("srf_1".into()),
            visitor: "ann".into(),
            city: city.into(),
        }
    }

    #[test]
    fn whoever_is_held_out_is_shown_the_next_ad_and_the_first_is_withheld() {
        let half = Campaign { holdout: Share::percent(50), ..campaign("a", 100) };
        let book = Book::default().with(&half, &placement(0), creative("a"), 10_000);
        let book = with(book, "b", 100, 10_000).knowing("crv_a", 10_000, 300).knowing("crv_b", 10_000, 100);
        let mut dice = Dice::seeded(5);
        let (mut held, mut by_next) = (0, 0);
        for i in 0..1000 {
            let person = PersonId(format!("per_{i}"));
            let lot = lots().draw(&half.id, &person.0);
            let decision = decide(&book, &lots(), &Ask { person: Some(person), ..ask() }, &mut dice);
            let Decision { shown: Some(shown), withheld } = decision else { panic!("there is always b") };
            let is_held = lot.is_held_out(half.holdout);
            assert!(!is_held || shown.campaign.0 == "cmp_b", "an ad for somebody it is kept from");
            assert!(withheld.is_none() || is_held && shown.propensity_ppm == 1_000_000);
            if let Some(withheld) = withheld {
                assert_eq!((&withheld.campaign.0[..], &withheld.unit), ("cmp_a", &lot.pseudonym));
                by_next += 1;
            }
            held += i64::from(is_held);
        }
        assert!((440..560).contains(&held), "{held}");
        assert!(
            by_next * 100 > held * 95,
            "a wins nearly always, also where it is withheld: {by_next} of {held}"
        );
    }

    /// The worked example of the page.
    #[test]
    fn what_is_drawn_after_a_withheld_ad_has_its_part_of_the_open_chances() {
        let open = among_the_open(&[0.6, 0.3, 0.1], &[true, false, false]).expect("two are open");
        let by_hand = [0.0, 0.75, 0.25];
        assert!(open.iter().zip(by_hand).all(|(a, b)| (a - b).abs() < 1e-12), "{open:?}");
        assert_eq!(among_the_open(&[0.6, 0.4], &[true, true]), None);
    }

    #[test]
    fn where_all_hold_out_nothing_is_shown_and_a_guest_has_no_pseudonym() {
        let whole = Campaign { holdout: Share::ONE, ..campaign("a", 100) };
        let book = Book::default().with(&whole, &placement(0), creative("a"), 10_000);
        let decision = decide(&book, &lots(), &ask(), &mut Dice::seeded(1));
        assert_eq!((decision.shown, decision.withheld.map(|one| one.unit)), (None, Some(String::new())));
    }

    #[test]
    fn what_is_withheld_tires_like_what_is_seen() {
        let whole = Campaign { holdout: Share::ONE, ..campaign("a", 100) };
        let mut book = Book::default().with(&whole, &placement(0), creative("a"), 10_000);
        for met in 0..=FREQUENCY_MAX {
            let decision = decide(&book, &lots(), &ask(), &mut Dice::seeded(1));
            assert_eq!(decision.withheld.is_some(), met < FREQUENCY_MAX);
            book.note(&ask(), &decision);
        }
    }

    #[test]
    fn an_ad_below_the_floor_is_not_shown() {
        // One click in a hundred at 100 fen is 1,000 fen a thousand views.
        for (floor, shown) in [(1000, true), (1001, false)] {
            let book = Book::default().with(&campaign("a", 100), &placement(floor), creative("a"), 10_000);
            assert_eq!(choose(&book, &ask(), &mut Dice::seeded(1)).is_some(), shown);
        }
    }

    #[test]
    fn a_visitor_sees_a_campaign_a_few_times_a_day() {
        let mut book = with(Book::default(), "a", 100, 10_000);
        let mut dice = Dice::seeded(1);
        for _ in 0..FREQUENCY_MAX {
            let decision = decide(&book, &lots(), &ask(), &mut dice);
            assert!(decision.shown.is_some());
            book.note(&ask(), &decision);
        }
        assert_eq!(choose(&book, &ask(), &mut dice), None);
        assert!(choose(&book, &Ask { visitor: "ben".into(), ..ask() }, &mut dice).is_some());
    }

    #[test]
    fn a_campaign_that_is_ahead_lets_others_go_first() {
        let mut book = with(with(Book::default(), "a", 100, 1000), "b", 100, 1_000_000);
        book = book.knowing("crv_a", 100_000, 1500).knowing("crv_b", 100_000, 1000);
        let mut dice = Dice::seeded(3);
        let mut shown_a = 0;
        for i in 0..1000 {
            let ask = Ask { visitor: format!("visitor {i}"), ..ask() };
            let decision = decide(&book, &lots(), &ask, &mut dice);
            shown_a += i64::from(decision.shown.as_ref().is_some_and(|chosen| chosen.campaign.0 == "cmp_a"));
            book.note(&ask, &decision);
        }
        // 1,000 fen over a thousand views of 1.5 fen each lasts for two thirds of them.
        assert!((550..800).contains(&shown_a), "{shown_a}");
        assert!(book.multiplier(&CampaignId("cmp_a".into())).expect("a campaign") > 0.0);
        assert_eq!(book.multiplier(&CampaignId("cmp_b".into())), Some(0.0));
    }

    #[test]
    fn a_beta_number_has_its_mean() {
        let mut dice = Dice::seeded(1);
        let mean = (0..20_000).map(|_| beta(2.0, 98.0, &mut dice)).sum::<f64>() / 20_000.0;
        assert!((mean - 0.02).abs() < 0.001, "{mean}");
    }
}
