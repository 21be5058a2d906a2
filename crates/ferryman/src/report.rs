//! The release report, for a terminal.

use crate::check;
use kernel::Money;
use rehearsal::Report;
use rehearsal::world::PASSWORD;

/// Prints the report.
pub fn print(report: &Report) {
    days(report);
    money(report);
    forecast(report);
    println!("\nThe books  账本");
    check::print(&report.checks);
    let faults = &report.faults;
    println!(
        "    {} orders, {} refusals, {} refunds; {} notices lost, {} late, {} of them found by asking; {} events",
        faults.orders_held,
        faults.refusals,
        faults.refunds,
        faults.notices_lost,
        faults.notices_late,
        faults.notices_found,
        report.events
    );
}

fn yuan(minor: i64) -> String {
    Money::fen(minor).to_string()
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", ratio * 100.0)
}

fn days(report: &Report) {
    println!("\nThe release  上映   (one ticket here stands for {} in the market)", report.one_stands_for);
    println!(
        "  {:<10} {:>10} {:>14} {:>9} {:>9} {:>9} {:>9} {:>10}",
        "day", "admissions", "box office", "¥ m real", "showings", "% of them", "% of box", "per showing"
    );
    for day in &report.days {
        println!(
            "  {:<10} {:>10} {:>14} {:>9.2} {:>9} {:>9} {:>9} {:>10.1}",
            day.day.to_string(),
            day.admissions,
            yuan(day.box_office_minor),
            day.real_million_yuan,
            day.showings,
            percent(day.share_of_showings),
            percent(day.share_of_box_office),
            day.admissions_per_showing
        );
    }
    let totals = &report.totals;
    println!(
        "  {} admissions, box office {} and {} service fees; at real proportions ¥{:.1} m on the first day, ¥{:.1} m over the weekend, ¥{:.1} m in all",
        totals.admissions,
        yuan(totals.box_office_minor),
        yuan(totals.service_fees_minor),
        totals.opening_day_real_million_yuan,
        totals.opening_weekend_real_million_yuan,
        totals.total_real_million_yuan
    );
}

fn money(report: &Report) {
    let (ads, goods, split) = (&report.ads, &report.merchandise, &report.split);
    println!("\nAds  投放");
    println!(
        "  {} impressions, {} clicks, {} of {} spent",
        ads.impressions,
        ads.clicks,
        yuan(ads.spend_minor),
        yuan(ads.budget_minor)
    );
    println!(
        "  credited with {} orders: {} of tickets, {} of products",
        ads.credited_orders,
        yuan(ads.credited_tickets_minor),
        yuan(ads.credited_products_minor)
    );
    println!("\nLicensed goods  授权商品");
    println!(
        "  {} orders for {}; royalties {}, marketing fund {}",
        goods.orders,
        yuan(goods.sales_minor),
        yuan(goods.royalties_minor),
        yuan(goods.marketing_fund_minor)
    );
    println!("\nThe split  分账   ({} statements)", split.statements);
    for (name, minor) in [
        ("split base 分账票房", split.base_minor),
        ("special fund 专资", split.special_fund_minor),
        ("tax 税", split.tax_minor),
        ("exhibition 影院院线", split.exhibition_minor),
        ("agency 发行代理", split.agency_minor),
        ("distribution 发行", split.distribution_minor),
        ("producer 制片方", split.producer_minor),
        ("subsidies paid by the studio 票补", report.totals.subsidies_minor),
    ] {
        if minor != 0 {
            println!("  {:>16}  {name}", yuan(minor));
        }
    }
}

fn forecast(report: &Report) {
    let Some(forecast) = &report.forecast else { return };
    println!("\nThe forecast of day {} against what happened  第 {0} 天的预测", forecast.made_after_days);
    println!("  {:<10} {:>10} {:>19} {:>10}", "day", "¥ m", "90 %", "happened");
    for day in &forecast.days {
        println!(
            "  {:<10} {:>10.2} {:>19} {:>10.2}",
            day.day.to_string(),
            day.forecast_million,
            format!("{:.2} – {:.2}", day.low_million, day.high_million),
            day.actual_million
        );
    }
    let [low, total, high] = forecast.total_million;
    println!("  the whole run ¥{total:.1} m (90 %: {low:.1} – {high:.1})");
    println!(
        "  off by {} over these days; “tomorrow equals today” by {}; {} of {} days within the 90 %",
        percent(forecast.wape),
        percent(forecast.naive_wape),
        forecast.within_90,
        forecast.days.len()
    );
}

/// Where to look around, and as whom.
pub fn greet(address: &str) {
    println!("\nLook around  {address}   (ctrl-c stops)");
    println!("  password of every log-in: {PASSWORD}");
    for (who, email) in [
        ("consumer  观众", "ann@ferryman.example"),
        ("studio    片方", "studio@ferryman.example"),
        ("marketer  宣发", "marketer@ferryman.example"),
        ("merchant  商家", "merchant@ferryman.example"),
        ("cinema    影院", "cinema@ferryman.example"),
        ("shop      店铺", "shop@ferryman.example"),
        ("operator  运营", "operator@ferryman.example"),
    ] {
        println!("  {who}  {email}");
    }
}
