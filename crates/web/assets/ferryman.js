// What moves. Every page works without this file; it only makes waiting and choosing easier.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector, within = document) => within.querySelector(selector);

// Light and dark. The choice is kept in a cookie so that the server draws the page in it.
for (const button of all("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    const [host, secure] = location.protocol === "https:" ? ["__Host-", "; secure"] : ["", ""];
    document.cookie = `${host}light=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  });
}

// On a phone the ways of the console, and what is chosen among days, are a strip; the one that leads here is brought into sight.
for (const way of all(".strip [aria-current], .tabline [aria-current], .chips [aria-current]")) {
  const strip = way.parentElement;
  const [inner, outer] = [way, strip].map((element) => element.getBoundingClientRect());
  strip.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

// The code of a link for a new password stands behind its #, so that no server or log reads it on the way.
const code = one('form[action="/new-password"] [name="code"]');
if (code && location.hash) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}

// Countdowns end at a moment, not after a number of ticks, so a sleeping phone stays honest.
for (const clock of all("[data-countdown]")) {
  const ends = Date.now() + Number(clock.dataset.countdown) * 1000;
  const digits = one("b", clock);
  const tick = () => {
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    digits.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) return;
    clearInterval(timer);
    one("span", clock).textContent = clock.dataset.over;
    digits.textContent = "";
  };
  const timer = setInterval(tick, 1000);
  tick();
}

// Live parts: each message names the elements whose inside is new. The browser reconnects by itself.
for (const part of all("[data-live]")) {
  const source = new EventSource(part.dataset.live);
  source.onmessage = (event) => {
    for (const [target, inside] of Object.entries(JSON.parse(event.data).html || {})) {
      const element = one(target);
      if (!element || element.innerHTML === inside) continue;
      // Whoever stands in it with the keyboard stays there, and what they opened stays open.
      const stops = () => all("a, button, input, select, summary, [tabindex]", element);
      const stop = stops().indexOf(document.activeElement);
      const open = all("details", element).map((part) => part.open);
      element.innerHTML = inside;
      all("details", element).forEach((part, i) => (part.open = open[i] ?? part.open));
      if (stop >= 0) stops()[stop]?.focus({ preventScroll: true });
      element.classList.remove("fresh");
      void element.offsetWidth;
      element.classList.add("fresh");
    }
  };
  addEventListener("pagehide", () => source.close(), { once: true });
}

// A file on its way: the page is asked again until it has arrived. Only what has changed is drawn anew, so that what was
// chosen in a form meanwhile stays.
const follow = async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of all("[data-fresh]")) part.replaceChildren(...(one(`#${part.id}`, page)?.childNodes ?? []));
  }
  if (one("[data-again]")) setTimeout(follow, 2000);
};
if (one("[data-again]")) setTimeout(follow, 2000);

// A place in line, asked after without a session, so that waiting costs the house next to nothing.
for (const card of all("[data-line]")) {
  const { line, place, state, zone } = card.dataset;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  const ask = async () => {
    let wait = 20;
    try {
      const answer = await fetch(line, { headers: { "ferryman-place": place }, credentials: "omit" });
      if (!answer.ok) throw answer.status;
      const now = await answer.json();
      if (now.state !== state) return location.reload();
      wait = now.ask_again_seconds;
      if (state === "waiting") {
        one("[data-ahead]", card).textContent = now.ahead;
        one("[data-moving]", card).hidden = !now.turn_at;
        one("[data-still]", card).hidden = Boolean(now.turn_at);
        if (now.turn_at) one("[data-turn]", card).textContent = clock.format(new Date(now.turn_at));
        const bar = one("progress", card);
        if (bar) bar.value = (100 * (now.position - now.ahead)) / Math.max(1, now.position);
        if (bar) one(".progress-words span:last-child", card).textContent = `${Math.floor(bar.value)}%`;
      }
    } catch {
      // The line goes on without us; the next answer says how far.
    }
    setTimeout(ask, 1000 * wait * (0.8 + 0.4 * Math.random()));
  };
  setTimeout(ask, 1500);
}

// Want to see: the press is felt at once, and taken back if the server says no.
for (const form of all("[data-want]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = one("button", form);
    const field = one("[name=wanted]", form);
    const wanted = button.getAttribute("aria-pressed") === "true";
    const show = (yes) => {
      button.setAttribute("aria-pressed", String(yes));
      one("[data-want-word]", form).textContent = yes ? form.dataset.sayThen : form.dataset.sayNow;
    };
    const body = new URLSearchParams(new FormData(form));
    show(!wanted);
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    if (!answer || !answer.ok) return show(wanted);
    if (field) field.remove();
    if (!wanted) form.insertAdjacentHTML("afterbegin", '<input type="hidden" name="wanted" value="no">');
  });
}

// An advertisement counts as seen after a second with half of it in sight.
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    clearTimeout(target.seenTimer);
    if (!isIntersecting) continue;
    target.seenTimer = setTimeout(() => {
      seen.unobserve(target);
      navigator.sendBeacon(target.dataset.seen);
    }, 1000);
  }
}, { threshold: 0.5 });
all("[data-seen]").forEach((ad) => seen.observe(ad));

// Counts follow what is typed: the form's own page is asked again, and the part that counts is taken from it.
for (const form of all("[data-recount]")) {
  let latest = 0;
  form.addEventListener("change", async () => {
    const mine = ++latest;
    const answer = await fetch(`${form.dataset.recount}?${new URLSearchParams(new FormData(form))}`).catch(() => null);
    const text = answer && (await answer.text());
    if (!text || mine !== latest) return;
    const fresh = one("#count", new DOMParser().parseFromString(text, "text/html"));
    if (fresh) one("#count").replaceChildren(...fresh.childNodes);
  });
}

// Tables: press a head to sort, type to filter.
for (const frame of all("[data-table]")) {
  const body = one("tbody", frame);
  const value = (row, column) => row.cells[column]?.dataset.value ?? "";
  for (const head of all("thead th", frame)) {
    const column = head.cellIndex;
    if (!head.textContent.trim()) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorter";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.dataset.sort === "number";
      all("thead th", frame).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const numbers = head.dataset.sort === "number";
      const order = (a, b) => {
        const [left, right] = [value(a, column), value(b, column)];
        if (left === "" || right === "") return (left === "") - (right === "");
        const way = numbers ? Number(left) - Number(right) : left.localeCompare(right, document.documentElement.lang);
        return down ? -way : way;
      };
      body.append(...[...body.rows].sort(order));
    });
  }
  const filter = one("[data-table-filter]", frame);
  if (!filter) continue;
  filter.hidden = false;
  filter.addEventListener("input", (event) => {
    const words = event.target.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(words);
  });
}

// The seat picker.
for (const form of all("[data-seats]")) {
  const hall = one("[data-hall]", form);
  const boxes = all("input[name=seat]", form);
  const chips = one("[data-seat-chips]");
  const total = one("[data-seat-total]");
  const status = one("[data-seat-status]");
  const most = Number(form.dataset.seatsMax);
  const chosen = () => boxes.filter((box) => box.checked);
  const locale = document.documentElement.lang;
  const currency = form.dataset.currency;
  const places = ["JPY", "KRW"].includes(currency) ? 0 : 2;
  const money = (minor) => (minor / 10 ** places).toLocaleString(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: places });
  const say = (words) => { if (status) status.textContent = words; };

  // The other half of a sofa goes with the first.
  const half = (box) => {
    const seat = box.closest(".seat");
    const other = seat.classList.contains("sofa-left") ? seat.nextElementSibling : seat.classList.contains("sofa-right") ? seat.previousElementSibling : null;
    return other && one("input", other);
  };
  const draw = () => {
    const seats = chosen();
    if (total) total.textContent = seats.length ? money(seats.reduce((sum, box) => sum + Number(box.dataset.price), 0)) : "";
    if (!chips) return;
    chips.replaceChildren(...seats.map((box) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = `${box.dataset.name} ×`;
      chip.setAttribute("aria-label", `${form.dataset.sayDrop} ${box.dataset.name}`);
      chip.addEventListener("click", () => { choose(box, false); box.focus(); });
      return chip;
    }));
    if (seats.length) return;
    const none = document.createElement("span");
    none.className = "muted";
    none.textContent = form.dataset.sayNone;
    chips.append(none);
  };
  const choose = (box, yes) => {
    box.checked = yes;
    const other = half(box);
    if (other && !other.disabled) other.checked = yes;
    if (chosen().length > most) {
      box.checked = false;
      if (other) other.checked = false;
      say(form.dataset.sayMax);
    } else say(chosen().map((seat) => seat.dataset.name).join(", "));
    draw();
  };
  form.addEventListener("change", (event) => { if (event.target.name === "seat") choose(event.target, event.target.checked); });

  // One seat is in the tab order; arrows go to the nearest one that way.
  const roam = (box) => { boxes.forEach((other) => (other.tabIndex = other === box ? 0 : -1)); box.focus(); };
  boxes.forEach((box) => (box.tabIndex = -1));
  const open = chosen()[0] || boxes.find((box) => !box.disabled);
  if (open) open.tabIndex = 0;
  form.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || event.target.name !== "seat") return;
    event.preventDefault();
    const at = event.target.getBoundingClientRect();
    let best = null;
    for (const box of boxes) {
      if (box.disabled || box === event.target) continue;
      const to = box.getBoundingClientRect();
      const [x, y] = [to.x - at.x, to.y - at.y];
      const along = x * way[0] + y * way[1];
      const aside = Math.abs(x * way[1]) + Math.abs(y * way[0]);
      if (along < at.width / 2 || (way[0] && aside > at.height / 2)) continue;
      const far = along + aside * 2;
      if (!best || far < best.far) best = { box, far };
    }
    if (best) roam(best.box);
  });

  for (const button of all("[data-best]", form)) {
    button.hidden = false;
    button.addEventListener("click", () => {
      boxes.forEach((box) => (box.checked = false));
      const wanted = button.dataset.best.split(" ");
      boxes.filter((box) => wanted.includes(box.value) && !box.disabled).forEach((box) => (box.checked = true));
      draw();
      say(chosen().map((seat) => seat.dataset.name).join(", "));
      boxes.find((box) => box.checked)?.scrollIntoView({ block: "nearest", inline: "center" });
    });
  }

  // Larger and smaller, by button or by two fingers.
  const sizes = { least: 22, most: 72 };
  let size = parseFloat(getComputedStyle(form).getPropertyValue("--seat")) || 46;
  const zoom = (to) => {
    const before = hall.scrollWidth;
    const middle = (hall.scrollLeft + hall.clientWidth / 2) / before;
    size = Math.min(sizes.most, Math.max(sizes.least, to));
    form.style.setProperty("--seat", `${size}px`);
    hall.scrollLeft = middle * hall.scrollWidth - hall.clientWidth / 2;
    look();
  };
  const zoomer = one("[data-zoom]", form);
  zoomer.hidden = false;
  zoomer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom-by]");
    if (button) zoom(size * (Number(button.dataset.zoomBy) > 0 ? 1.25 : 0.8));
  });
  let pinch = null;
  const apart = (touches) => Math.hypot(touches[0].clientX - touches[1].clientX, touches[0].clientY - touches[1].clientY);
  hall.addEventListener("touchstart", (event) => { if (event.touches.length === 2) pinch = { apart: apart(event.touches), size }; }, { passive: true });
  hall.addEventListener("touchmove", (event) => {
    if (!pinch || event.touches.length !== 2) return;
    event.preventDefault();
    zoom(pinch.size * apart(event.touches) / pinch.apart);
  }, { passive: false });
  hall.addEventListener("touchend", () => (pinch = null));

  // The hall at a glance, while only a part of it fits.
  const overview = one("[data-overview]", form);
  const frame = one("[data-overview-window]", form);
  const { width, height } = one("svg", overview).viewBox.baseVal;
  const look = () => {
    overview.hidden = hall.scrollWidth <= hall.clientWidth + 4 && hall.scrollHeight <= hall.clientHeight + 4;
    frame.setAttribute("x", (hall.scrollLeft / hall.scrollWidth) * width);
    frame.setAttribute("y", (hall.scrollTop / hall.scrollHeight) * height);
    frame.setAttribute("width", Math.min(1, hall.clientWidth / hall.scrollWidth) * width);
    frame.setAttribute("height", Math.min(1, hall.clientHeight / hall.scrollHeight) * height);
  };
  hall.addEventListener("scroll", look, { passive: true });
  addEventListener("resize", look);
  hall.scrollLeft = (hall.scrollWidth - hall.clientWidth) / 2;
  look();
  draw();
}
