//! What goes into a statement and what comes out, the same on both engines.

use kernel::*;

/// A column's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What may be bound to `$1`, `$2`, ….
pub trait Bind {
    fn bind(&self) -> Value;
}

/// What a column may be read as.
pub trait Read: Sized {
    fn read(value: Value) -> Result<Self>;
}

fn wrong<T>(value: &Value) -> Result<T> {
    Err(Error::fault(format!("a column holds {value:?}, not a {}", std::any::type_name::<T>())))
}

impl Bind for Value {
    fn bind(&self) -> Value {
        self.clone()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> Value {
        self.as_ref().map_or(Value::Null, Bind::bind)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn bind(&self) -> Value {
        (**self).bind()
    }
}

macro_rules! column {
    ($type:ty, |$self:ident| $bind:expr, $($pattern:pat => $read:expr),+) => {
        impl Bind for $type {
            fn bind(&self) -> Value {
                let $self = self;
                $bind
            }
        }

        impl Read for $type {
            fn read(value: Value) -> Result<Self> {
                match value {
                    $($pattern => $read,)+
                    value => wrong(&value),
                }
            }
        }
    };
}

column!(i64, |int| Value::Int(*int), Value::Int(int) => Ok(int));
column!(i32, |int| Value::Int(i64::from(*int)), Value::Int(int) => Ok(i32::try_from(int)?));
column!(f64, |real| Value::Real(*real), Value::Real(real) => Ok(real), Value::Int(int) => Ok(int as f64));
column!(bool, |yes| Value::Bool(*yes), Value::Bool(yes) => Ok(yes), Value::Int(int) => Ok(int != 0));
column!(String, |text| Value::Text(text.clone()), Value::Text(text) => Ok(text));
column!(Vec<u8>, |bytes| Value::Bytes(bytes.clone()), Value::Bytes(bytes) => Ok(bytes));
column!(Instant, |at| Value::Int(at.micros), Value::Int(micros) => Ok(Instant::from_micros(micros)));
column!(Day, |day| Value::Text(day.to_string()), Value::Text(text) => Ok(Day::parse(&text)?));
column!(Share, |share| Value::Int(share.ppm), Value::Int(ppm) => Ok(Share::ppm(ppm)));
column!(Currency, |currency| Value::Text(currency.code().into()), Value::Text(code) => Ok(Currency::parse(&code)?));
column!(Lang, |lang| Value::Text(lang.code().into()), Value::Text(code) => Ok(Lang::parse(&code).unwrap_or_default()));

impl Bind for str {
    fn bind(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

macro_rules! id_columns {
    ($($id:ident)*) => {$(
        column!($id, |id| Value::Text(id.0.clone()), Value::Text(text) => Ok($id(text)));
    )*};
}

id_columns! {
    ApplicationId AudienceId BudgetLineId CampaignId CaseId ChannelId ClickId ContractId CostId CreativeId
    DisputeId EventId HallId ImportId ImpressionId IntentId ListingId OfferId OrderId OrgId PayoutFileId
    PayoutId PersonId PlaceId PlanId ProductId RefundId RightsWindowId SessionId ShowtimeId StatementId SurfaceId
    TermId TicketId TitleId TransferId
}
