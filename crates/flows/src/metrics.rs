//! What an operator's monitor reads every few seconds, in the text format of Prometheus (OpenMetrics).
//!
//! Labels come from short fixed lists: routes as they are registered, statuses, kinds of work, states, and the films that
//! have a line at this moment. Nothing of a person is among them. What is counted in the database is counted at most
//! every half minute, however often somebody asks.

use crate::capacity::Work;
use crate::house::House;
use crate::views;
use kernel::{Instant, Result};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::Mutex;
use std::time::Duration;

/// How the text is to be called.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Between two counts in the database.
const COUNT_EVERY_SECONDS: i64 = 30;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

/// What this process counts as it happens, and what it last counted in the database.
pub struct Metrics {
    requests: Family<Asked, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    counted: Mutex<Option<(Instant, Counts)>>,
}

/// Orders and payments by state.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// `held`, `paid`, `expired`, `refunded`; how many orders, and how many seats they are of.
    pub orders: Vec<(String, i64, i64)>,
    /// Provider, `open`, `captured`, `closed`.
    pub payments: Vec<(String, String, i64)>,
    /// Refunds that are not paid out yet.
    pub refunds_due: i64,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            requests: Family::default(),
            // From a millisecond to half a minute.
            seconds: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.001, 2.0, 16))),
            counted: Mutex::default(),
        }
    }
}

impl Metrics {
    /// One request was answered. The route is as it is registered, `/films/{slug}`, never as it was asked.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.requests.get_or_create(&Asked { method, route: route.clone(), status }).inc();
        self.seconds.get_or_create(&Route { method, route }).observe(took.as_secs_f64());
    }

    /// What is in the database, counted again when it is older than half a minute; nobody waits for another's count.
    fn counts(&self, house: &House) -> Result<Counts> {
        let now = house.now();
        if let Some((at, counts)) = &*self.lock()
            && at.seconds_until(now) < COUNT_EVERY_SECONDS
        {
            return Ok(counts.clone());
        }
        let counts = house.read_blocking(views::counts::all)?;
        *self.lock() = Some((now, counts.clone()));
        Ok(counts)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Counts)>> {
        self.counted.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Everything, as text. Blocks on the database now and then.
pub fn text(house: &House) -> Result<String> {
    let mut registry = Registry::with_prefix("ferryman");
    let metrics = house.metrics();
    registry.register("requests", "Requests answered", metrics.requests.clone());
    registry.register("request_seconds", "How long answering took", metrics.seconds.clone());
    let now = Now { house: house.clone(), counts: metrics.counts(house)? };
    registry.register_collector(Box::new(now));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// What is read at the moment of asking.
#[derive(Debug)]
struct Now {
    house: House,
    counts: Counts,
}

/// One family on its way into the text.
struct Told<'a, 'b> {
    encoder: &'a mut DescriptorEncoder<'b>,
}

type Written = std::result::Result<(), std::fmt::Error>;

impl Told<'_, '_> {
    fn gauges<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'static str, String); N], f64)>,
    ) -> Written {
        let kind = ConstGauge::new(0.0_f64).metric_type();
        let mut family = self.encoder.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in values {
            ConstGauge::new(value).encode(family.encode_family(&labels.to_vec())?)?;
        }
        Ok(())
    }

    fn counters<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'static str, String); N], u64)>,
    ) -> Written {
        let kind = ConstCounter::new(0_u64).metric_type();
        let mut family = self.encoder.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in values {
            ConstCounter::new(value).encode(family.encode_family(&labels.to_vec())?)?;
        }
        Ok(())
    }
}

impl Collector for Now {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Written {
        let mut told = Told { encoder: &mut encoder };
        self.bulkheads(&mut told)?;
        self.database(&mut told)?;
        self.sales(&mut told)?;
        self.lines(&mut told)?;
        self.audits(&mut told)
    }
}

impl Now {
    fn bulkheads(&self, told: &mut Told) -> Written {
        let each = |value: fn(crate::capacity::Fullness) -> usize| {
            Work::ALL.map(|work| {
                ([("work", work.code().to_owned())], value(self.house.capacity().fullness(work)) as f64)
            })
        };
        told.gauges("bulkhead_inside", "Requests that are worked on", each(|bulkhead| bulkhead.inside))?;
        told.gauges(
            "bulkhead_places",
            "Requests that can be worked on at once",
            each(|bulkhead| bulkhead.places),
        )?;
        told.gauges("bulkhead_waiting", "Requests that wait for a place", each(|bulkhead| bulkhead.waiting))?;
        let away = Work::ALL
            .map(|work| ([("work", work.code().to_owned())], self.house.capacity().fullness(work).sent_away));
        told.counters("bulkhead_sent_away", "Requests that were answered with 503", away)
    }

    fn database(&self, told: &mut Told) -> Written {
        let pulse = self.house.db().pulse();
        told.gauges(
            "writes_waiting",
            "Transactions that wait for a writer",
            [([], pulse.writes_waiting as f64)],
        )?;
        told.gauges("reads_waiting", "Reads that wait for a reader", [([], pulse.reads_waiting as f64)])?;
        told.counters("writes", "Transactions that were answered", [([], pulse.writes)])?;
        told.counters("commits", "Commits; writes by commits is the size of a batch", [([], pulse.commits)])?;
        told.counters("reads", "Reads that were answered", [([], pulse.reads)])
    }

    fn sales(&self, told: &mut Told) -> Written {
        let orders = self.counts.orders.iter();
        let of = |state: &str| [("state", state.to_owned())];
        told.gauges(
            "ticket_orders",
            "Ticket orders",
            orders.clone().map(|(state, orders, _)| (of(state), *orders as f64)),
        )?;
        let seats = orders.map(|(state, _, seats)| (of(state), *seats as f64));
        told.gauges("ticket_order_seats", "Seats of ticket orders; of paid ones: tickets sold", seats)?;
        let payments = self.counts.payments.iter().map(|(provider, state, count)| {
            ([("provider", provider.clone()), ("state", state.clone())], *count as f64)
        });
        told.gauges("payments", "Payments", payments)?;
        let due = [([], self.counts.refunds_due as f64)];
        told.gauges("refunds_due", "Refunds that are not paid out yet", due)
    }

    fn lines(&self, told: &mut Told) -> Written {
        let now = self.house.now();
        let lines = self.house.lines().all(now);
        let each = |value: &dyn Fn(&box_office::on_sales::OnSale) -> i64| {
            let told = |sale: &std::sync::Arc<box_office::on_sales::OnSale>| {
                ([("title", sale.title.0.clone())], value(sale) as f64)
            };
            lines.iter().map(told).collect::<Vec<_>>()
        };
        let passed = |sale: &box_office::on_sales::OnSale| sale.line.gate.passed(now);
        let waiting = |sale: &box_office::on_sales::OnSale| (sale.next_position - passed(sale)).max(0);
        told.gauges("line_waiting", "People who wait in a film's line", each(&waiting))?;
        told.gauges("line_passed", "Positions whose turn has come", each(&passed))?;
        let pace = |sale: &box_office::on_sales::OnSale| sale.line.gate.pace(now);
        told.gauges("line_pace_per_minute", "How many are let in a minute", each(&pace))
    }

    fn audits(&self, told: &mut Told) -> Written {
        let standing = self.house.findings().standing();
        let broken = [([], self.house.findings().sentences().len() as f64)];
        told.gauges("audit_findings", "Sentences of the last audits about what does not agree", broken)?;
        let seconds = |at: Instant| at.micros as f64 / 1e6;
        let ended = [
            ("books", standing.books.map(|audit| audit.ended_at)),
            ("whole", standing.whole.map(|audit| audit.ended_at)),
        ];
        let ended =
            ended.into_iter().filter_map(|(audit, at)| Some(([("audit", audit.to_owned())], seconds(at?))));
        told.gauges("audit_ended_seconds", "When the last audit ended, in seconds since 1970", ended)
    }
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("House")
    }
}
