//! One row of an answer, read from left to right.

use crate::value::{Read, Value};
use kernel::{Currency, Error, Money, Result, Words};

pub struct Row {
    columns: std::vec::IntoIter<Value>,
}

impl Row {
    pub(crate) fn new(columns: Vec<Value>) -> Row {
        Row { columns: columns.into_iter() }
    }

    /// The next column. Fails when there is none, or when it holds something else.
    #[allow(
        clippy::should_implement_trait,
        reason = "a row is read like one, but column by column has a type"
    )]
    pub fn next<T: Read>(&mut self) -> Result<T> {
        let value = self.columns.next().ok_or_else(|| Error::fault("the row has no more columns"))?;
        T::read(value)
    }

    /// The next column as an amount of this currency.
    pub fn money(&mut self, currency: Currency) -> Result<Money> {
        Ok(Money::new(self.next()?, currency))
    }

    /// The next two columns as English and 中文.
    pub fn words(&mut self) -> Result<Words> {
        Ok(Words { en: self.next()?, zh: self.next()? })
    }
}

/// What a row can become; columns are taken in the order of the select list.
pub trait FromRow: Sized {
    fn from_row(row: &mut Row) -> Result<Self>;
}

macro_rules! tuples {
    ($(($($name:ident)+))*) => {$(
        impl<$($name: Read),+> FromRow for ($($name,)+) {
            fn from_row(row: &mut Row) -> Result<Self> {
                Ok(($(row.next::<$name>()?,)+))
            }
        }
    )*};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
}
