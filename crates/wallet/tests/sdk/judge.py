"""The official PyPI client, unmodified, against a running sandbox wallet.

    python judge.py WALLET-FOLDER BASE-URL

Every line it prints is a fact that held; the first one that does not ends it with an error.
"""

import csv
import datetime
import io
import json
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa

FOLDER, BASE = sys.argv[1:3]
APP_ID = sorted(os.listdir(os.path.join(FOLDER, "apps")))[0]

# The client knows no port but 80, so the socket below it is led to where the wallet listens.
PORT = int(BASE.rsplit(":", 1)[1])
CONNECT = socket.create_connection
socket.create_connection = lambda address, *more, **options: CONNECT(
    (address[0], PORT if address[1] == 80 else address[1]), *more, **options
)


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def bare(pem):
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


PUBLIC_KEY = bare(read("wallet/alipay_public_key.pem"))


def client():
    config = AlipayClientConfig()
    config.server_url = BASE.rsplit(":", 1)[0] + "/gateway.do"
    config.app_id = APP_ID
    config.app_private_key = bare(read(f"apps/{APP_ID}/app_private_key.pem"))
    config.alipay_public_key = PUBLIC_KEY
    return DefaultAlipayClient(config)


CLIENT = client()


def request(name, biz, notify_url=None, return_url=None):
    """A request of the client's own class for this method."""
    words = "".join(part.capitalize() for part in name.split("."))
    module = __import__(f"alipay.aop.api.request.{words}Request", fromlist=[words])
    made = getattr(module, f"{words}Request")()
    made.biz_content = biz
    if notify_url:
        made.notify_url = notify_url
    if return_url:
        made.return_url = return_url
    return made


def execute(name, biz, notify_url=None):
    return json.loads(CLIENT.execute(request(name, biz, notify_url)))


def call(method, address, body=None):
    data = json.dumps(body).encode() if body is not None else None
    asked = urllib.request.Request(BASE + "/sandbox" + address, method=method, data=data)
    with urllib.request.urlopen(asked) as response:
        return json.load(response)


def pays(order, buyer="ann"):
    return call("POST", f"/trades/{order}/payment?buyer={buyer}")


TOLD = []


class Ear(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        TOLD.append(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, *_):
        pass


EAR = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
threading.Thread(target=EAR.serve_forever, daemon=True).start()
NOTIFY = f"http://127.0.0.1:{EAR.server_port}/notify"
COUNT = 0


def number(name):
    global COUNT
    COUNT += 1
    return f"{name}_py_{os.getpid()}_{COUNT}"


def until(test):
    for _ in range(300):
        found = test()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("this never happened")


def verifies(fields):
    """What the client's own functions make of a notice."""
    signed = {name: value for name, value in fields.items() if name not in ("sign", "sign_type")}
    content = get_sign_content(signed).encode("utf-8")
    try:
        return bool(verify_with_rsa(PUBLIC_KEY, content, fields["sign"]))
    except Exception:
        return False


def a_precreated_order_is_scanned_paid_and_refunded_once():
    order = number("pre")
    subject = '摆渡人 "sign" }{ & % / 😀'
    biz = {"out_trade_no": order, "total_amount": "39.90", "subject": subject}
    created = execute("alipay.trade.precreate", biz, NOTIFY)
    assert created["code"] == "10000" and "/cashier/" in created["qr_code"], created
    unknown = execute("alipay.trade.query", {"out_trade_no": order})
    assert (unknown["code"], unknown["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST"), unknown
    call("POST", f"/trades/{order}/scan?buyer=ann")
    assert execute("alipay.trade.query", {"out_trade_no": order})["trade_status"] == "WAIT_BUYER_PAY"
    pays(order)
    paid = execute("alipay.trade.query", {"out_trade_no": order})
    assert (paid["trade_status"], paid["subject"]) == ("TRADE_SUCCESS", subject), paid
    notice = until(lambda: next((told for told in TOLD if told["out_trade_no"] == order), None))
    assert verifies(notice) and notice["subject"] == subject
    assert not verifies({**notice, "total_amount": "39.91"})
    refund = {"out_trade_no": order, "refund_amount": "10.00", "out_request_no": "r1"}
    assert execute("alipay.trade.refund", refund)["fund_change"] == "Y"
    assert execute("alipay.trade.refund", refund)["fund_change"] == "N"
    other = execute("alipay.trade.refund", {**refund, "refund_amount": "9.00"})
    assert other["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST", other
    asked = execute("alipay.trade.fastpay.refund.query", {"out_trade_no": order, "out_request_no": "r1"})
    assert asked["refund_status"] == "REFUND_SUCCESS", asked


def a_closed_trade_takes_no_money():
    order = number("close")
    execute("alipay.trade.precreate", {"out_trade_no": order, "total_amount": "1.00", "subject": "a"})
    call("POST", f"/trades/{order}/scan?buyer=ann")
    assert execute("alipay.trade.close", {"out_trade_no": order})["code"] == "10000"
    try:
        pays(order)
        raise AssertionError("a closed trade was paid")
    except urllib.error.HTTPError as refused:
        assert json.load(refused)["code"] == "ACQ.TRADE_HAS_CLOSE"


def a_bar_code_pays():
    code = call("POST", "/accounts/bob/auth-code")["auth_code"]
    biz = {"out_trade_no": number("bar"), "total_amount": "9.90", "subject": "爆米花", "auth_code": code}
    paid = execute("alipay.trade.pay", biz)
    assert (paid["code"], paid["total_amount"]) == ("10000", "9.90"), paid
    assert execute("alipay.trade.cancel", {"out_trade_no": biz["out_trade_no"]})["action"] == "refund"


def a_tampered_answer_is_detected():
    order = number("tamper")
    execute("alipay.trade.precreate", {"out_trade_no": order, "total_amount": "1.00", "subject": "a"})
    pays(order)
    call("PUT", f"/apps/{APP_ID}/hostility", {"tamper_replies": True})
    try:
        execute("alipay.trade.query", {"out_trade_no": order})
        raise AssertionError("a tampered answer was believed")
    except Exception as refused:
        assert "verify failed" in str(refused), refused
    finally:
        call("PUT", f"/apps/{APP_ID}/hostility", {})


def a_page_is_led_to_the_cashier():
    biz = {"out_trade_no": number("page"), "total_amount": "5.00", "subject": "a", "product_code": "FAST_INSTANT_TRADE_PAY"}
    asked = request("alipay.trade.page.pay", biz, NOTIFY, "http://127.0.0.1:1/back")
    address = CLIENT.page_execute(asked, http_method="GET").replace("http://127.0.0.1/", BASE + "/", 1)
    with urllib.request.urlopen(address) as response:
        assert "/cashier/" in response.url and "沙箱" in response.read().decode()


def a_bill_is_fetched_and_adds_up():
    call("POST", "/clock?advance_seconds=172800")
    now = datetime.datetime.fromisoformat(call("GET", "/clock")["beijing"])
    day = (now - datetime.timedelta(days=2)).date().isoformat()
    early = execute("alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": now.date().isoformat()})
    assert early["code"] == "40004", early
    answer = execute("alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": day})
    assert answer["code"] == "10000", answer
    with urllib.request.urlopen(answer["bill_download_url"]) as response:
        archive = zipfile.ZipFile(io.BytesIO(response.read()))
    texts = [archive.read(name).decode("gbk") for name in archive.namelist()]
    details = next(text for text in texts if text.startswith("#支付宝业务明细查询"))
    rows = list(csv.reader(line for line in details.splitlines() if not line.startswith("#")))
    head, lines = rows[0], rows[1:]
    assert len(head) == 25 and all(len(line) == 25 for line in lines), head
    received = sum(round(float(line[12]) * 100) for line in lines if line[2] == "交易")
    assert f"#交易合计：{sum(line[2] == '交易' for line in lines)}笔，商家实收共{received // 100}.{received % 100:02d}元" in details
    assert any(line[2] == "退款" and line[11].startswith("-") and line[21].strip() for line in lines)
    call("POST", "/clock?advance_seconds=31")
    try:
        urllib.request.urlopen(answer["bill_download_url"])
        raise AssertionError("a bill's address outlived its time")
    except urllib.error.HTTPError as gone:
        assert gone.code == 404


FACTS = [
    a_precreated_order_is_scanned_paid_and_refunded_once,
    a_closed_trade_takes_no_money,
    a_bar_code_pays,
    a_tampered_answer_is_detected,
    a_page_is_led_to_the_cashier,
    a_bill_is_fetched_and_adds_up,
]
for fact in FACTS:
    fact()
    print("ok", fact.__name__.replace("_", " "))
print(len(FACTS), "facts held")
