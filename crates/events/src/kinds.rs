//! Every kind of event, in one alphabetical list.

macro_rules! kinds {
    ($($name:ident = $code:literal, $en:literal, $zh:literal;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($name),* }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(Kind::$name => $code),* }
            }

            /// The kind in words, for people.
            pub fn words(self) -> kernel::Words {
                match self { $(Kind::$name => kernel::Words::new($en, $zh)),* }
            }
        }
    };
}

kinds! {
    AccessChanged = "access_changed", "Way into an account changed", "账号登录方式变更";
    AdClicked = "ad_clicked", "Ad clicked", "广告被点击";
    AdSeen = "ad_seen", "Ad seen", "看到广告";
    ApplicationDecided = "application_decided", "Application decided", "授权申请已审批";
    ApplicationMade = "application_made", "Licence applied for", "提交授权申请";
    ApplicationWithdrawn = "application_withdrawn", "Application withdrawn", "授权申请已撤回";
    AudienceChanged = "audience_changed", "Audience changed", "人群变更";
    BankAccountChanged = "bank_account_changed", "Bank account changed", "银行账户变更";
    CampaignChanged = "campaign_changed", "Campaign changed", "投放计划变更";
    ConsentGiven = "consent_given", "Consent given", "同意授权";
    ConsentWithdrawn = "consent_withdrawn", "Consent withdrawn", "撤回同意";
    ContractMade = "contract_made", "Licence granted", "授权合同生效";
    DisputeClosed = "dispute_closed", "Dispute decided", "争议结案";
    DisputeNoted = "dispute_noted", "Evidence for a dispute noted", "争议证据更新";
    DisputeOpened = "dispute_opened", "Payment disputed", "付款争议";
    FiguresImported = "figures_imported", "Outside figures imported", "导入外部数据";
    HallAdded = "hall_added", "Hall added", "新增影厅";
    HomeChanged = "home_changed", "Home of the house changed", "平台所在地变更";
    ListingChanged = "listing_changed", "Listing changed", "商品上架变更";
    OfferClosed = "offer_closed", "Licence offer closed", "授权招商已关闭";
    OfferMade = "offer_made", "Licence offered", "发布授权招商";
    OrganisationAdded = "organisation_added", "Organisation added", "新增机构";
    PageViewed = "page_viewed", "Page looked at", "浏览页面";
    PaymentCaptured = "payment_captured", "Payment captured", "扣款成功";
    PaymentDiffers = "payment_differs", "Payment differs from its order", "支付金额不符";
    PaymentLate = "payment_late", "Payment came late", "逾期付款";
    PayoutChanged = "payout_changed", "Payout changed", "打款变更";
    PersonErased = "person_erased", "Somebody was erased", "用户资料已删除";
    PersonSignedUp = "person_signed_up", "Somebody signed up", "新用户注册";
    PlaceOpened = "place_opened", "Place opened", "场所开业";
    PlanningChanged = "planning_changed", "Showings planned", "排片方案变更";
    ProductCarted = "product_carted", "Put in a basket", "加入购物车";
    ProductOrderExpired = "product_order_expired", "Product order expired", "商品订单过期";
    ProductOrderPlaced = "product_order_placed", "Product ordered", "商品下单";
    ProductOrderRefunded = "product_order_refunded", "Product refunded", "商品退款";
    ProductsShipped = "products_shipped", "Products shipped", "商品发货";
    ProductsSold = "products_sold", "Product sold", "商品售出";
    RefundDone = "refund_done", "Refund paid out", "退款完成";
    RefundRequested = "refund_requested", "Refund requested", "申请退款";
    RoleChanged = "role_changed", "Role given or taken", "角色变更";
    SeatsHeld = "seats_held", "Seats held", "锁座";
    SeatsReleased = "seats_released", "Hold expired", "锁座过期";
    ShowtimeChanged = "showtime_changed", "Showtime changed", "场次变更";
    SongPlayed = "song_played", "Song played", "播放歌曲";
    StatementIssued = "statement_issued", "Statement issued", "结算单出具";
    TaxChanged = "tax_changed", "Tax rate changed", "税率变更";
    TicketAdmitted = "ticket_admitted", "Admitted at the door", "检票入场";
    TicketsRefunded = "tickets_refunded", "Tickets refunded", "退票";
    TicketsSold = "tickets_sold", "Tickets sold", "出票";
    TitleChanged = "title_changed", "Title changed", "影片资料变更";
    UnmatchedDecided = "unmatched_decided", "Unmatched money decided", "不明款项已处理";
    WantToSee = "want_to_see", "Wants to see it", "想看";
}

/// What tells of a person alone, and of nothing that was bought: it loses its tie to them when they are erased.
pub const PERSONAL: &[Kind] = &[
    Kind::AdClicked,
    Kind::AdSeen,
    Kind::ConsentGiven,
    Kind::ConsentWithdrawn,
    Kind::PageViewed,
    Kind::PersonSignedUp,
    Kind::ProductCarted,
    Kind::SongPlayed,
    Kind::WantToSee,
];

impl Kind {
    pub fn parse(code: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn codes_are_sorted_and_read_back() {
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.code()));
        assert!(Kind::ALL.iter().all(|kind| Kind::parse(kind.code()) == Some(*kind)));
    }
}
