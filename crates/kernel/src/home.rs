//! Where a house is at home: a territory, the currency of its sums, the zone of its clock.
//!
//! A cinema's time is the cinema's and a sum is in its own currency; what belongs to the house as a whole, and what is
//! new and names nothing else, goes by its home.

use crate::{Currency, Refusal, Words, Zone};
use std::fmt;

/// A country or territory of ISO 3166-1, by its two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Territory([u8; 2]);

/// What is officially assigned in ISO 3166-1, part alpha-2.
const ASSIGNED: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
     BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES \
     ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN \
     IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG \
     MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL \
     PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
     TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Territories that keep books in a currency of ours: code, names, currency, the zone most of them live in.
const KNOWN: [(&str, &str, &str, Currency, &str); 29] = [
    ("AT", "Austria", "奥地利", Currency::EUR, "Europe/Vienna"),
    ("BE", "Belgium", "比利时", Currency::EUR, "Europe/Brussels"),
    ("CN", "mainland China", "中国内地", Currency::CNY, "Asia/Shanghai"),
    ("CY", "Cyprus", "塞浦路斯", Currency::EUR, "Asia/Nicosia"),
    ("DE", "Germany", "德国", Currency::EUR, "Europe/Berlin"),
    ("EE", "Estonia", "爱沙尼亚", Currency::EUR, "Europe/Tallinn"),
    ("ES", "Spain", "西班牙", Currency::EUR, "Europe/Madrid"),
    ("FI", "Finland", "芬兰", Currency::EUR, "Europe/Helsinki"),
    ("FR", "France", "法国", Currency::EUR, "Europe/Paris"),
    ("GB", "United Kingdom", "英国", Currency::GBP, "Europe/London"),
    ("GR", "Greece", "希腊", Currency::EUR, "Europe/Athens"),
    ("HK", "Hong Kong", "香港", Currency::HKD, "Asia/Hong_Kong"),
    ("HR", "Croatia", "克罗地亚", Currency::EUR, "Europe/Zagreb"),
    ("IE", "Ireland", "爱尔兰", Currency::EUR, "Europe/Dublin"),
    ("IT", "Italy", "意大利", Currency::EUR, "Europe/Rome"),
    ("JP", "Japan", "日本", Currency::JPY, "Asia/Tokyo"),
    ("KR", "South Korea", "韩国", Currency::KRW, "Asia/Seoul"),
    ("LT", "Lithuania", "立陶宛", Currency::EUR, "Europe/Vilnius"),
    ("LU", "Luxembourg", "卢森堡", Currency::EUR, "Europe/Luxembourg"),
    ("LV", "Latvia", "拉脱维亚", Currency::EUR, "Europe/Riga"),
    ("MC", "Monaco", "摩纳哥", Currency::EUR, "Europe/Monaco"),
    ("MT", "Malta", "马耳他", Currency::EUR, "Europe/Malta"),
    ("NL", "Netherlands", "荷兰", Currency::EUR, "Europe/Amsterdam"),
    ("PR", "Puerto Rico", "波多黎各", Currency::USD, "America/Puerto_Rico"),
    ("PT", "Portugal", "葡萄牙", Currency::EUR, "Europe/Lisbon"),
    ("SI", "Slovenia", "斯洛文尼亚", Currency::EUR, "Europe/Ljubljana"),
    ("SK", "Slovakia", "斯洛伐克", Currency::EUR, "Europe/Bratislava"),
    ("TW", "Taiwan", "台湾", Currency::TWD, "Asia/Taipei"),
    ("US", "United States", "美国", Currency::USD, "America/New_York"),
];

impl Territory {
    pub const CN: Territory = Territory(*b"CN");
    pub const KR: Territory = Territory(*b"KR");
    pub const TW: Territory = Territory(*b"TW");
    pub const US: Territory = Territory(*b"US");

    /// Reads `KR` or `kr`; refuses what ISO 3166-1 assigns to nobody.
    pub fn parse(text: &str) -> Result<Territory, Refusal> {
        let code = text.trim().to_ascii_uppercase();
        let found = ASSIGNED.split_ascii_whitespace().find(|assigned| *assigned == code);
        let letters = found.and_then(|code| code.as_bytes().try_into().ok());
        letters.map(Territory).ok_or_else(|| {
            let text: String = text.chars().take(24).collect();
            Refusal::field(
                "territory",
                "unknown_territory",
                format!("“{text}” is not a country or territory of ISO 3166, such as CN, KR or US."),
                format!("“{text}”不是 ISO 3166 的国家或地区代码，例如 CN、KR、US。"),
            )
        })
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("CN")
    }

    /// Its name, or its code where we know none.
    pub fn words(self) -> Words {
        known(self).map_or_else(|| Words::new(self.code(), self.code()), |(_, en, zh, ..)| Words::new(en, zh))
    }

    /// The territories whose currency and zone we know, by code.
    pub fn known() -> impl Iterator<Item = Territory> {
        KNOWN.iter().filter_map(|(code, ..)| Some(Territory(code.as_bytes().try_into().ok()?)))
    }

    /// The currency that is paid with there, if it is one of ours.
    pub fn currency(self) -> Option<Currency> {
        known(self).map(|(.., currency, _)| currency)
    }

    /// The zone that most of its people live in.
    pub fn zone(self) -> Option<Zone> {
        known(self).map(|(.., zone)| Zone::stored(zone))
    }
}

fn known(territory: Territory) -> Option<(&'static str, &'static str, &'static str, Currency, &'static str)> {
    KNOWN.into_iter().find(|(code, ..)| *code == territory.code())
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Where a house is at home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub territory: Territory,
    /// Of what is new and names no other, and of reports over the whole house.
    pub currency: Currency,
    /// Of the house's own day; a cinema has its own.
    pub zone: Zone,
}

impl Home {
    /// Where every house was at home before one could choose.
    pub fn mainland() -> Home {
        Home { territory: Territory::CN, currency: Currency::CNY, zone: Zone::shanghai() }
    }

    /// Reads what was typed; an empty currency or zone is the territory's own. Refuses at `territory`, `currency` or
    /// `zone` what is none, and what is left empty where we know no own.
    pub fn parse(territory: &str, currency: &str, zone: &str) -> Result<Home, Refusal> {
        let territory = Territory::parse(territory)?;
        let currency = match currency.trim() {
            "" => territory.currency().ok_or_else(|| unnamed("currency", "currency", "货币"))?,
            code => Currency::parse(code)?,
        };
        let zone = match zone.trim() {
            "" => territory.zone().ok_or_else(|| unnamed("zone", "time zone", "时区"))?,
            name => Zone::parse(name)?,
        };
        Ok(Home { territory, currency, zone })
    }
}

impl Default for Home {
    fn default() -> Home {
        Home::mainland()
    }
}

fn unnamed(field: &'static str, en: &str, zh: &str) -> Refusal {
    Refusal::field(
        field,
        "unnamed_default",
        format!("We know no {en} of this territory; please choose one."),
        format!("系统不了解该地区的{zh}，请自行选择。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_territory_brings_its_currency_and_its_zone() {
        let home = |territory| Home::parse(territory, "", "").expect("a home");
        assert_eq!(home("cn"), Home::mainland());
        assert_eq!((home("KR").currency, home("KR").zone.name()), (Currency::KRW, "Asia/Seoul"));
        assert_eq!((home("US").currency, home("US").zone.name()), (Currency::USD, "America/New_York"));
        assert_eq!(home("FR").currency, Currency::EUR);
        let west = Home::parse("US", "", "America/Los_Angeles").expect("a home");
        assert_eq!((west.currency, west.zone.name()), (Currency::USD, "America/Los_Angeles"));
    }

    #[test]
    fn what_is_no_home_is_refused_at_its_field() {
        let refused = |territory, currency, zone| {
            Home::parse(territory, currency, zone).expect_err("refused").field.expect("a field")
        };
        assert_eq!(refused("XX", "", ""), "territory");
        assert_eq!(refused("", "USD", "UTC"), "territory");
        assert_eq!(refused("US", "XAU", ""), "currency");
        assert_eq!(refused("US", "", "America/Nowhere"), "zone");
        assert_eq!(refused("BR", "", "America/Sao_Paulo"), "currency");
        assert_eq!(refused("BR", "USD", ""), "zone");
        assert!(Home::parse("BR", "USD", "America/Sao_Paulo").is_ok());
    }

    #[test]
    fn what_is_known_of_a_territory_can_be_read_back() {
        assert_eq!(Territory::known().count(), KNOWN.len());
        for territory in Territory::known() {
            assert_eq!(Territory::parse(territory.code()), Ok(territory));
            let zone = territory.zone().expect("a zone");
            assert!(Zone::parse(known(territory).expect("known").4).is_ok(), "{territory} {zone:?}");
        }
        assert_eq!(ASSIGNED.split_ascii_whitespace().count(), 249);
    }
}
