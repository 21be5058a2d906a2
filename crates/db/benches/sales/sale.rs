//! What one sale writes, the same for every way to write it.

use crate::statement::{Bound, Run, Write};
use anyhow::Result;
use db::{Bind, Tx, Value};
use kernel::ids::Id;
use kernel::{Dice, EventId, Instant, OrderId, TicketId, TransferId};

/// Cinemas that sell at the same time, each with one showtime.
pub const PLACES: u64 = 8;
/// What must be there first; the tables' own rules hold here as anywhere.
pub const TOWN: &str = "
    insert into org values ('org_a', 'cinema', 'Star', '星', 0);
    insert into city values ('sh', 'Shanghai', '上海', 1, 121.5, 31.2);
    insert into title values ('ttl_a', 'a', 'org_a', 'released', 'A', 'A', 'A', '', '', '', 100, null, '', true, 0, 0);
";
/// Once for every place, which it calls `PLACE`.
pub const CINEMA: &str = "
    insert into cinema values ('PLACE', 'org_a', 'sh', 'PLACE', 'Star', '星', '', '', 'Asia/Shanghai', 'CNY', 300, 0);
    insert into hall values ('PLACE', 'hal_a', 'One', '一', '[]', 100);
    insert into showtime values
      ('PLACE', 'sho_a', 'hal_a', 'ttl_a', 0, 1, '2016-12-23', '2D', 'open', 4000, 1000, 'CNY', 100);
    insert into account values ('PLACE', 'wallet', 'CNY', false, 0, 0, 0, 0);
    insert into account values ('PLACE', 'sales', 'CNY', false, 0, 0, 0, 0);
    insert into account values ('PLACE', 'fees', 'CNY', false, 0, 0, 0, 0);
";

/// Parameters are numbered as they appear: a raw SQLite statement counts them so.
const TAKE: &str = "
    insert into showtime_seat (place_id, showtime_id, seat, state, order_id, held_until)
    values ($1, $2, $3, 'sold', $4, $5)
    on conflict (place_id, showtime_id, seat) do update
    set state = excluded.state, order_id = excluded.order_id, held_until = excluded.held_until
    where showtime_seat.state = 'held' and showtime_seat.held_until < $6";
const ORDER: &str = "
    insert into ticket_order (place_id, id, showtime_id, title_id, buyer_id, key, asked, state, held_until, seats,
      paid_minor, fee_minor, base_minor, subsidy_minor, currency, created_at)
    values ($1, $2, $3, 'ttl_a', $4, $2, '{}', 'paid', $5, 1, 4300, 300, 4000, 0, 'CNY', $5)";
const TICKET: &str = "
    insert into ticket (place_id, id, order_id, showtime_id, seat, issued_at)
    values ($1, $2, $3, $4, $5, $6)";
const TRANSFER: &str = "
    insert into transfer (book_id, id, kind, debit, credit, amount_minor, currency, code, reference, happened_at, booked_at)
    values ($1, $2, 'posted', $3, $4, $5, 'CNY', 'sale', $6, $7, $7)";
const DEBIT: &str = "
    update account
    set debits_posted = debits_posted + $1
    where book_id = $2 and id = $3 and currency = 'CNY'";
const CREDIT: &str = "
    update account
    set credits_posted = credits_posted + $1
    where book_id = $2 and id = $3 and currency = 'CNY'";
const EVENT: &str = "
    insert into event (place_id, id, at, kind, actor, title_id, subject, body)
    values ($1, $2, $3, 'tickets_sold', 'system', 'ttl_a', $4, $5)";

#[derive(Clone)]
pub struct Sale {
    pub place: String,
    seat: String,
    order: String,
    pub ticket: String,
    price: String,
    fee: String,
    event: String,
    at: i64,
}

impl Sale {
    /// That many sales, of a seat each, spread over the places.
    pub fn many(count: usize) -> Vec<Sale> {
        let mut dice = Dice::seeded(7);
        (0..count as u64).map(|i| Sale::one(i, &mut dice)).collect()
    }

    fn one(i: u64, dice: &mut Dice) -> Sale {
        let at = Instant::from_micros(1_482_478_200_000_000 + i as i64);
        Sale {
            place: place(i % PLACES),
            seat: format!("S{i}"),
            order: OrderId::make(at, dice).0,
            ticket: TicketId::make(at, dice).0,
            price: TransferId::make(at, dice).0,
            fee: TransferId::make(at, dice).0,
            event: EventId::make(at, dice).0,
            at: at.micros,
        }
    }
}

impl Write for Sale {
    fn write(&self, to: &mut impl Run) -> Result<()> {
        use Bound::{Int, Text};
        let (place, showtime, at) = (Text(&self.place), Text("sho_a"), Int(self.at));
        let (seat, order) = (Text(&self.seat), Text(&self.order));
        let taken = to.run(TAKE, [place, showtime, seat, order, at, at])?;
        anyhow::ensure!(taken == 1, "every seat of the bench is free");
        to.run(ORDER, [place, order, showtime, Text("per_a"), at])?;
        to.run(TICKET, [place, Text(&self.ticket), order, showtime, seat, at])?;
        for (id, account, amount) in [(&self.price, "sales", 4000), (&self.fee, "fees", 300)] {
            to.run(TRANSFER, [place, Text(id), Text("wallet"), Text(account), Int(amount), order, at])?;
            to.run(DEBIT, [Int(amount), place, Text("wallet")])?;
            to.run(CREDIT, [Int(amount), place, Text(account)])?;
        }
        to.run(EVENT, [place, Text(&self.event), at, order, Text(r#"{"seats":1,"paid_minor":4300}"#)])?;
        Ok(())
    }
}

/// A transaction of `Db::write`.
pub struct Transaction<'a>(pub &'a Tx<'a>);

impl Run for Transaction<'_> {
    fn run<const N: usize>(&mut self, sql: &'static str, values: [Bound<'_>; N]) -> Result<u64> {
        Ok(self.0.run(sql, &values.each_ref().map(|value| value as &dyn Bind))?)
    }
}

impl Bind for Bound<'_> {
    fn bind(&self) -> Value {
        match self {
            Bound::Text(text) => text.bind(),
            Bound::Int(int) => int.bind(),
        }
    }
}

/// The statements that must run once before the first sale.
pub fn town() -> Vec<String> {
    let cinemas = (0..PLACES).map(|i| CINEMA.replace("PLACE", &place(i)));
    let texts: Vec<String> = std::iter::once(TOWN.to_owned()).chain(cinemas).collect();
    let statements = texts.iter().flat_map(|text| text.split(';'));
    statements.map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

fn place(i: u64) -> String {
    format!("plc_{i}")
}
