//! Text in both languages, as it travels.

use kernel::Words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The same text in English and in Chinese.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    pub en: String,
    pub zh: String,
}

impl From<Words> for Bilingual {
    fn from(words: Words) -> Bilingual {
        Bilingual { en: words.en, zh: words.zh }
    }
}

impl From<&Words> for Bilingual {
    fn from(words: &Words) -> Bilingual {
        words.clone().into()
    }
}

impl From<Bilingual> for Words {
    fn from(words: Bilingual) -> Words {
        Words { en: words.en, zh: words.zh }
    }
}
