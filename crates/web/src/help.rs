//! What a consumer may want to know, in a few sentences: how it works, refunds, privacy.

use crate::answer::{Answer, Page};
use crate::look::parts;
use crate::visit::Visit;
use box_office::{door, holds, tariff};
use maud::html;

/// A heading with its sentence, in English and in 中文.
type Told = [(&'static str, String, &'static str, String)];

pub async fn start(visit: Visit) -> Answer<Page> {
    let (minutes, seats, early) = (holds::HOLD_MINUTES, tariff::SEATS_MAX, door::EARLY_MINUTES_MAX / 60);
    let told = [
        (
            "Choosing seats",
            format!("Pick up to {seats} seats; we hold them for {minutes} minutes while you pay."),
            "选座",
            format!("一单最多 {seats} 个座位，锁座 {minutes} 分钟，请在此期间付款。"),
        ),
        (
            "What you pay",
            "The ticket’s price and a service fee, shown apart before you pay.".into(),
            "费用",
            "票价与服务费，付款前分开列明。".into(),
        ),
        (
            "At the door",
            format!("Show the code on your phone from {early} hours before the showing. Once opened it needs no network."),
            "入场",
            format!("开场前 {early} 小时起出示手机上的二维码；打开过一次后，无网络也能用。"),
        ),
        (
            "Licensed goods",
            "Whatever says “licensed by” was approved by the film’s studio, and a royalty goes to those who made it.".into(),
            "正版周边",
            "标有“授权”的商品经片方审核，每一笔销售都向创作者支付版税。".into(),
        ),
    ];
    Ok(page(&visit, ("How it works", "使用帮助"), &told))
}

pub async fn refunds(visit: Visit) -> Answer<Page> {
    let told = [
        (
            "Tickets",
            "You can return an order, or some of its seats, until its showing begins, unless somebody was already admitted \
             with them. Ticket and service fee come back to where you paid from."
                .to_owned(),
            "电影票",
            "开场前且未检票的订单可以整单或部分退票，票款与服务费原路退回。".to_owned(),
        ),
        (
            "Goods",
            "You can return an order, or some pieces of it, until it is shipped. Afterwards the shop takes them back."
                .into(),
            "商品",
            "发货前可以整单或部分退货；发货后请联系店铺办理。".into(),
        ),
        (
            "A payment that you dispute",
            "While your bank looks into a payment, nothing is refunded, so that no money goes back twice.".into(),
            "争议中的付款",
            "银行处理争议期间暂不退款，以免重复退回。".into(),
        ),
        (
            "A payment that came too late",
            "If your payment reaches us after the hold is over, all of it goes back by itself.".into(),
            "逾期付款",
            "付款到达时如果锁座已过期，全部款项自动退回。".into(),
        ),
        (
            "Exchanges",
            "To change a seat or a showing, return the order and buy again.".into(),
            "改签",
            "如需换座或换场，请退票后重新购买。".into(),
        ),
    ];
    Ok(page(&visit, ("Refunds and exchanges", "退改签"), &told))
}

pub async fn privacy(visit: Visit) -> Answer<Page> {
    let told = [
        (
            "What we keep",
            "Your name, your email, your orders; your password only as a hash that cannot be turned back.".to_owned(),
            "我们保存什么",
            "姓名、邮箱与订单；密码只保存无法还原的哈希值。".to_owned(),
        ),
        (
            "Cookies",
            "One for your session, one by which your browser is known again when you sign in, so that strangers who guess at \
             your password do not keep you out, one for language and light, one random number so that an ad is not shown too \
             often, and, when you follow an ad, one that credits your order to it for seven days."
                .into(),
            "Cookie",
            "登录状态、语言与明暗各一个；一个用于再次登录时识别您的浏览器，以免他人猜密码把您挡在门外；一个随机数用于控制广告频次；点击广告后，另有一个用于七天内的订单归因。".into(),
        ),
        (
            "Ads that suit you",
            "Only if you agree on your account page, what you do here from then on decides which ads you see. Advertisers \
             see numbers of people, never who they are; take your consent back there and it is forgotten."
                .into(),
            "个性化广告",
            "仅在您于账号页同意后，此后的站内行为才用于决定广告。广告主只能看到人数，看不到是谁；在同一页撤回后即被遗忘。".into(),
        ),
        (
            "What is known of you, and being erased",
            "On your account page you can download everything that is known of you, and ask to be erased. Your account ends \
             at once; what you bought stays in the books under a number that names nobody."
                .into(),
            "查阅与删除",
            "您可在账号页下载全部资料，也可删除账号。账号立即注销；购买记录以不指向任何人的编号留在账本中。".into(),
        ),
        (
            "Others",
            "Pages load nothing from anybody else, and nothing about you leaves this installation.".into(),
            "第三方",
            "页面不加载任何第三方内容，您的信息不会离开本站。".into(),
        ),
    ];
    Ok(page(&visit, ("Privacy", "隐私"), &told))
}

fn page(visit: &Visit, title: (&'static str, &'static str), told: &Told) -> Page {
    let title = visit.say(title.0, title.1);
    let body = html! {
        (parts::heading(title, "", html! {}))
        @for (head_en, en, head_zh, zh) in told {
            (parts::titled_card(visit.say(head_en, head_zh), html! { p { (visit.say(en, zh)) } }))
        }
    };
    Page::narrow(title, body)
}
