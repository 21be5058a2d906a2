// The official npm client, unmodified, against a running sandbox wallet. Every line it prints is a fact that held;
// the first one that does not ends it with an error.
//
//   node judge.mjs FOLDER-OF-node_modules WALLET-FOLDER BASE-URL
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const [modules, folder, base] = process.argv.slice(2);
const { AlipaySdk } = createRequire(path.join(modules, 'judge.cjs'))('alipay-sdk');
const appId = fs.readdirSync(path.join(folder, 'apps'))[0];
const read = name => fs.readFileSync(path.join(folder, name), 'utf8');
const app = JSON.parse(read(`apps/${appId}/app.json`));
const privateKey = read(`apps/${appId}/app_private_key.pem`);
const encryptKey = read(`apps/${appId}/cipher_key.txt`);
const where = { gateway: `${base}/gateway.do`, endpoint: base };
const alipayPublicKey = read('wallet/alipay_public_key.pem');

const keyMode = new AlipaySdk({ appId, privateKey, alipayPublicKey, encryptKey, ...where });
const pkcs8Mode = new AlipaySdk({
  appId, privateKey: read(`apps/${appId}/app_private_key_pkcs8.pem`), keyType: 'PKCS8', alipayPublicKey, ...where,
});
const certMode = new AlipaySdk({
  appId, privateKey, ...where,
  appCertContent: read(`apps/${appId}/app_cert.crt`),
  alipayPublicCertContent: read('wallet/alipay_cert.crt'),
  alipayRootCertContent: read('wallet/alipay_root_cert.crt'),
});

const call = async (method, address, body) => {
  const response = await fetch(`${base}/sandbox${address}`, { method, body });
  const json = await response.json();
  assert.ok(response.ok, `${address}: ${JSON.stringify(json)}`);
  return json;
};
const buyerPays = (order, buyer = 'ann') => call('POST', `/trades/${order}/payment?buyer=${buyer}`);
const buyerScans = (order, buyer = 'ann') => call('POST', `/trades/${order}/scan?buyer=${buyer}`);
const treat = modes => call('PUT', `/apps/${appId}/hostility`, JSON.stringify(modes));

let count = 0;
const number = name => `${name}_${process.pid}_${count++}`;
const facts = [];
const fact = async (name, test) => {
  await test();
  facts.push(name);
  console.log(`ok ${name}`);
};

// Where notices come to.
const told = [];
let answer = 'success';
const ear = http.createServer((request, response) => {
  let body = '';
  request.on('data', part => { body += part; });
  request.on('end', () => {
    told.push({ url: request.url, fields: Object.fromEntries(new URLSearchParams(body)) });
    response.end(answer);
  });
});
await new Promise(ready => ear.listen(0, '127.0.0.1', ready));
const notifyUrl = `http://127.0.0.1:${ear.address().port}/notify`;
const until = async (what, test) => {
  for (let i = 0; i < 300; i++) {
    const found = test();
    if (found) return found;
    await new Promise(later => setTimeout(later, 20));
  }
  assert.fail(`this never happened: ${what}`);
};
const noticesOf = order => told.filter(({ fields }) => fields.out_trade_no === order).map(({ fields }) => fields);

const exec = (sdk, method, bizContent, more = {}) => sdk.exec(method, { bizContent, ...more }, { validateSign: true });

for (const [mode, sdk] of [['key', keyMode], ['PKCS #8', pkcs8Mode], ['certificate', certMode]]) {
  await fact(`V2, ${mode} mode: precreate, unknown, scanned, paid, refunded once`, async () => {
    const outTradeNo = number('pre');
    const subject = '摆渡人 "sign" }{ & % / \\ 😀';
    const created = await exec(sdk, 'alipay.trade.precreate', { outTradeNo, totalAmount: '39.90', subject }, { notifyUrl });
    assert.equal(created.code, '10000');
    assert.match(created.qrCode, /\/cashier\//);
    const again = await exec(sdk, 'alipay.trade.precreate', { outTradeNo, totalAmount: '39.90', subject }, { notifyUrl });
    assert.equal(again.qrCode, created.qrCode);
    const other = await exec(sdk, 'alipay.trade.precreate', { outTradeNo, totalAmount: '39.91', subject });
    assert.equal(other.subCode, 'ACQ.CONTEXT_INCONSISTENT');
    const unknown = await exec(sdk, 'alipay.trade.query', { outTradeNo });
    assert.deepEqual([unknown.code, unknown.subCode], ['40004', 'ACQ.TRADE_NOT_EXIST']);
    const unclosed = await exec(sdk, 'alipay.trade.close', { outTradeNo });
    assert.equal(unclosed.subCode, 'ACQ.TRADE_NOT_EXIST');
    await buyerScans(outTradeNo);
    assert.equal((await exec(sdk, 'alipay.trade.query', { outTradeNo })).tradeStatus, 'WAIT_BUYER_PAY');
    await buyerPays(outTradeNo);
    const paid = await exec(sdk, 'alipay.trade.query', { outTradeNo });
    assert.deepEqual([paid.tradeStatus, paid.totalAmount, paid.subject], ['TRADE_SUCCESS', '39.90', subject]);
    const [notice] = await until('a notice', () => noticesOf(outTradeNo).length && noticesOf(outTradeNo));
    assert.ok(sdk.checkNotifySignV2(notice));
    assert.ok(!sdk.checkNotifySignV2({ ...notice, total_amount: '39.91' }));
    assert.deepEqual([notice.app_id, notice.seller_id, notice.subject], [appId, app.seller_id, subject]);
    const refund = { outTradeNo, refundAmount: '10.00', outRequestNo: 'r1' };
    const first = await exec(sdk, 'alipay.trade.refund', refund);
    assert.deepEqual([first.code, first.fundChange, first.refundFee], ['10000', 'Y', '10.00']);
    const second = await exec(sdk, 'alipay.trade.refund', refund);
    assert.deepEqual([second.code, second.fundChange, second.refundFee], ['10000', 'N', '10.00']);
    const discordant = await exec(sdk, 'alipay.trade.refund', { ...refund, refundAmount: '10.01' });
    assert.equal(discordant.subCode, 'ACQ.DISCORDANT_REPEAT_REQUEST');
    const nameless = await exec(sdk, 'alipay.trade.refund', { outTradeNo, refundAmount: '1.00' });
    assert.equal(nameless.subCode, 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
    const tooMuch = await exec(sdk, 'alipay.trade.refund', { outTradeNo, refundAmount: '29.91', outRequestNo: 'r2' });
    assert.equal(tooMuch.subCode, 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
    const asked = await exec(sdk, 'alipay.trade.fastpay.refund.query', { outTradeNo, outRequestNo: 'r1' });
    assert.deepEqual([asked.refundStatus, asked.refundAmount], ['REFUND_SUCCESS', '10.00']);
    const never = await exec(sdk, 'alipay.trade.fastpay.refund.query', { outTradeNo, outRequestNo: 'r9' });
    assert.deepEqual([never.code, never.refundStatus], ['10000', undefined]);
    const rest = await exec(sdk, 'alipay.trade.refund', { outTradeNo, refundAmount: '29.90', outRequestNo: 'r3' });
    assert.deepEqual([rest.fundChange, rest.refundFee], ['Y', '39.90']);
    assert.equal((await exec(sdk, 'alipay.trade.query', { outTradeNo })).tradeStatus, 'TRADE_CLOSED');
    const notices = await until('three notices', () => noticesOf(outTradeNo).length >= 3 && noticesOf(outTradeNo));
    assert.deepEqual(notices.map(n => [n.trade_status, n.refund_fee]),
      [['TRADE_SUCCESS', undefined], ['TRADE_SUCCESS', '10.00'], ['TRADE_CLOSED', '39.90']]);
    assert.ok(notices.every(n => sdk.checkNotifySignV2(n)));
  });

  await fact(`V3, ${mode} mode: the same over REST`, async () => {
    const out_trade_no = number('rest');
    const post = (name, body) => sdk.curl('POST', `/v3/alipay/trade/${name}`, { body });
    const created = await post('precreate', { out_trade_no, total_amount: '12.00', subject: '票', notify_url: notifyUrl });
    assert.equal(created.responseHttpStatus, 200);
    assert.match(created.data.qr_code, /\/cashier\//);
    await assert.rejects(post('query', { out_trade_no }), error => error.code === 'ACQ.TRADE_NOT_EXIST');
    await buyerPays(out_trade_no);
    assert.equal((await post('query', { out_trade_no })).data.trade_status, 'TRADE_SUCCESS');
    const got = await sdk.curl('GET', '/v3/alipay/trade/query', { query: { out_trade_no } });
    assert.equal(got.data.trade_status, 'TRADE_SUCCESS');
    await assert.rejects(post('close', { out_trade_no }), error => error.code === 'ACQ.TRADE_HAS_SUCCESS');
    const refund = { out_trade_no, refund_amount: '12.00' };
    assert.equal((await post('refund', refund)).data.fund_change, 'Y');
    assert.equal((await post('refund', refund)).data.fund_change, 'N');
    const notice = await until('a notice', () => noticesOf(out_trade_no)[0]);
    assert.ok(sdk.checkNotifySign(notice) && sdk.checkNotifySignV2(notice));
    assert.ok(!sdk.checkNotifySign({ ...notice, total_amount: '12.01' }));
  });
}

await fact('a wrong key is refused in words that the client can read and verify', async () => {
  const { privateKey: wrong } = await new Promise((done, fail) => import('node:crypto').then(crypto =>
    crypto.generateKeyPair('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
      (error, publicKey, privateKey) => (error ? fail(error) : done({ privateKey })))));
  const stranger = new AlipaySdk({ appId, privateKey: wrong, alipayPublicKey, ...where });
  assert.equal((await exec(stranger, 'alipay.trade.query', { outTradeNo: '1' })).subCode, 'isv.invalid-signature');
  await assert.rejects(stranger.curl('POST', '/v3/alipay/trade/query', { body: { out_trade_no: '1' } }),
    error => error.code === 'invalid-signature' && error.responseHttpStatus === 401);
  const nobody = new AlipaySdk({ appId: '2021000000000000', privateKey, alipayPublicKey, ...where });
  assert.equal((await exec(nobody, 'alipay.trade.query', { outTradeNo: '1' })).subCode, 'isv.invalid-app-id');
  assert.equal((await exec(keyMode, 'alipay.trade.nonsense', {})).subCode, 'isv.invalid-method');
});

await fact('bad amounts are refused', async () => {
  for (const totalAmount of ['１.00', '1e2', '-1.00', '+1.00', ' 1.00', '1.001', '0.00', '', '1,000.00']) {
    const refused = await exec(keyMode, 'alipay.trade.precreate', { outTradeNo: number('bad'), totalAmount, subject: 'a' });
    assert.equal(refused.subCode, 'ACQ.INVALID_PARAMETER', totalAmount);
  }
  const dear = await exec(keyMode, 'alipay.trade.precreate', { outTradeNo: number('bad'), totalAmount: '100000000.01', subject: 'a' });
  assert.equal(dear.subCode, 'ACQ.TOTAL_FEE_EXCEED');
});

await fact('content is encrypted and answered encrypted', async () => {
  const outTradeNo = number('aes');
  // This client looks for braces in what is signed, so it cannot verify an encrypted V2 answer.
  const created = await keyMode.exec('alipay.trade.precreate',
    { needEncrypt: true, bizContent: { outTradeNo, totalAmount: '1.00', subject: '密' } });
  assert.equal(created.code, '10000');
  await buyerPays(outTradeNo);
  const asked = await keyMode.curl('POST', '/v3/alipay/trade/query', { needEncrypt: true, body: { out_trade_no: outTradeNo } });
  assert.equal(asked.data.trade_status, 'TRADE_SUCCESS');
});

await fact('a browser is sent to the cashier and back', async () => {
  const returnUrl = 'http://127.0.0.1:1/back?order=1';
  for (const [sdk, method, verb] of [[keyMode, 'alipay.trade.page.pay', 'GET'], [certMode, 'alipay.trade.wap.pay', 'POST']]) {
    const outTradeNo = number('page');
    const params = { bizContent: { outTradeNo, totalAmount: '5.00', subject: '摆渡人 "F7"', productCode: 'FAST_INSTANT_TRADE_PAY' }, returnUrl, notifyUrl };
    const page = sdk.pageExecute(method, verb, params);
    let begun;
    if (verb === 'GET') {
      begun = await fetch(page, { redirect: 'manual' });
    } else {
      const action = page.match(/action="([^"]*)"/)[1];
      const fields = [...page.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value.replaceAll('&quot;', '"')]);
      begun = await fetch(action, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
    }
    assert.equal(begun.status, 303);
    assert.equal((await exec(sdk, 'alipay.trade.query', { outTradeNo })).subCode, 'ACQ.TRADE_NOT_EXIST');
    const cashier = new URL(begun.headers.get('location'), base);
    const shown = await (await fetch(`${cashier}?lang=en`)).text();
    assert.match(shown, /not Alipay/);
    const chosen = await fetch(`${cashier}/account`, { method: 'POST', body: new URLSearchParams({ name: 'ann' }), redirect: 'manual' });
    const cookie = chosen.headers.get('set-cookie').split(';')[0];
    const paid = await fetch(`${cashier}/payment`, { method: 'POST', headers: { cookie }, redirect: 'manual' });
    assert.equal(paid.headers.get('location'), `${cashier.pathname}/return`);
    const back = await fetch(`${cashier}/return`, { headers: { cookie }, redirect: 'manual' });
    const params2 = new URL(back.headers.get('location')).searchParams;
    params2.delete('order');
    const returned = Object.fromEntries(params2);
    assert.deepEqual([returned.out_trade_no, returned.total_amount], [outTradeNo, '5.00']);
    assert.ok(sdk.checkNotifySignV2(returned));
    assert.ok(!sdk.checkNotifySignV2({ ...returned, total_amount: '6.00' }));
    assert.equal((await exec(sdk, 'alipay.trade.query', { outTradeNo })).tradeStatus, 'TRADE_SUCCESS');
  }
});

await fact('a bar code pays; a large sum waits for its owner', async () => {
  const authCode = async () => (await call('POST', '/accounts/bob/auth-code')).auth_code;
  const code = await authCode();
  const order = { outTradeNo: number('bar'), totalAmount: '9.90', subject: '爆米花', authCode: code, scene: 'bar_code' };
  const paid = await exec(keyMode, 'alipay.trade.pay', order);
  assert.deepEqual([paid.code, paid.tradeStatus], ['10000', 'TRADE_SUCCESS']);
  assert.equal((await exec(keyMode, 'alipay.trade.pay', order)).tradeNo, paid.tradeNo);
  assert.equal((await exec(keyMode, 'alipay.trade.pay', { ...order, authCode: await authCode() })).subCode, 'ACQ.TRADE_HAS_SUCCESS');
  const wrong = await exec(keyMode, 'alipay.trade.pay', { ...order, outTradeNo: number('bar'), authCode: '289999999999999999' });
  assert.equal(wrong.subCode, 'ACQ.PAYMENT_AUTH_CODE_INVALID');
  const large = { outTradeNo: number('bar'), totalAmount: '1500.00', subject: '包场', authCode: await authCode() };
  assert.equal((await exec(keyMode, 'alipay.trade.pay', large)).code, '10003');
  assert.equal((await exec(keyMode, 'alipay.trade.query', { outTradeNo: large.outTradeNo })).tradeStatus, 'WAIT_BUYER_PAY');
  const cancelled = await exec(keyMode, 'alipay.trade.cancel', { outTradeNo: large.outTradeNo });
  assert.deepEqual([cancelled.action, cancelled.retryFlag], ['close', 'N']);
  const undone = await exec(keyMode, 'alipay.trade.cancel', { outTradeNo: order.outTradeNo });
  assert.equal(undone.action, 'refund');
  assert.equal((await exec(keyMode, 'alipay.trade.cancel', { outTradeNo: order.outTradeNo })).action, undefined);
  assert.equal((await exec(keyMode, 'alipay.trade.cancel', { outTradeNo: number('never') })).code, '10000');
  const poor = await exec(keyMode, 'alipay.trade.pay', { outTradeNo: number('bar'), totalAmount: '900.00', subject: 'a', authCode: await authCode() });
  assert.equal(poor.code, '10000');
});

await fact('a trade for a known buyer exists at once and can be closed', async () => {
  const { id } = await call('POST', '/accounts?name=cai');
  const outTradeNo = number('jsapi');
  const created = await exec(keyMode, 'alipay.trade.create', { outTradeNo, totalAmount: '3.00', subject: 'a', buyerId: id }, { notifyUrl });
  assert.equal(created.code, '10000');
  assert.equal((await exec(keyMode, 'alipay.trade.query', { tradeNo: created.tradeNo, outTradeNo: 'whatever' })).outTradeNo, outTradeNo);
  assert.equal((await exec(keyMode, 'alipay.trade.close', { outTradeNo })).code, '10000');
  assert.equal((await exec(keyMode, 'alipay.trade.close', { outTradeNo })).subCode, 'ACQ.TRADE_HAS_CLOSE');
  assert.equal((await until('the ending is told', () => noticesOf(outTradeNo)[0])).trade_status, 'TRADE_CLOSED');
  const nobody = await exec(keyMode, 'alipay.trade.create', { outTradeNo: number('jsapi'), totalAmount: '3.00', subject: 'a', buyerId: '2088000000000000' });
  assert.equal(nobody.subCode, 'ACQ.BUYER_NOT_EXIST');
});

await fact('of a close and a payment that race one wins', async () => {
  for (let i = 0; i < 10; i++) {
    const outTradeNo = number('race');
    await exec(keyMode, 'alipay.trade.precreate', { outTradeNo, totalAmount: '1.00', subject: 'a' });
    await buyerScans(outTradeNo);
    const pay = fetch(`${base}/sandbox/trades/${outTradeNo}/payment`, { method: 'POST' }).then(r => r.json());
    const [closed, paid] = await Promise.all([exec(keyMode, 'alipay.trade.close', { outTradeNo }), pay]);
    const status = (await exec(keyMode, 'alipay.trade.query', { outTradeNo })).tradeStatus;
    if (closed.code === '10000') {
      assert.deepEqual([status, paid.code], ['TRADE_CLOSED', 'ACQ.TRADE_HAS_CLOSE']);
    } else {
      assert.deepEqual([status, closed.subCode, paid.trade_status], ['TRADE_SUCCESS', 'ACQ.TRADE_HAS_SUCCESS', 'TRADE_SUCCESS']);
    }
  }
});

await fact('a tampered answer is detected, by V2 only when asked to', async () => {
  const outTradeNo = number('tamper');
  await exec(keyMode, 'alipay.trade.precreate', { outTradeNo, totalAmount: '1.00', subject: 'a' });
  await buyerPays(outTradeNo);
  await treat({ tamper_replies: true });
  await assert.rejects(exec(keyMode, 'alipay.trade.query', { outTradeNo }), /验签失败/);
  const believed = await keyMode.exec('alipay.trade.query', { bizContent: { outTradeNo } });
  assert.equal(believed.code, '10000');
  await assert.rejects(keyMode.curl('POST', '/v3/alipay/trade/query', { body: { out_trade_no: outTradeNo } }),
    error => error.code === 'response-signature-verify-error');
  await treat({ tamper_notices: true });
  const second = number('tamper');
  await exec(keyMode, 'alipay.trade.precreate', { outTradeNo: second, totalAmount: '1.00', subject: 'a' }, { notifyUrl });
  await buyerPays(second);
  const notice = await until('a notice', () => noticesOf(second)[0]);
  assert.ok(!keyMode.checkNotifySignV2(notice));
  await treat({});
});

await fact('a lost answer is repeated by the client itself and changes nothing twice', async () => {
  const outTradeNo = number('lost');
  await exec(keyMode, 'alipay.trade.precreate', { outTradeNo, totalAmount: '8.00', subject: 'a' });
  await buyerPays(outTradeNo);
  await treat({ replies_lost: 1 });
  const refunded = await exec(keyMode, 'alipay.trade.refund', { outTradeNo, refundAmount: '3.00', outRequestNo: 'r1' });
  assert.deepEqual([refunded.fundChange, refunded.refundFee], ['N', '3.00']);
  await treat({ system_errors: 1 });
  const unknown = await exec(keyMode, 'alipay.trade.refund', { outTradeNo, refundAmount: '3.00', outRequestNo: 'r2' });
  assert.deepEqual([unknown.code, unknown.subCode], ['40004', 'ACQ.SYSTEM_ERROR']);
  const asked = await exec(keyMode, 'alipay.trade.fastpay.refund.query', { outTradeNo, outRequestNo: 'r2' });
  assert.equal(asked.refundStatus, 'REFUND_SUCCESS');
});

await fact('a notice is repeated with the same number until it is answered success', async () => {
  await call('POST', '/clock?notice_speed=2400');
  answer = 'SUCCESS';
  const outTradeNo = number('again');
  await exec(keyMode, 'alipay.trade.precreate', { outTradeNo, totalAmount: '1.00', subject: 'a' }, { notifyUrl });
  await buyerPays(outTradeNo);
  await until('three deliveries', () => noticesOf(outTradeNo).length >= 3);
  answer = 'success';
  const heard = noticesOf(outTradeNo).length;
  await until('the last delivery', () => noticesOf(outTradeNo).length > heard);
  const [state] = await call('GET', `/notices?out_trade_no=${outTradeNo}`);
  await until('the end', () => true);
  assert.equal(new Set(noticesOf(outTradeNo).map(n => n.notify_id)).size, 1);
  assert.ok(state.attempts >= 3);
  await call('POST', '/clock?notice_speed=1');
});

await fact('notices are duplicated, dropped, put out of order and early when asked to be', async () => {
  await treat({ duplicate: 2 });
  const twice = number('dup');
  await exec(keyMode, 'alipay.trade.precreate', { outTradeNo: twice, totalAmount: '2.00', subject: 'a' }, { notifyUrl });
  await buyerPays(twice);
  await until('three of the same', () => noticesOf(twice).length === 3);
  await treat({ reorder: true });
  const order = number('order');
  await exec(keyMode, 'alipay.trade.precreate', { outTradeNo: order, totalAmount: '2.00', subject: 'a' }, { notifyUrl });
  await buyerPays(order);
  await exec(keyMode, 'alipay.trade.refund', { outTradeNo: order, refundAmount: '1.00', outRequestNo: 'r1' });
  const heard = await until('both', () => noticesOf(order).length === 2 && noticesOf(order));
  assert.deepEqual(heard.map(n => n.refund_fee), ['1.00', undefined]);
  await treat({ notice_before_reply: true });
  const early = number('early');
  const { auth_code: authCode } = await call('POST', '/accounts/dan/auth-code');
  await exec(keyMode, 'alipay.trade.pay', { outTradeNo: early, totalAmount: '2.00', subject: 'a', authCode }, { notifyUrl });
  assert.equal(noticesOf(early).length, 1);
  await treat({ drop: 1 });
  const dropped = number('drop');
  await exec(keyMode, 'alipay.trade.precreate', { outTradeNo: dropped, totalAmount: '2.00', subject: 'a' }, { notifyUrl });
  await buyerPays(dropped);
  await new Promise(later => setTimeout(later, 400));
  assert.equal(noticesOf(dropped).length, 0);
  await call('POST', '/notices/hurry');
  await until('the second delivery', () => noticesOf(dropped).length === 1);
  await treat({});
});

await fact('the books of the wallet balance', async () => {
  assert.deepEqual(await call('GET', '/check'), { holds: true, wrong: [] });
});

ear.close();
console.log(`${facts.length} facts held`);
process.exit(0);
