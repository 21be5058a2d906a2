//! Each rule lets the right statement pass and stops the wrong one.

use super::*;

const TABLES: &str = "
    create table cinema (place_id text not null primary key, slug text not null unique);
    create table title (id text not null primary key, name text not null);
    create table showtime (place_id text not null, id text not null, title_id text not null references title (id),
        primary key (place_id, id));
    create table ticket (place_id text not null, id text not null, showtime_id text not null, state text not null,
        primary key (place_id, id), foreign key (place_id, showtime_id) references showtime (place_id, id));
    create table account (book_id text not null, id text not null, primary key (book_id, id));
";

fn migration(text: &str) -> Vec<Source> {
    vec![Source::new("migrations/0001_box_office.sql", text.to_owned())]
}

fn said_of(path: &str, sql: &str) -> Vec<String> {
    let (schema, _) = schema::read(&migration(TABLES)).expect("the tables parse");
    let statement = Statement { path: path.into(), line: 1, sql: sql.into() };
    check_one(&schema, &statement).into_iter().map(|finding| finding.why).collect()
}

fn said(sql: &str) -> String {
    said_of("crates/box_office/src/tickets.rs", sql).join("; ")
}

#[track_caller]
fn passes(sql: &str) {
    assert_eq!(said(sql), "", "{sql}");
}

#[track_caller]
fn fails(sql: &str, because: &str) {
    let said = said(sql);
    assert!(said.contains(because), "“{said}” does not say “{because}” about {sql}");
}

#[test]
fn a_bound_key_passes() {
    passes("select id from ticket where place_id = $1 and state = 'sold'");
    passes("select id from ticket where (state = 'sold') and ($1 = ticket.place_id)");
    passes("select name from title");
    passes("select slug from cinema where slug = $1");
    passes("update ticket set state = $3 where place_id = $1 and id = $2 and state = $4");
    passes("delete from ticket where place_id = $1 and id = $2");
    passes(
        "insert into ticket (place_id, id, showtime_id, state) values ($1, $2, $3, 'held') on conflict (place_id, id) do update set state = 'held' where ticket.state = 'free' returning id",
    );
    passes("select a.id from account a where a.book_id = $1 group by a.id");
}

#[test]
fn an_equal_key_passes() {
    passes(
        "select t.id from ticket t join showtime s on s.place_id = t.place_id and s.id = t.showtime_id where t.place_id = $1",
    );
    passes("select t.id from ticket t left join showtime s using (place_id) where t.place_id = $1");
    passes("select t.id from cinema c join ticket t on t.place_id = c.place_id where c.place_id = $1");
    passes("select a.id from account a join ticket t on t.place_id = a.book_id where t.place_id = $1");
    passes(
        "select id from ticket t where t.place_id = $1 and exists (select 1 from showtime s where s.place_id = t.place_id)",
    );
    passes(
        "with sold as (select place_id, id from ticket where place_id = $1) select s.id from showtime s join sold on sold.place_id = s.place_id",
    );
    passes(
        "insert into ticket (place_id, id, showtime_id, state) select place_id, id, id, 'held' from showtime where place_id = $1",
    );
}

#[test]
fn an_unbound_key_fails() {
    fails("select id from ticket where id = $1", "ticket is sharded");
    fails("select id from ticket where place_id = $1 or state = 'sold'", "ticket is sharded");
    fails("select id from ticket where place_id <> $1", "ticket is sharded");
    fails("select id from account where id = $1", "must say book_id = $n");
    fails(
        "select t.id from ticket t join showtime s on s.id = t.showtime_id where t.place_id = $1",
        "showtime is sharded",
    );
    fails(
        "select t.id from cinema c join ticket t on t.place_id = c.place_id where c.slug = $1",
        "ticket is sharded",
    );
    fails("select name, (select count(*) from ticket) from title", "ticket is sharded");
    fails("select id from (select id from ticket) t", "ticket is sharded");
    fails("with sold as (select id from ticket) select id from sold", "ticket is sharded");
    fails("select id from ticket where place_id = $1 union select id from ticket", "ticket is sharded");
    fails("update ticket set state = 'x' where id = $1", "ticket is sharded");
    fails("delete from ticket where id = $1", "ticket is sharded");
    fails(
        "insert into ticket (place_id, id, showtime_id, state) select place_id, id, id, 'held' from showtime",
        "showtime is sharded",
    );
}

#[test]
fn only_reports_look_at_every_place() {
    let sql = "select count(*) from ticket";
    assert_eq!(said_of("crates/flows/src/views/gross.rs", sql), Vec::<String>::new());
    assert_eq!(said_of("crates/flows/src/check.rs", sql), Vec::<String>::new());
    assert_eq!(said_of("crates/flows/src/buy_tickets.rs", sql).len(), 1);
}

#[test]
fn an_insert_starts_with_its_key() {
    fails(
        "insert into ticket (id, place_id, showtime_id, state) values ($1, $2, $3, $4)",
        "names place_id first",
    );
    fails("insert into ticket values ($1, $2, $3, $4)", "names place_id first");
    fails(
        "insert into ticket (place_id, id, showtime_id, state) values (lower($1), $2, $3, $4)",
        "bound as $n",
    );
    fails(
        "insert into ticket (place_id, id, showtime_id, state) values ($1, (select id from title), $2, $3)",
        "subquery",
    );
}

#[test]
fn what_differs_between_engines_fails() {
    for call in ["now()", "random()", "gen_random_uuid()", "current_timestamp", "pg_advisory_xact_lock(1)"] {
        let said = said(&format!("select {call} from title"));
        assert!(said.contains("()"), "{call}: {said}");
    }
    fails("update title set name = cast(now() as text) where id = $1", "now()");
    fails("select id from ticket where place_id = $1 for update", "for update");
    fails("select name, count(*) from title group by grouping sets ((name), ())", "grouping sets");
    fails("update title set name = 'x'", "an update says where");
    fails("delete from title", "a delete says where");
    fails("update ticket set place_id = $1 where place_id = $2 and id = $3", "another shard");
    fails("select 1; select 2", "one statement");
    fails("select {columns} from title", "cannot be parsed");
    fails("create table x (a text)", "belongs into a migration");
}

#[test]
fn a_table_keeps_its_keys_inside_the_shard() {
    let said = |text: &str| {
        let (_, findings) = schema::read(&migration(&format!("{TABLES}{text}"))).expect("SQL");
        findings.into_iter().map(|finding| finding.why).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(said(""), "");
    assert!(
        said("create table a (place_id text, id text, n text unique, primary key (place_id, id));")
            .contains("unique (n)")
    );
    assert!(
        said("create table a (place_id text, id text, primary key (place_id, id), unique (id, place_id));")
            .contains("unique (id")
    );
    assert!(said("create unique index once on ticket (showtime_id);").contains("unique (showtime_id)"));
    assert!(said("create table a (place_id text, id text, t text, primary key (place_id, id), foreign key (t) references ticket (id));").contains("leaves the shard"));
    assert!(said("create table a (id bigserial primary key);").contains("bigserial"));
    assert!(said("create table a (id text primary key, at timestamp);").contains("timestamp"));
    assert!(said("create view v as select 1;").contains("makes tables and indexes"));
}
