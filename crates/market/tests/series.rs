//! What the readers of charts take and what they refuse.

use flate2::{Compression, write::GzEncoder};
use kernel::{Currency, Day, Refusal};
use market::series::{self, Dialect, Film, Grain, Market, Reading};
use market::table::Packed;
use std::io::Write;
use std::path::{Path, PathBuf};

const CHINA: &str = "show_share,movie_id,cum_box_wan,release_day,box_share,box_wan,title,releaseTime,category,duration,wishNum,score,version,date,release_date";
const US: &str = "date,rank,release_id,title,gross,theaters,to_date,days,distributor,is_new,estimated";
const KOREA: &str = "date,rank,movieCd,movieNm,openDt,salesAmt,audiCnt,audiAcc,scrnCnt,showCnt,src";
const TAIWAN: &str = "week_start,release_date,title,country,theatres,tickets,amount";

fn read_bytes(bytes: &[u8]) -> Result<Reading, Refusal> {
    series::read(&Packed::read("chart.csv", bytes)?, None)
}

fn read(header: &str, rows: &[&str]) -> Result<Reading, Refusal> {
    read_bytes(format!("{header}\n{}\n", rows.join("\n")).as_bytes())
}

/// Rows of one film, a day each, enough of them that one bad line more does not spoil the file.
fn us_run(days: i32) -> Vec<String> {
    let first = day("2018-06-01");
    let row = |i: i32| {
        format!(
            "{},1,rl1,River,{},3000.0,{}.0,{}.0,Ferry,False,False",
            first.plus(i),
            1000 + i,
            9_000 + i,
            i + 1
        )
    };
    (0..days).map(row).collect()
}

fn us_with(bad: &[&str]) -> Result<Reading, Refusal> {
    let mut rows = us_run(300);
    rows.extend(bad.iter().map(|row| (*row).to_owned()));
    read(US, &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("it works")
}

#[test]
fn a_chinese_chart_counts_in_ten_thousand_yuan_and_percent() {
    let reading = read(
        CHINA,
        &[
            "38.26,3,35556,2,42.82,2699.1,渡,2011-01-01,\"喜剧,爱情\",120.0,52.0,7.5,2D/IMAX 3D,2011-01-02,2011-01-01",
            "40,3,35556,1,41,2000,渡,2011-01-01,\"喜剧,爱情\",0.0,52.0,7.5,Null,2011-01-01,2011-01-01",
        ],
    )
    .unwrap();
    let series = reading.series;
    assert_eq!((series.market, series.currency, series.grain), (Market::China, Currency::CNY, Grain::Day));
    let film = Film {
        key: "3".into(),
        title: "渡".into(),
        release: Some(day("2011-01-01")),
        genres: vec!["喜剧".into(), "爱情".into()],
        duration_minutes: Some(120),
        versions: vec!["2D".into(), "IMAX 3D".into()],
        ..Film::default()
    };
    assert_eq!(series.films, [film]);
    let second = series.days_of(0)[1];
    assert_eq!(second.day, day("2011-01-02"));
    assert_eq!(second.gross, Some(2_699_100_000), "2,699.1 × 10,000 yuan are 26,991,000 yuan in fen");
    assert_eq!(second.gross_to_date, Some(35_556_000_000));
    assert_eq!(second.share_of_showings, Some(0.3826));
    assert_eq!(second.share_of_box_office, Some(0.4282));
    assert_eq!((second.admissions, second.screens, second.showings), (None, None, None));
}

#[test]
fn what_was_read_after_the_release_is_never_looked_at() {
    let row = |late: &str| format!("40,3,1,1,41,2000,渡,2011-01-01,喜剧,90,{late},2D,2011-01-01,2011-01-01");
    let plain = read(CHINA, &[&row("52.0,7.5")]).unwrap().series;
    assert_eq!(read(CHINA, &[&row("a lie,another")]).unwrap().series, plain);
}

#[test]
fn an_american_chart_counts_back_to_the_release_day() {
    let reading = read(
        US,
        &[
            "2000-01-02,1,rl2,Stuart,6762000,2900.0,75194370.0,17.0,Sony,False,False",
            "2000-01-01,1,rl2,Stuart,6000000,,,16.0,Sony,False,False",
            "2000-01-02,2,rl9,\"Once, Again\",\"$1,234\",3.0,,,,False,False",
        ],
    )
    .unwrap();
    let series = reading.series;
    assert_eq!(series.films[0].release, Some(day("1999-12-17")));
    assert_eq!((series.films[1].release, series.films[1].distributor.as_deref()), (None, None));
    let first = series.days_of(0)[0];
    assert_eq!((first.day, first.gross, first.screens), (day("2000-01-01"), Some(600_000_000), None));
    assert_eq!(series.days_of(1).len(), 1, "a film with one day stays");
    assert_eq!(series.days_of(1)[0].gross, Some(123_400));
    assert_eq!(series.span(), Some((day("2000-01-01"), day("2000-01-02"))));
}

#[test]
fn a_korean_chart_counts_money_and_people() {
    let reading =
        read(KOREA, &["2020-01-01,1,20192206,백두산,2019-12-19,4430968920,498802,6789304,1236,5845,x"]);
    let series = reading.unwrap().series;
    let one = series.days[0];
    assert_eq!((one.gross, one.admissions), (Some(4_430_968_920), Some(498_802)));
    assert_eq!((one.screens, one.showings, one.rank), (Some(1236), Some(5845), Some(1)));
    assert_eq!((one.admissions_to_date, one.gross_to_date), (Some(6_789_304), None));
    let exported = "날짜,순위,영화명,개봉일,매출액,관객수,스크린수,상영횟수,대표국적,배급사";
    let reading = read(
        exported,
        &["2020/01/01,1,백두산,20191219,\"4,430,968,920\",\"498,802\",\"1,236\",\"5,845\",한국,CJ"],
    );
    let exported = reading.unwrap().series;
    assert_eq!(exported.days[0].gross, one.gross);
    assert_eq!(exported.films[0].release, series.films[0].release);
    assert_eq!(exported.films[0].country.as_deref(), Some("한국"));
}

#[test]
fn a_taiwanese_chart_is_weekly_and_cumulative() {
    let rows = [
        "2019-07-22,2019-07-19,電流大戰,美國,77,,",
        "2019-07-29,2019-07-19,電流大戰,美國,70,3146.0,695671.0",
    ];
    let series = read(TAIWAN, &rows).unwrap().series;
    assert_eq!((series.grain, series.currency), (Grain::Week, Currency::TWD));
    assert_eq!(series.films[0].key, "電流大戰@2019-07-19");
    let [first, second] = series.days_of(0) else { panic!("two weeks") };
    assert_eq!((first.gross_to_date, first.admissions_to_date), (None, None));
    assert_eq!((second.gross_to_date, second.gross), (Some(69_567_100), None));
}

#[test]
fn rows_and_films_may_come_in_any_order_and_gaps_stay_gaps() {
    let rows = us_run(10);
    let mut mixed: Vec<&str> = rows.iter().map(String::as_str).collect();
    mixed.reverse();
    mixed.remove(4);
    let series = read(US, &mixed).unwrap().series;
    let days: Vec<String> = series.days_of(0).iter().map(|one| one.day.to_string()).collect();
    assert_eq!(days.len(), 9, "the day that nobody reported is not made up");
    assert!(days.is_sorted());
    assert!(!days.contains(&"2018-06-06".to_owned()));
    assert_eq!(series.films[0].release, Some(day("2018-06-01")));
}

#[test]
fn a_film_day_that_is_said_twice_counts_once() {
    let first = &us_run(1)[0];
    let reading = us_with(&[first]).unwrap();
    assert_eq!((reading.rows, reading.repeated, reading.refused), (301, 1, 0));
    assert_eq!(reading.series.days.len(), 300);
}

#[test]
fn a_film_day_that_is_said_differently_is_refused_and_the_first_counts() {
    let reading = us_with(&["2018-06-01,1,rl1,River,7,3000.0,9000.0,1.0,Ferry,False,False"]).unwrap();
    assert_eq!((reading.refused, reading.series.days[0].gross), (1, Some(100_000)));
    let say = &reading.refusals[0].say;
    assert_eq!(
        say.en,
        "Line 302 of “chart.csv” says something else about “River” on 2018-06-01 than line 2; line 2 counts."
    );
    assert_eq!(say.zh, "“chart.csv”第 302 行关于《River》2018-06-01 的数据与第 2 行不同；以第 2 行为准。");
    assert!(reading.strictly().is_err());
}

#[test]
fn amounts_that_cannot_be_are_refused_by_line_and_column() {
    let refused = |gross: &str| {
        let row = format!("2019-06-01,1,rl1,River,{gross},3000.0,9000.0,1.0,Ferry,False,False");
        let reading = us_with(&[&row]).unwrap();
        assert_eq!((reading.refused, reading.series.days.len()), (1, 300), "{gross}");
        reading.refusals[0].clone()
    };
    let negative = refused("-5");
    assert_eq!(negative.code, "bad_line");
    assert_eq!(
        negative.say.en,
        "Line 302 of “chart.csv”: gross is “-5”, which is not zero or more; correct the day it belongs to."
    );
    assert_eq!(negative.say.zh, "“chart.csv”第 302 行：gross 为“-5”，应为零或正数；请更正到它所属的日期。");
    for bad in ["1e9", "many", "99999999999999", "100000000001", "1.2.3", "NaN5"] {
        assert!(refused(bad).say.en.contains(&format!("gross is “{bad}”")), "{bad}");
    }
}

#[test]
fn a_day_that_is_none_is_refused() {
    for bad in ["2018-13-01", "01.06.2018", "", "0018-06-01"] {
        let reading = us_with(&[&format!("{bad},1,rl1,River,5,3.0,9.0,1.0,Ferry,False,False")]).unwrap();
        assert_eq!(reading.refused, 1, "{bad}");
        assert!(reading.refusals[0].say.en.contains("not a day such as 2016-12-23"), "{bad}");
    }
}

#[test]
fn a_share_above_the_whole_is_unknown_and_its_line_counts() {
    let row = "46.26,7,1,1,133.16,1825.0,寺,2011-01-20,动作,120,1,1,2D,2011-01-20,2011-01-20";
    let reading = read(CHINA, &[row]).unwrap();
    assert_eq!((reading.refused, reading.unknown_cells), (0, 1));
    let one = reading.series.days[0];
    assert_eq!((one.share_of_box_office, one.share_of_showings), (None, Some(0.4626)));
    assert!(reading.strictly().is_ok());
}

#[test]
fn a_file_of_mostly_bad_lines_is_refused_whole() {
    let refusal = read(US, &["2018-06-01,1,rl1,River,-5,3000.0,9000.0,1.0,Ferry,False,False"]).unwrap_err();
    assert_eq!(refusal.code, "bad_file");
    assert!(refusal.say.en.contains("The only line of") && refusal.say.en.contains("gross is “-5”"));
}

#[test]
fn a_file_without_a_column_it_needs_is_refused() {
    let packed = Packed::read("chart.csv", "date,title,gross\n2018-06-01,River,5\n".as_bytes()).unwrap();
    let refusal = series::read(&packed, Some(Dialect::of(Market::Us))).unwrap_err();
    assert_eq!(
        refusal.say.en,
        "“chart.csv” is not a us_daily chart: it lacks theaters; its columns are date, title, gross."
    );
    let refusal = series::read(&packed, None).unwrap_err();
    assert!(refusal.say.en.contains("none of the charts that are understood"), "{}", refusal.say.en);
    for empty in ["", "\n", US] {
        assert_eq!(read_bytes(empty.as_bytes()).unwrap_err().code, "bad_file", "{empty}");
    }
}

#[test]
fn a_torn_line_is_refused_by_its_number() {
    let refusal = read(US, &["2018-06-01,1,rl1"]).unwrap_err();
    assert_eq!(refusal.say.en, "Line 2 of “chart.csv” has 3 cells, the header 11.");
}

#[test]
fn one_file_has_one_currency() {
    let header = format!("{US},currency");
    let row = |currency: &str| {
        let row = format!("2018-06-01,1,rl1,River,5,3.0,9.0,1.0,Ferry,False,False,{currency}");
        read(&header, &[&row])
    };
    assert!(row("USD").is_ok());
    assert!(row("CNY").unwrap_err().say.en.contains("is in “CNY”, the chart in USD"));
    let signed = us_with(&["2018-06-01,1,rl2,Lake,¥5,3.0,9.0,1.0,Ferry,False,False"]);
    assert!(signed.unwrap_err().say.en.starts_with("Line 302 of “chart.csv” is in “¥”"));
}

#[test]
fn text_is_unicode_or_what_is_usual_where_it_comes_from() {
    let text = "日期,影片,票房（万）,排片占比\n2011-01-01,让子弹飞,3008.1,37.21\n";
    let plain = read_bytes(text.as_bytes()).unwrap().series;
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    assert_eq!(read_bytes(&marked).unwrap().series, plain);
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    assert_eq!(read_bytes(&gbk).unwrap().series, plain);
    assert_eq!(plain.films[0].title, "让子弹飞");
    let latin = format!("{US}\n2018-06-01,1,rl1,Am\u{1},5,3.0,9.0,1.0,Ferry,False,False\n");
    let latin: Vec<u8> = latin.bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
    let packed = Packed::read("latin.csv", latin.as_slice()).unwrap();
    let refusal = series::read(&packed, Some(Dialect::of(Market::Us))).unwrap_err();
    assert_eq!(refusal.say.en, "“latin.csv” is not text in UTF-8; save it again as UTF-8.");
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_bytes(&utf16).unwrap_err().code, "bad_file");
}

#[test]
fn a_gzipped_chart_reads_like_a_plain_one() {
    let text = format!("{US}\n{}\n", us_run(20).join("\n"));
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    assert_eq!(read_bytes(&packed).unwrap().series, read_bytes(text.as_bytes()).unwrap().series);
    let torn = &packed[..packed.len() / 2];
    assert_eq!(Packed::read("chart.csv.gz", torn).err().map(|refusal| refusal.code), Some("bad_file"));
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_refused_and_swallows_nothing() {
    let mut rows = us_run(120);
    rows[2] = rows[2].replace(",False,False", ",False,\"False");
    let refusal = read(US, &rows.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_err();
    assert_eq!(
        refusal.say.en,
        "Line 4 of “chart.csv” opens a quotation mark that is never closed; what follows it cannot be told apart."
    );
    assert!(refusal.say.zh.contains("第 4 行") && refusal.say.zh.contains("引号"), "{}", refusal.say.zh);
    let closed = us_run(3).join("\n").replace("River", "\"The \"\"Old\"\"\nRiver\"");
    assert_eq!(read(US, &[&closed]).unwrap().series.films[0].title, "The \"Old\" River");
}

#[test]
fn columns_that_were_swapped_are_refused() {
    let refused = |header: &str, rows: &[&str]| read(header, rows).unwrap_err().say;
    let us = us_run(150);
    let us: Vec<&str> = us.iter().map(String::as_str).collect();
    let swapped = US.replace("gross,theaters,to_date", "to_date,theaters,gross");
    let says = refused(&swapped, &us);
    assert_eq!(
        says.en,
        "In 150 of the 150 lines of “chart.csv” that say both, a day’s gross is more than to_date, all its days together; are the columns swapped?"
    );
    assert!(says.zh.contains("150") && says.zh.contains("列"), "{}", says.zh);
    let korea = KOREA.replace("salesAmt,audiCnt", "audiCnt,salesAmt");
    let row = "2020-01-01,1,20192206,백두산,2019-12-19,4430968920,498802,6789304,1236,5845,x";
    // 4,430,968,920 people are more than there are.
    assert!(refused(&korea, &[row]).en.contains("audiCnt is “4430968920”"));
    let small: Vec<String> = (1..=20)
        .map(|i| format!("2020-01-{i:02},1,1,백두산,2019-12-19,44309689,498,67893040,1236,5845,x"))
        .collect();
    let small: Vec<&str> = small.iter().map(String::as_str).collect();
    let says = refused(&korea, &small).en;
    assert!(says.contains("20 of the 20") && says.contains("less than one unit of money"), "{says}");
    assert!(
        us_with(&["2018-06-01,2,rl7,Lake,9001,3.0,9000.0,1.0,Ferry,False,False"]).is_ok(),
        "one line is the chart's own"
    );
}

#[test]
fn shares_that_are_parts_of_one_are_refused_where_percent_are_due() {
    let rows = |share: f64| -> Vec<String> {
        let row = |i: i32| format!("2014-01-01,渡{i},100,{share}");
        (0..12).map(row).collect()
    };
    let chart = |share: f64| {
        let rows = rows(share);
        read("date,title,box_wan,show_share", &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert!(chart(8.2).is_ok());
    let refusal = chart(0.082).unwrap_err();
    assert!(
        refusal.say.en.contains("show_share") && refusal.say.en.contains("percent"),
        "{}",
        refusal.say.en
    );
}

#[test]
fn two_films_of_one_title_are_two_where_the_days_in_release_tell() {
    let header = "date,movie,gross,total gross,theaters,days";
    let run = |year: i32| {
        (1..=20)
            .map(move |age| format!("{year}-10-{age:02},Halloween,{},{},3000,{age}", 100 - age, 100 * age))
    };
    let rows: Vec<String> = run(2007).chain(run(2018)).collect();
    let read_of =
        |rows: &[String]| read(header, &rows.iter().map(String::as_str).collect::<Vec<_>>()).unwrap().series;
    let series = read_of(&rows);
    let releases: Vec<Option<Day>> = series.films.iter().map(|film| film.release).collect();
    assert_eq!(releases, [Some(day("2007-10-01")), Some(day("2018-10-01"))]);
    assert_eq!(read_of(&rows[20..]).films[0].key, series.films[1].key, "a later file knows the film again");
    let mut miscounted = rows[..20].to_vec();
    miscounted[19] = miscounted[19].replace(",20", ",17");
    assert_eq!(read_of(&miscounted).films.len(), 1, "a miscounted day makes no other film");
}

#[test]
fn a_day_that_has_not_been_is_refused() {
    let text = format!(
        "{US}\n{}\n2091-01-01,1,rl1,River,5,3.0,90000.0,1.0,Ferry,False,False\n",
        us_run(300).join("\n")
    );
    let packed = Packed::read("chart.csv", text.as_bytes()).unwrap();
    let reading = series::read_until(&packed, None, day("2026-01-01")).unwrap();
    assert_eq!((reading.refused, reading.series.days.len()), (1, 300));
    assert_eq!(
        reading.refusals[0].say.en,
        "Line 302 of “chart.csv”: date is “2091-01-01”, which is not a day that has been."
    );
}

#[test]
fn a_title_is_one_line_of_a_sensible_length() {
    let row = |title: &str| format!("2018-06-01,1,rl7,{title},5,3.0,9.0,1.0,Ferry,False,False");
    let reading = us_with(&[&row("\"The\n  Long   River\"")]).unwrap();
    assert!(reading.series.films.iter().any(|film| film.title == "The Long River"));
    let reading = us_with(&[&row(&"x".repeat(301))]).unwrap();
    assert_eq!(reading.refused, 1);
    assert!(reading.refusals[0].say.en.contains("at most 300 characters"), "{}", reading.refusals[0].say.en);
}

#[test]
fn what_a_spreadsheet_saves_is_read() {
    let text = "日期\t影片\t票房（万）\t排片占比\n2011/1/1\t让子弹飞\t\"3,008.1\"\t37.21%\n".replace('"', "");
    let plain = read_bytes("日期,影片,票房（万）,排片占比\n2011-01-01,让子弹飞,3008.1,37.21\n".as_bytes())
        .unwrap()
        .series;
    for (mark, bytes) in [
        ([0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        ([0xfe, 0xff], text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ] {
        let marked = [mark.as_slice(), &bytes].concat();
        assert_eq!(read_bytes(&marked).unwrap().series, plain);
    }
    let currency =
        read(&format!("{US},currency"), &["2018-06-01,1,rl1,River,5,3.0,9.0,1.0,Ferry,False,False, usd"]);
    assert!(currency.is_ok(), "a code is one in whatever letters");
}

#[test]
fn an_amount_says_its_unit_where_its_column_does_not() {
    let header = "日期,影片名称,综合票房,排片占比,累计票房";
    let series =
        read(header, &["2019年2月5日,渡,1.96亿,11.5%,1.96亿", "2019年2月6日,渡,26200.5万元,12%,4.58亿元"])
            .unwrap()
            .series;
    let days = series.days_of(0);
    assert_eq!((days[0].day, days[0].gross), (day("2019-02-05"), Some(19_600_000_000)));
    assert_eq!((days[1].gross, days[1].gross_to_date), (Some(26_200_500_000), Some(45_800_000_000)));
    let bare = read(header, &["2019-02-05,渡,19600,11.5%,1.96亿"]).unwrap_err();
    assert_eq!(
        bare.say.en,
        "The only line of “chart.csv” cannot be taken. Line 2 of “chart.csv”: 综合票房 is “19600”, which is not an amount with its unit, such as 2699.1万 or 1.96亿."
    );
    let wan =
        read("日期,影片名称,综合票房(万),排片占比", &["2019-02-05,渡,\"19,600.5\",11.5%"]).unwrap().series;
    assert_eq!(wan.days[0].gross, Some(19_600_500_000));
}

#[test]
fn a_line_that_adds_the_table_up_is_no_film() {
    let header = "순위,영화명,개봉일,매출액,매출액점유율,누적매출액,관객수,누적관객수,스크린수,상영횟수";
    let film = "1,기생충,2019-05-30,\"4,951,206,540\",62.3%,\"5,012,345,678\",\"568,092\",\"577,000\",\"1,783\",\"8,263\"";
    let text = format!("{header}\r\n{film}\r\n합계,,,\"4,951,206,540\",,,\"568,092\",,,\r\n");
    let (bytes, _, _) = encoding_rs::EUC_KR.encode(&text);
    let file = Packed::read("kobis_20190530.csv", bytes.as_ref()).unwrap();
    let reading = series::read(&file, None).unwrap();
    assert_eq!((reading.rows, reading.refused, reading.series.films.len()), (1, 0, 1));
    assert_eq!(reading.series.days[0].screens, Some(1_783));
    let total = read(US, &["2018-06-01,1,rl7,Total,1000,10,1000,1,Ferry,False,False"]).unwrap();
    assert_eq!(total.series.films[0].title, "Total", "a film may be called so");
}

#[test]
fn a_workbook_or_an_archive_is_told_from_text() {
    for bytes in [b"PK\x03\x04rest".as_slice(), b"\xd0\xcf\x11\xe0rest"] {
        let Err(refusal) = Packed::read("chart.xlsx", bytes) else { panic!("it is no table") };
        assert!(refusal.say.en.contains("save its sheet as CSV"), "{}", refusal.say.en);
    }
}

#[test]
fn a_comma_that_divides_no_thousands_is_no_number() {
    for bad in ["1,5", "3008,1", "12,34,567", ",500", "1,0000"] {
        let row = format!("2018-06-01,1,rl9,Lake,\"{bad}\",3.0,,1.0,Ferry,False,False");
        let reading = us_with(&[&row]).unwrap();
        assert_eq!(reading.refused, 1, "{bad}");
    }
}

#[test]
fn a_damaged_file_is_told_in_the_readers_language() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(us_run(200).join("\n").as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let refusal = Packed::read("chart.csv.gz", &packed[..packed.len() / 2]).err().unwrap();
    assert_eq!(refusal.say.en, "“chart.csv.gz” is damaged or was cut off; fetch it again.");
    assert_eq!(refusal.say.zh, "“chart.csv.gz”已损坏或不完整，请重新获取。");
    let missing = Packed::open(Path::new("/nowhere/chart.csv")).err().unwrap();
    assert_eq!(missing.say.zh, "没有“chart.csv”这个文件。");
}

/// Where the large real charts lie, outside the repository.
fn shared(name: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if !file.exists() {
        eprintln!("skipped: {name} is not there");
        return None;
    }
    Some(file)
}

#[test]
fn the_real_charts_are_read_whole() {
    let charts = [
        ("china_daily_2011_2014.csv.gz", Market::China, 27_251, 1_269, "2011-01-01", "2014-09-30", 0),
        ("us_daily_2000_2018.csv.gz", Market::Us, 291_359, 5_292, "2000-01-01", "2018-12-31", 0),
        ("korea_daily_top10_2020_2023.csv.gz", Market::Korea, 12_470, 956, "2020-01-01", "2023-05-31", 0),
        ("taiwan_weekly_2018_2021.csv.gz", Market::Taiwan, 16_508, 2_632, "2018-07-30", "2021-12-27", 1),
    ];
    for (name, market, rows, films, first, last, refused) in charts {
        let Some(file) = shared(name) else { continue };
        let reading = series::read(&Packed::open(&file).unwrap(), None).unwrap();
        let series = &reading.series;
        assert_eq!((series.market, reading.rows, reading.refused), (market, rows, refused), "{name}");
        assert_eq!(series.span(), Some((day(first), day(last))), "{name}");
        assert_eq!(series.films.len(), films, "{name}");
        assert_eq!(series.days.len(), rows - refused - reading.repeated, "{name}");
    }
}
