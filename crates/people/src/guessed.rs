//! Passwords that somebody guesses first: those that leaked most often, rows of keys, dates, names, and words at hand.
//!
//! How many guesses a password takes is reckoned by `zxcvbn` (Wheeler 2016), which knows the lists and the habits.

/// Powers of ten: whoever has a stolen hash makes so many guesses in weeks, whoever is at the door never does.
const GUESSES_LOG10_MIN: f64 = 7.5;
/// Words of this trade, of this program and of the Chinese lists; a person's own name and address are added to them.
const AT_HAND: [&str; 31] = [
    "ferryman",
    "ferry",
    "摆渡人",
    "摆渡",
    "cinema",
    "cinemas",
    "film",
    "films",
    "movie",
    "movies",
    "ticket",
    "tickets",
    "operator",
    "studio",
    "merchant",
    "marketer",
    "admin",
    "demo",
    "影院",
    "电影",
    "平台",
    "taobao",
    "tmall",
    "alipay",
    "weixin",
    "woaini",
    "aini",
    "1314",
    "520",
    "5201314",
    "mima",
];

/// Whether a password is one of those, in whatever case, for somebody of this name and email address.
pub fn is_guessed(password: &str, name: &str, email: &str) -> bool {
    let name = name.to_lowercase();
    let email = email.to_lowercase();
    let own = email.split(['@', '.', '-', '_', '+']).chain(name.split_whitespace()).chain([name.as_str()]);
    let words: Vec<&str> = AT_HAND.into_iter().chain(own.filter(|word| !word.is_empty())).collect();
    zxcvbn::zxcvbn(password, &words).guesses_log10() < GUESSES_LOG10_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(password: &str) -> bool {
        is_guessed(password, "Ada Lovelace 张三", "countess@example.com")
    }

    #[test]
    fn what_leaked_most_often_is_known() {
        for leaked in [
            "password",
            "12345678",
            "PassWord1",
            "woaini1314",
            "5201314520",
            "qwertyuiop",
            "aaaaaaaaaaaaaaaa",
            "1qaz2wsx",
            "19870512",
            "letmein99",
            "hunter2hunter2",
        ] {
            assert!(guessed(leaked), "{leaked}");
        }
    }

    #[test]
    fn words_at_hand_are_no_password() {
        for near in [
            "Ferryman2016!",
            "ferryferry",
            "摆渡人20161223",
            "lovelace-1815",
            "Countess1",
            "example1",
            "TICKETS!!!",
            "taobao123",
            "张三20161223",
        ] {
            assert!(guessed(near), "{near}");
        }
    }

    #[test]
    fn anything_else_may_be_one() {
        for fine in
            ["correct horse", "渡口灯火通明三更", "ferryman in the rain", "q8#vv0-plumtree", "battery staple"]
        {
            assert!(!guessed(fine), "{fine}");
        }
    }
}
