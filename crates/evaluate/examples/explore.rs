use demand::calendar::Calendar;
use evaluate::box_office::{Market, charts};
use std::io::Write;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (market, calendar) = match args[2].as_str() {
        "china" => (Market::China, Calendar::mainland_china()),
        "us" => (Market::UnitedStates, Calendar::united_states()),
        _ => (Market::Korea, Calendar::south_korea()),
    };
    let films = charts::read_for_exploration(args[1].as_ref(), market).unwrap();
    let until = kernel::Day::parse(&args[3]).unwrap();
    let ages = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 19, 22, 25, 28];
    let rows = demand::in_release::explore(&films, &calendar, until, &ages).unwrap();
    let mut out = std::io::BufWriter::new(std::fs::File::create(&args[4]).unwrap());
    for row in &rows { for v in row { out.write_all(&(*v as f32).to_le_bytes()).unwrap(); } }
    println!("film,at,then,release,y,path,{}", demand::in_release::EXPLORE_COLUMNS.join(","));
    eprintln!("{} films {} rows", films.len(), rows.len());
}
