//! What a film's name says: whose sequel it is, whether it comes back, which words it is made of.

/// A name taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// What films of one series share: `captain america` of “Captain America: Civil War”, `变形金刚` of 变形金刚3.
    pub stem: String,
    /// The whole name in lower case, words apart by one space, without the marks of a return.
    pub plain: String,
    /// The name carries a numeral or a subtitle, so that its stem is likely a series.
    pub numbered: bool,
    pub subtitled: bool,
    /// A film that comes back to cinemas.
    pub returns: bool,
}

impl Name {
    pub fn of(name: &str) -> Name {
        let lower = name.to_lowercase();
        let (kept, returns) = without_return(&lower);
        let plain = words(&kept).join(" ");
        let (head, subtitled) = match kept.find([':', '：', '·', '之']) {
            Some(at) if at > 0 => (&kept[..at], true),
            _ => match kept.find(" - ").or_else(|| kept.find(" – ")) {
                Some(at) => (&kept[..at], true),
                None => (kept.as_str(), false),
            },
        };
        let mut stem = words(head);
        let before = stem.len();
        while stem.len() > 1 && stem.last().is_some_and(|word| is_numeral(word)) {
            stem.pop();
        }
        let mut numbered = stem.len() < before;
        if stem.len() > 1
            && matches!(
                stem.last().map(String::as_str),
                Some("part" | "chapter" | "vol" | "volume" | "episode")
            )
        {
            stem.pop();
        }
        if stem.len() > 1 && matches!(stem[0].as_str(), "the" | "a" | "an") {
            stem.remove(0);
        }
        let mut stem = stem.join(" ");
        // 变形金刚3, 大片2013: a figure may follow a Chinese name without a space.
        let cut = stem.trim_end_matches(|c: char| c.is_ascii_digit() || "二三四五六".contains(c));
        if cut.chars().count() >= 2 && cut.len() < stem.len() && !cut.ends_with(' ') {
            numbered = true;
            stem = cut.to_owned();
        }
        Name { stem, plain, numbered, subtitled, returns }
    }

    /// Whether this film continues that one's series: the same stem, or a series' stem said within the name.
    pub fn continues(&self, earlier: &Name) -> bool {
        if self.stem == earlier.stem {
            return telling(&self.stem) || self.numbered || earlier.plain == self.plain;
        }
        let series = earlier.numbered || earlier.subtitled;
        series && long(&earlier.stem) && contains_words(&self.plain, &earlier.stem)
    }

    /// The words a name is made of; of Chinese names every two neighbouring characters.
    pub fn tokens(&self) -> Vec<String> {
        let mut tokens: Vec<String> = Vec::new();
        for word in self.plain.split(' ').filter(|word| !is_numeral(word)) {
            let letters: Vec<char> = word.chars().collect();
            if word.is_ascii() && letters.len() >= 3 && !STOP.contains(&word) {
                tokens.push(word.to_owned());
            } else if !word.is_ascii() {
                tokens.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
            }
        }
        tokens.sort();
        tokens.dedup();
        tokens
    }
}

const STOP: [&str; 12] =
    ["the", "and", "for", "with", "from", "you", "his", "her", "all", "not", "out", "its"];

/// Marks such as `2018 Re-release` or `30th Anniversary` cut off.
fn without_return(name: &str) -> (String, bool) {
    for mark in ["re-release", "re-issue", "reissue", "rerelease", "anniversary", "重映"] {
        if let Some(at) = name.find(mark) {
            let head = name[..at].trim_end();
            // The ending of “30th”, but not of “truth”.
            let ordinal = head.strip_suffix("th").filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit()));
            let number = |c: char| c.is_ascii_digit() || c.is_whitespace() || "(-–".contains(c);
            let head = ordinal.unwrap_or(head).trim_end_matches(number);
            return (if head.is_empty() { name.to_owned() } else { head.to_owned() }, true);
        }
    }
    (name.to_owned(), false)
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’'));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn is_numeral(word: &str) -> bool {
    let roman = ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];
    let spelt = ["two", "three", "四", "2d", "3d"];
    word.bytes().all(|byte| byte.is_ascii_digit()) || roman.contains(&word) || spelt.contains(&word)
}

/// A stem long enough that two films hardly share it by chance.
fn telling(stem: &str) -> bool {
    if stem.is_ascii() { stem.contains(' ') || stem.len() >= 4 } else { stem.chars().count() >= 2 }
}

fn long(stem: &str) -> bool {
    if stem.is_ascii() { stem.contains(' ') && stem.len() >= 8 } else { stem.chars().count() >= 3 }
}

fn contains_words(name: &str, stem: &str) -> bool {
    if !stem.is_ascii() {
        return name.contains(stem);
    }
    format!(" {name} ").contains(&format!(" {stem} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequel_is_known_by_its_name() {
        let continues = |film: &str, earlier: &str| Name::of(film).continues(&Name::of(earlier));
        for (film, earlier) in [
            ("Captain America: Civil War", "Captain America: The First Avenger"),
            ("The Hunger Games: Catching Fire", "The Hunger Games"),
            ("Rogue One: A Star Wars Story", "Star Wars: Episode III - Revenge of the Sith"),
            ("Pitch Perfect 2", "Pitch Perfect"),
            ("Schindler's List2018 Re-release", "Schindler's List"),
            ("变形金刚4：绝迹重生", "变形金刚3"),
            ("西游·降魔篇", "西游·伏妖篇"),
        ] {
            assert!(continues(film, earlier), "{film}: {:?} {:?}", Name::of(film), Name::of(earlier));
        }
        for (film, other) in [("The Visit", "The Witch"), ("Up", "Upgrade"), ("同桌的你", "匆匆那年")]
        {
            assert!(!continues(film, other), "{film}");
        }
    }

    #[test]
    fn a_return_is_known_by_its_name() {
        assert!(Name::of("Rudy2018 Re-release").returns);
        assert_eq!(Name::of("Rudy2018 Re-release").plain, "rudy");
        assert!(Name::of("Die Hard30th Anniversary Release").returns);
        assert!(!Name::of("Jumanji: Welcome to the Jungle").returns);
    }

    #[test]
    fn names_have_words_and_chinese_names_pairs() {
        assert_eq!(Name::of("A Madea Christmas").tokens(), ["christmas", "madea"]);
        assert_eq!(Name::of("小时代3").tokens().len(), 3);
        assert_eq!(Name::of("").tokens(), Vec::<String>::new());
    }
}
