//! Tickets, and the signed code that a door can verify without asking anybody (Ed25519, RFC 8032).

use crate::orders::{self, Order};
use db::{FromRow, Row, Tx, View};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use kernel::{Act, Id, Instant, Kind, OrderId, PlaceId, Refusal, Result, ShowtimeId, TicketId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub place: PlaceId,
    pub id: TicketId,
    pub order: OrderId,
    pub showtime: ShowtimeId,
    pub seat: String,
    pub issued_at: Instant,
    pub admitted_at: Option<Instant>,
    pub voided_at: Option<Instant>,
}

impl FromRow for Ticket {
    fn from_row(row: &mut Row) -> Result<Ticket> {
        Ok(Ticket {
            place: row.next()?,
            id: row.next()?,
            order: row.next()?,
            showtime: row.next()?,
            seat: row.next()?,
            issued_at: row.next()?,
            admitted_at: row.next()?,
            voided_at: row.next()?,
        })
    }
}

/// Issues one ticket a seat of a paid order.
pub fn issue(tx: &Tx, act: &mut Act, order: &Order) -> Result<Vec<Ticket>> {
    let mut issued = Vec::new();
    for line in orders::lines(tx, &order.place, &order.id)? {
        let ticket = Ticket {
            place: order.place.clone(),
            id: act.id(),
            order: order.id.clone(),
            showtime: order.showtime.clone(),
            seat: line.seat,
            issued_at: act.at,
            admitted_at: None,
            voided_at: None,
        };
        tx.run(
            "insert into ticket (place_id, id, order_id, showtime_id, seat, issued_at)
             values ($1, $2, $3, $4, $5, $6)",
            &[&ticket.place, &ticket.id, &ticket.order, &ticket.showtime, &ticket.seat, &ticket.issued_at],
        )?;
        issued.push(ticket);
    }
    Ok(issued)
}

pub fn of_order(view: &View, place: &PlaceId, order: &OrderId) -> Result<Vec<Ticket>> {
    view.all(
        "select place_id, id, order_id, showtime_id, seat, issued_at, admitted_at, voided_at
         from ticket
         where place_id = $1 and order_id = $2
         order by seat, id",
        &[place, order],
    )
}

pub fn any(view: &View, place: &PlaceId, id: &TicketId) -> Result<Ticket> {
    let found = view.maybe(
        "select place_id, id, order_id, showtime_id, seat, issued_at, admitted_at, voided_at
         from ticket
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("ticket", "票").into())
}

/// Marks a ticket as used, once; whether this call did it.
pub fn admit(tx: &Tx, act: &Act, place: &PlaceId, id: &TicketId) -> Result<bool> {
    let admitted = tx.run(
        "update ticket
         set admitted_at = $3, admitted_by = $4
         where place_id = $1 and id = $2 and admitted_at is null and voided_at is null",
        &[place, id, &act.at, &act.actor.code()],
    )?;
    Ok(admitted == 1)
}

/// Whether anybody came in with a ticket of this order.
pub fn any_admitted(view: &View, place: &PlaceId, order: &OrderId) -> Result<bool> {
    Ok(of_order(view, place, order)?.iter().any(|ticket| ticket.admitted_at.is_some()))
}

/// Voids every ticket of an order that was not used; how many.
pub fn void_all(tx: &Tx, place: &PlaceId, order: &OrderId, now: Instant) -> Result<u64> {
    tx.run(
        "update ticket
         set voided_at = $3
         where place_id = $1 and order_id = $2 and voided_at is null and admitted_at is null",
        &[place, order, &now],
    )
}

/// Voids the tickets of some seats of an order that were not used; how many.
pub fn void_some(tx: &Tx, place: &PlaceId, order: &OrderId, seats: &[String], now: Instant) -> Result<u64> {
    let mut voided = 0;
    for seat in seats {
        voided += tx.run(
            "update ticket
             set voided_at = $4
             where place_id = $1 and order_id = $2 and seat = $3 and voided_at is null and admitted_at is null",
            &[place, order, seat, &now],
        )?;
    }
    Ok(voided)
}

/// Signs and reads ticket codes: `FT1.<place>.<ticket>.<seat>.<signature>`.
#[derive(Clone)]
pub struct Signer(SigningKey);

/// What a genuine code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub place: PlaceId,
    pub ticket: TicketId,
    pub seat: String,
}

impl Signer {
    pub fn new(key: &[u8; 32]) -> Signer {
        Signer(SigningKey::from_bytes(key))
    }

    /// What a door needs to verify codes offline.
    pub fn public_key(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    pub fn code(&self, ticket: &Ticket) -> String {
        let text = format!("FT1.{}.{}.{}", ticket.place, ticket.id, ticket.seat);
        let signature = self.0.sign(text.as_bytes());
        format!("{text}.{}", hex(&signature.to_bytes()))
    }

    /// Reads a code that we signed; refuses every other (`forged_ticket`).
    pub fn read(&self, code: &str) -> Result<Code, Refusal> {
        read(&self.public_key(), code.trim()).ok_or_else(|| {
            Refusal::new(
                Kind::Invalid,
                "forged_ticket",
                "This is not one of our tickets.",
                "这不是我们出的票。",
            )
        })
    }
}

fn read(key: &VerifyingKey, code: &str) -> Option<Code> {
    let (text, signature) = code.rsplit_once('.')?;
    let signature = Signature::from_bytes(&unhex(signature)?);
    key.verify_strict(text.as_bytes(), &signature).ok()?;
    let mut parts = text.strip_prefix("FT1.")?.split('.');
    let (place, ticket, seat) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Code {
        place: PlaceId::parse(place).ok()?,
        ticket: TicketId::parse(ticket).ok()?,
        seat: seat.into(),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 64]> {
    if text.len() != 128 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 64];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

/// A text of at most 2,000 bytes as a QR picture: an SVG document with square modules and a quiet zone.
pub fn qr_svg(code: &str) -> String {
    let qr = qrcode::QrCode::with_error_correction_level(code, qrcode::EcLevel::M)
        .expect("what we write into QR codes fits one");
    qr.render::<qrcode::render::svg::Color>().min_dimensions(240, 240).quiet_zone(true).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        Ticket {
            place: PlaceId("plc_a".into()),
            id: TicketId("tkt_1".into()),
            order: OrderId("ord_1".into()),
            showtime: ShowtimeId("sho_1".into()),
            seat: "F7".into(),
            issued_at: Instant::default(),
            admitted_at: None,
            voided_at: None,
        }
    }

    #[test]
    fn only_our_own_codes_are_read() {
        let signer = Signer::new(&[7; 32]);
        let code = signer.code(&ticket());
        assert_eq!(signer.read(&code).map(|code| code.seat).ok().as_deref(), Some("F7"));
        assert!(signer.read(&code.replace("F7", "F8")).is_err());
        assert!(Signer::new(&[8; 32]).read(&code).is_err());
        for bad in ["", "FT1", "FT1.plc_a.tkt_1.F7.00", &code[1..], &"é".repeat(128)] {
            assert!(signer.read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_becomes_a_picture() {
        assert!(qr_svg(&Signer::new(&[7; 32]).code(&ticket())).contains("<svg"));
    }
}
