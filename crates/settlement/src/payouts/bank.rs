//! Bank accounts, checked as far as their numbers can tell.

use kernel::{Error, Refusal, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankAccount {
    /// ISO 13616, without spaces, in capitals.
    Iban(String),
    /// A Chinese account: its number, and the twelve digits of its branch in CNAPS.
    Cnaps { number: String, bank_code: String },
    /// An account anywhere else: its number, and its bank by ISO 9362.
    Bic { number: String, bic: String },
}

impl BankAccount {
    /// An IBAN as people write it: spaces and small letters are read.
    pub fn iban(text: &str) -> Result<BankAccount, Refusal> {
        let compact = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let account = BankAccount::Iban(compact);
        account.check()?;
        Ok(account)
    }

    /// A Chinese account as people write it: spaces and hyphens are read.
    pub fn cnaps(number: &str, bank_code: &str) -> Result<BankAccount, Refusal> {
        let compact = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let account = BankAccount::Cnaps { number: compact(number), bank_code: compact(bank_code) };
        account.check()?;
        Ok(account)
    }

    /// An account at a bank that is known by its BIC, as people write it.
    pub fn bic(number: &str, bic: &str) -> Result<BankAccount, Refusal> {
        let compact = |text: &str| {
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
        };
        let account = BankAccount::Bic { number: compact(number), bic: compact(bic) };
        account.check()?;
        Ok(account)
    }

    /// By the code of its scheme, as a form or a program sends it: `iban`, `cnaps` or `bic`. Refuses `bad_scheme`, and
    /// what [`BankAccount::check`] refuses.
    pub fn read(scheme: &str, number: &str, bank_code: &str) -> Result<BankAccount, Refusal> {
        match scheme {
            "iban" => BankAccount::iban(number),
            "cnaps" => BankAccount::cnaps(number, bank_code),
            "bic" => BankAccount::bic(number, bank_code),
            _ => Err(Refusal::field(
                "scheme",
                "bad_scheme",
                "Choose which kind of account this is.",
                "请选择账户类型。",
            )),
        }
    }

    /// Its number with all but the last four signs hidden, for those who need not know it.
    pub fn masked(&self) -> String {
        let (_, number, _) = self.columns();
        let hidden = number.chars().count().saturating_sub(4);
        format!("•••• {}", number.chars().skip(hidden).collect::<String>())
    }

    /// Refuses `bad_iban`, `bad_account_number`, `bad_bank_code`, `bad_bic`.
    pub fn check(&self) -> Result<(), Refusal> {
        match self {
            BankAccount::Iban(iban) if !is_iban(iban) => Err(Refusal::field(
                "account_number",
                "bad_iban",
                "This is no IBAN: its check digits do not fit.",
                "IBAN 有误：校验位不符。",
            )),
            BankAccount::Cnaps { number, .. } if !are_digits(number, 8, 32) => Err(Refusal::field(
                "account_number",
                "bad_account_number",
                "A Chinese account number has 8 to 32 digits.",
                "银行账号应为8至32位数字。",
            )),
            BankAccount::Cnaps { bank_code, .. } if !are_digits(bank_code, 12, 12) => Err(Refusal::field(
                "bank_code",
                "bad_bank_code",
                "The bank’s CNAPS code has 12 digits.",
                "联行号应为12位数字。",
            )),
            BankAccount::Bic { number, .. } if !is_other_number(number) => Err(Refusal::field(
                "account_number",
                "bad_account_number",
                "An account number has 4 to 34 letters and digits.",
                "银行账号应为4至34位字母或数字。",
            )),
            BankAccount::Bic { bic, .. } if !is_bic(bic) => Err(Refusal::field(
                "bank_code",
                "bad_bic",
                "A BIC has 8 or 11 letters and digits, such as BOFAUS3N.",
                "BIC 应为8位或11位字母数字，例如 BOFAUS3N。",
            )),
            _ => Ok(()),
        }
    }

    /// `scheme`, `number` and `bank_code` as they are kept.
    pub fn columns(&self) -> (&'static str, &str, &str) {
        match self {
            BankAccount::Iban(iban) => ("iban", iban, ""),
            BankAccount::Cnaps { number, bank_code } => ("cnaps", number, bank_code),
            BankAccount::Bic { number, bic } => ("bic", number, bic),
        }
    }

    pub(crate) fn stored(scheme: &str, number: String, bank_code: String) -> Result<BankAccount> {
        match scheme {
            "iban" => Ok(BankAccount::Iban(number)),
            "cnaps" => Ok(BankAccount::Cnaps { number, bank_code }),
            "bic" => Ok(BankAccount::Bic { number, bic: bank_code }),
            other => Err(Error::fault(format!("unknown scheme of a bank account: {other}"))),
        }
    }
}

fn are_digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// ISO 20022 gives an account's number 34 signs.
fn is_other_number(text: &str) -> bool {
    (4..=34).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// ISO 9362: four letters of the bank and two of its country, two signs of its place, and maybe three of its branch.
fn is_bic(text: &str) -> bool {
    let shaped = matches!(text.len(), 8 | 11) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    shaped && text.as_bytes()[..6].iter().all(u8::is_ascii_uppercase)
}

/// ISO 13616: two letters, two check digits, 11 to 30 more; and modulo 97 (ISO 7064) the whole is one.
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shaped = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if !shaped {
        return false;
    }
    let turned = bytes[4..].iter().chain(&bytes[..4]);
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(answer: Result<BankAccount, Refusal>) -> &'static str {
        answer.map_or_else(|refusal| refusal.code, |_| "taken")
    }

    /// The example of ISO 13616 for the United Kingdom, and it with two digits exchanged.
    #[test]
    fn an_iban_is_checked_by_its_digits() {
        assert_eq!(code(BankAccount::iban("gb82 WEST 1234 5698 7654 32")), "taken");
        assert_eq!(code(BankAccount::iban("GB82 WEST 1234 5698 7654 23")), "bad_iban");
        assert_eq!(code(BankAccount::iban("GB82")), "bad_iban");
        assert_eq!(code(BankAccount::iban("摆渡WEST12345698765432")), "bad_iban");
    }

    #[test]
    fn a_chinese_account_has_digits_and_a_bank() {
        assert_eq!(code(BankAccount::cnaps("6222-0210 0111 6245", "102290026019")), "taken");
        assert_eq!(code(BankAccount::cnaps("=6222021", "102290026019")), "bad_account_number");
        assert_eq!(code(BankAccount::cnaps("62220210", "10229002601")), "bad_bank_code");
    }

    #[test]
    fn an_account_elsewhere_has_a_bic() {
        assert_eq!(code(BankAccount::bic("0012 3456-7", "bofaus3n")), "taken");
        assert_eq!(code(BankAccount::bic("00123456", "BOFAUS3NXXX")), "taken");
        for bad in ["BOFAUS3", "B0FAUS3N", "BOFAUS3NXX", "摆渡AUS3N"] {
            assert_eq!(code(BankAccount::bic("00123456", bad)), "bad_bic", "{bad}");
        }
        assert_eq!(code(BankAccount::bic("=1+1", "BOFAUS3N")), "bad_account_number");
        assert_eq!(code(BankAccount::read("giro", "00123456", "")), "bad_scheme");
    }

    #[test]
    fn a_mask_leaves_four_signs() {
        let account = BankAccount::cnaps("6222021001116245", "102290026019").expect("an account");
        assert_eq!(account.masked(), "•••• 6245");
    }
}
