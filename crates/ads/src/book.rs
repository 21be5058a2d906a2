//! The live campaigns in memory, by surface: everything that choosing an ad has to know.
//!
//! `Book::load` reads a snapshot every few seconds; `carrying` takes over what only memory knew.
//! Between two loads `note` and `note_click` keep it current. Whoever owns the book writes pending
//! impressions before the next load, so that counts do not fall behind.

use crate::audiences;
use crate::campaigns::{self, Campaign, Placement};
use crate::choosing::{Ask, Decision};
use crate::clicks::Click;
use crate::creatives::{self, Creative};
use crate::pacing::Pacer;
use db::View;
use kernel::{
    AudienceId, CampaignId, CreativeId, Instant, Money, PlaceId, Result, Share, SurfaceId, TitleId,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How often one visitor is shown one campaign within a day.
pub const FREQUENCY_MAX: i64 = 6;
const FREQUENCY_SECONDS: i64 = 24 * 3600;
/// Click rates are learnt from this many days.
const LEARNT_DAYS: i64 = 14;
/// Visitors remembered for one campaign, the latest first.
const VISITORS_MAX: i64 = 100_000;
/// Traffic younger than this is too little to tell a rate from.
const TRAFFIC_SECONDS_MIN: i64 = 3600;

#[derive(Clone, Debug, Default)]
pub struct Book {
    pub(crate) runs: Vec<Run>,
    pub(crate) purses: Vec<Purse>,
    slots: HashMap<SurfaceId, Slot>,
}

/// A live campaign.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub campaign: CampaignId,
    pub title: TitleId,
    /// Whom alone it may be shown to; everybody when there is none.
    pub audience: Option<AudienceId>,
    pub click_price: Money,
    /// The part of its audience that it is kept from.
    pub holdout: Share,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub pacer: Pacer,
    pub seen: HashMap<String, Seen>,
}

/// How often a visitor saw a campaign since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub since: Instant,
    pub times: i64,
}

/// What a campaign may still spend at a place.
#[derive(Clone, Debug)]
pub(crate) struct Purse {
    pub place: PlaceId,
    pub run: usize,
    pub left_minor: i64,
    /// What of it is for single surfaces and cities, once it was divided.
    pub parts: Option<Parts>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    by_surface: HashMap<SurfaceId, HashMap<String, i64>>,
    rest_minor: i64,
}

impl Purse {
    /// What may be spent on somebody of this city on a surface.
    pub fn left_minor(&self, surface: &SurfaceId, city: &str) -> i64 {
        let Some(parts) = &self.parts else { return self.left_minor };
        let own = parts.by_surface.get(surface).and_then(|cities| cities.get(city));
        self.left_minor.min(own.copied().unwrap_or(parts.rest_minor))
    }

    fn take(&mut self, surface: &SurfaceId, city: &str, minor: i64) {
        self.left_minor -= minor;
        if let Some(parts) = &mut self.parts {
            let own = parts.by_surface.get_mut(surface).and_then(|cities| cities.get_mut(city));
            *own.unwrap_or(&mut parts.rest_minor) -= minor;
        }
    }
}

/// What may appear on a surface.
#[derive(Clone, Debug)]
pub struct Slot {
    pub place: PlaceId,
    pub floor: Money,
    pub candidates: Vec<Candidate>,
}

/// One creative of one campaign on one surface.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub creative: Arc<Creative>,
    pub shown: i64,
    pub clicked: i64,
    pub(crate) run: usize,
    pub(crate) purse: usize,
}

impl Book {
    /// Reads the campaigns that are live and not yet over.
    pub fn load(view: &View, now: Instant) -> Result<Book> {
        let mut book = Book::default();
        let mut traffic = Traffic::default();
        for campaign in campaigns::not_over(view, now)? {
            let run = book.add_run(&campaign);
            book.runs[run].audience = audiences::aimed_at(view, &campaign.id)?;
            let creatives: Vec<Arc<Creative>> =
                creatives::of_campaign(view, &campaign.id)?.into_iter().map(Arc::new).collect();
            let placements = campaigns::placements(view, &campaign.id)?;
            for place in campaigns::places_of(&placements) {
                let left_minor = campaigns::allotment(view, &place, &campaign.id)?
                    .map_or(0, |allotment| allotment.left_minor());
                let purse = book.add_purse(run, &place, left_minor);
                book.purses[purse].parts = parts(view, &place, &campaign.id)?;
                book.recall(view, run, &place, now)?;
                let learnt = learnt(view, &place, &campaign.id, now)?;
                traffic.count(&learnt);
                for placement in placements.iter().filter(|placement| placement.place == place) {
                    book.add_candidates(placement, run, purse, &creatives, &learnt);
                }
            }
        }
        book.pace(&traffic, now);
        Ok(book)
    }

    /// Takes over from the book before: how far campaigns are ahead, and views that were not yet written.
    pub fn carrying(mut self, before: &Book) -> Book {
        for run in &mut self.runs {
            let Some(old) = before.runs.iter().find(|old| old.campaign == run.campaign) else { continue };
            run.pacer.take_over(&old.pacer);
            for (visitor, seen) in &old.seen {
                let known = run.seen.get(visitor).map_or(0, |known| known.times);
                if seen.times > known && run.seen.len() < VISITORS_MAX as usize {
                    run.seen.insert(visitor.clone(), *seen);
                }
            }
        }
        self
    }

    pub fn slot(&self, surface: &SurfaceId) -> Option<&Slot> {
        self.slots.get(surface)
    }

    /// The audiences that campaigns here are aimed at, each once.
    pub fn audiences(&self) -> BTreeSet<AudienceId> {
        self.runs.iter().filter_map(|run| run.audience.clone()).collect()
    }

    /// How many campaigns are in it.
    pub fn campaigns(&self) -> usize {
        self.runs.len()
    }

    /// How much a campaign holds back at the moment: nought when its budget does not bind.
    pub fn multiplier(&self, campaign: &CampaignId) -> Option<f64> {
        self.runs.iter().find(|run| run.campaign == *campaign).map(|run| run.pacer.multiplier())
    }

    /// After every decision: counts the view, and paces everybody who was in the running. What was withheld
    /// tires its viewer as if it had been seen, so that both groups meet a campaign equally often.
    pub fn note(&mut self, ask: &Ask, decision: &Decision) {
        let chosen = decision.shown.as_ref();
        let Some(slot) = self.slots.get_mut(&ask.surface) else { return };
        let mut in_the_running: Vec<usize> = Vec::with_capacity(slot.candidates.len());
        for candidate in &mut slot.candidates {
            if chosen.is_some_and(|chosen| chosen.creative.id == candidate.creative.id) {
                candidate.shown += 1;
            }
            let run = &self.runs[candidate.run];
            let open = self.purses[candidate.purse].left_minor(&ask.surface, &ask.city)
                >= run.click_price.minor
                && run.flies(ask.now)
                && run.is_for(&ask.audiences);
            if open && !in_the_running.contains(&candidate.run) {
                in_the_running.push(candidate.run);
            }
        }
        for run in in_the_running {
            let run = &mut self.runs[run];
            match chosen.filter(|chosen| chosen.campaign == run.campaign) {
                Some(chosen) => {
                    run.pacer.update(chosen.expected_cost_minor);
                    run.saw(&ask.visitor, ask.now);
                }
                None => run.pacer.update(0.0),
            }
            if decision.withheld.as_ref().is_some_and(|withheld| withheld.campaign == run.campaign) {
                run.saw(&ask.visitor, ask.now);
            }
        }
    }

    /// After a click was charged.
    pub fn note_click(&mut self, click: &Click, cost: Money) {
        for purse in &mut self.purses {
            if purse.place == click.place && self.runs[purse.run].campaign == click.campaign {
                purse.take(&click.surface, &click.city, cost.minor);
            }
        }
    }

    fn add_run(&mut self, campaign: &Campaign) -> usize {
        self.runs.push(Run {
            campaign: campaign.id.clone(),
            title: campaign.title.clone(),
            audience: None,
            click_price: campaign.click_price,
            holdout: campaign.holdout,
            starts_at: campaign.starts_at,
            ends_at: campaign.ends_at,
            pacer: Pacer::new(campaign.budget.minor, 0.0),
            seen: HashMap::new(),
        });
        self.runs.len() - 1
    }

    fn add_purse(&mut self, run: usize, place: &PlaceId, left_minor: i64) -> usize {
        self.purses.push(Purse { place: place.clone(), run, left_minor, parts: None });
        self.purses.len() - 1
    }

    fn add_candidates(
        &mut self,
        placement: &Placement,
        run: usize,
        purse: usize,
        creatives: &[Arc<Creative>],
        learnt: &[Learnt],
    ) {
        let slot = self.slots.entry(placement.surface.clone()).or_insert_with(|| Slot {
            place: placement.place.clone(),
            floor: placement.floor,
            candidates: Vec::new(),
        });
        for creative in creatives {
            let known = learnt
                .iter()
                .find(|known| known.surface == placement.surface && known.creative == creative.id);
            slot.candidates.push(Candidate {
                creative: creative.clone(),
                shown: known.map_or(0, |known| known.shown),
                clicked: known.map_or(0, |known| known.clicked),
                run,
                purse,
            });
        }
    }

    /// Reads who saw a campaign at a place within the last day.
    fn recall(&mut self, view: &View, run: usize, place: &PlaceId, now: Instant) -> Result<()> {
        let run = &mut self.runs[run];
        let seen: Vec<(String, i64, Instant)> = view.all(
            "select visitor, count(*), min(at)
            from (
                select visitor, at from impression where place_id = $1 and campaign_id = $2 and at > $3
                union all
                select visitor, at from withheld where place_id = $1 and campaign_id = $2 and at > $3
            ) met
            group by visitor
            order by max(at) desc
            limit $4",
            &[place, &run.campaign, &now.plus_seconds(-FREQUENCY_SECONDS), &VISITORS_MAX],
        )?;
        for (visitor, times, since) in seen {
            let known = run.seen.entry(visitor).or_insert(Seen { since, times: 0 });
            known.times += times;
            known.since = known.since.min(since);
        }
        Ok(())
    }

    /// Gives every campaign its target: what is left, over the views that its surfaces can be expected to have.
    fn pace(&mut self, traffic: &Traffic, now: Instant) {
        for i in 0..self.runs.len() {
            let surfaces =
                self.slots.iter().filter(|(_, slot)| slot.candidates.iter().any(|each| each.run == i));
            let views_a_second: f64 = surfaces.map(|(surface, _)| traffic.a_second(surface, now)).sum();
            let left_minor =
                self.purses.iter().filter(|purse| purse.run == i).map(|purse| purse.left_minor).sum();
            let run = &mut self.runs[i];
            let seconds = run.starts_at.max(now).seconds_until(run.ends_at).max(0);
            run.pacer.retarget(left_minor, views_a_second * seconds as f64);
        }
    }
}

impl Run {
    pub fn flies(&self, now: Instant) -> bool {
        self.starts_at <= now && now < self.ends_at
    }

    /// Whether it may be shown to somebody who is in these audiences.
    pub fn is_for(&self, audiences: &[AudienceId]) -> bool {
        self.audience.as_ref().is_none_or(|audience| audiences.contains(audience))
    }

    /// Whether a visitor has seen it often enough for a day.
    pub fn tired(&self, visitor: &str, now: Instant) -> bool {
        let recent = self.seen.get(visitor).filter(|seen| seen.since.seconds_until(now) < FREQUENCY_SECONDS);
        recent.is_some_and(|seen| seen.times >= FREQUENCY_MAX)
    }

    fn saw(&mut self, visitor: &str, now: Instant) {
        let room = self.seen.len() < VISITORS_MAX as usize;
        match self.seen.get_mut(visitor) {
            Some(seen) if seen.since.seconds_until(now) < FREQUENCY_SECONDS => seen.times += 1,
            Some(seen) => *seen = Seen { since: now, times: 1 },
            None if room => {
                self.seen.insert(visitor.to_owned(), Seen { since: now, times: 1 });
            }
            // Forgetting somebody new costs one view too many; remembering without end costs the machine.
            None => {}
        }
    }
}

/// What is left of each part of an allotment; none while it is not divided.
fn parts(view: &View, place: &PlaceId, campaign: &CampaignId) -> Result<Option<Parts>> {
    let mut parts: Option<Parts> = None;
    for part in campaigns::parts(view, place, campaign)? {
        let left_minor = part.allotted_minor - part.spent_minor;
        let parts = parts.get_or_insert_default();
        match part.surface {
            Some(surface) => {
                parts.by_surface.entry(surface).or_default().insert(part.city, left_minor);
            }
            None => parts.rest_minor = left_minor,
        }
    }
    Ok(parts)
}

/// What is known of a creative on a surface.
struct Learnt {
    surface: SurfaceId,
    creative: CreativeId,
    shown: i64,
    clicked: i64,
    since: Instant,
}

fn learnt(view: &View, place: &PlaceId, campaign: &CampaignId, now: Instant) -> Result<Vec<Learnt>> {
    let rows: Vec<(SurfaceId, CreativeId, i64, i64, Instant)> = view.all(
        "select i.surface_id, i.creative_id, count(*), count(c.id), min(i.at)
        from impression i
        left join click c on c.place_id = $1 and c.place_id = i.place_id and c.impression_id = i.id
        where i.place_id = $1 and i.campaign_id = $2 and i.at > $3
        group by i.surface_id, i.creative_id
        order by i.surface_id, i.creative_id",
        &[place, campaign, &now.plus_seconds(-LEARNT_DAYS * 24 * 3600)],
    )?;
    let known =
        |(surface, creative, shown, clicked, since)| Learnt { surface, creative, shown, clicked, since };
    Ok(rows.into_iter().map(known).collect())
}

/// Views by surface, over all campaigns, and since when they were counted.
#[derive(Default)]
struct Traffic(HashMap<SurfaceId, (i64, Instant)>);

impl Traffic {
    fn count(&mut self, learnt: &[Learnt]) {
        for known in learnt {
            let (shown, since) = self.0.entry(known.surface.clone()).or_insert((0, known.since));
            *shown += known.shown;
            *since = known.since.min(*since);
        }
    }

    fn a_second(&self, surface: &SurfaceId, now: Instant) -> f64 {
        self.0.get(surface).map_or(0.0, |(shown, since)| {
            *shown as f64 / since.seconds_until(now).max(TRAFFIC_SECONDS_MIN) as f64
        })
    }
}

#[cfg(test)]
impl Book {
    /// A campaign on one surface, put in by hand.
    pub(crate) fn with(
        mut self,
        campaign: &Campaign,
        placement: &Placement,
        creative: Creative,
        left: i64,
    ) -> Book {
        let run = self.add_run(campaign);
        let purse = self.add_purse(run, &placement.place, left);
        self.runs[run].pacer.retarget(left, 0.0);
        self.add_candidates(placement, run, purse, &[Arc::new(creative)], &[]);
        self
    }

    /// Whom a campaign is for, put in by hand.
    pub(crate) fn aimed_at(mut self, campaign: &str, audience: &AudienceId) -> Book {
        for run in self.runs.iter_mut().filter(|run| run.campaign.0 == campaign) {
            run.audience = Some(audience.clone());
        }
        self
    }

    /// What was learnt of a creative, put in by hand.
    pub(crate) fn knowing(mut self, creative: &str, shown: i64, clicked: i64) -> Book {
        for candidate in self.slots.values_mut().flat_map(|slot| &mut slot.candidates) {
            if candidate.creative.id.0 == creative {
                (candidate.shown, candidate.clicked) = (shown, clicked);
            }
        }
        self
    }
}
