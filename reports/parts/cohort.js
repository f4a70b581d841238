/* The table of a class: draws the rows in view from the page's data, sorts and filters them. Texts stay texts. */
(() => {
  "use strict";
  const ID = 0, NAME = 1, EMAIL = 2, LINK = 3, POINTS = 4, POSSIBLE = 5, BONUS = 6, STATES = 7, NEXT = 8, REASONS = 9, PLACE = 10, ERROR = 11;
  const SPARE = 12, FEW = 200, ONE_LOOK = 40, ON_PAPER = 1000;
  // What needs a hand comes first.
  const URGENT = "FfUuNnBbOoPpSs-";
  const by = (id) => document.getElementById(id);
  const data = JSON.parse(by("data").textContent);
  const { rows, columns, ids, nexts, reasons } = data;
  const scroll = by("scroll"), table = by("table"), body = by("rows"), shown = by("shown");
  const letters = by("cells").dataset.letters;
  const cells = [...by("cells").content.children], afters = [...by("nexts").content.children];
  const blank = by("row").content.firstElementChild, unread = by("unread").content.firstElementChild;
  const fields = ["q", "status", "at", "reason"].map(by);
  const sorts = new Map([...table.querySelectorAll("th[data-sort]")].map((th) => [th.dataset.sort, th]));
  const said = new Intl.NumberFormat("en");
  const label = (row) => row[NAME] || row[ID];
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = rows.map((row) => plain(`${row[ID]}\n${row[NAME]}\n${row[EMAIL]}`));
  let state = {}, order = [], drawn = new Map(), height = 0, all = true, onPaper = false;

  /* What the rows are sorted by: a number each, the same for what ties. */
  const keys = new Map();
  function keysOf(column) {
    if (!keys.has(column)) keys.set(column, column === "name" ? ranks() : rows.map(KEYS[column] || letter(ids.indexOf(column))));
    return keys.get(column);
  }
  const KEYS = {
    points: (row) => (row[STATES] || row[POINTS] ? row[POINTS] * 1000 + row[BONUS] : -1),
    next: (row) => {
      const [status, check] = nexts[row[NEXT]];
      if (status !== "incomplete") return status === "error" ? -1 : 1e9;
      return ids.indexOf(check) < 0 ? 1e6 : ids.indexOf(check) * 1000 + row[NEXT] / 1000;
    },
  };
  const letter = (at) => (row) => (row[STATES] ? URGENT.indexOf(row[STATES][columns[at]]) : -1);
  function ranks() {
    const collator = new Intl.Collator("en", { numeric: true });
    const sorted = rows.map((_, at) => at).sort((a, b) => collator.compare(label(rows[a]), label(rows[b])));
    const found = new Array(rows.length);
    let rank = 0;
    sorted.forEach((at, place) => {
      if (place && collator.compare(label(rows[sorted[place - 1]]), label(rows[at]))) rank = place;
      found[at] = rank;
    });
    return found;
  }

  const STATUS = {
    undeployed: (row) => /n/i.test(row[STATES]),
    drift: (row) => /[A-Z]/.test(row[STATES]),
  };
  function arrange() {
    const words = plain(state.q).split(/\s+/).filter(Boolean);
    const reason = reasons.indexOf(state.reason), step = state.at.startsWith("step:") ? state.at.slice(5) : null;
    const fits = (row, at) => {
      if (!words.every((word) => texts[at].includes(word))) return false;
      const [status, check, of] = nexts[row[NEXT]];
      if (state.status && !(STATUS[state.status] ? STATUS[state.status](row) : status === state.status)) return false;
      if (state.at && (step === null ? check !== state.at : of !== step)) return false;
      return !state.reason || (row[REASONS] || []).includes(reason);
    };
    order = [];
    rows.forEach((row, at) => fits(row, at) && order.push(at));
    if (state.sort) {
      const key = keysOf(state.sort), way = state.down ? -1 : 1;
      order.sort((a, b) => way * (key[a] - key[b]));
    }
    sorts.forEach((th, column) => {
      if (column === state.sort) th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    });
    all = order.length <= FEW;
    drawn = new Map();
    body.replaceChildren();
    scroll.classList.toggle("is-long", !all);
    scroll.classList.toggle("is-short", order.length <= ONE_LOOK);
    if (all) table.removeAttribute("aria-rowcount");
    else table.setAttribute("aria-rowcount", order.length + 2);
    draw();
  }

  function tell() {
    const count = order.length === rows.length ? `All ${said.format(rows.length)} attendees` : `${said.format(order.length)} of ${said.format(rows.length)} attendees`;
    const sorted = state.sort ? `, by ${sorts.get(state.sort).innerText.replace(/\s+/g, " ").trim()}${state.down ? ", last first" : ""}` : "";
    const text = `${count}${sorted}.`;
    if (shown.textContent !== text) shown.textContent = text;
    by("clear").disabled = !(state.q || state.status || state.at || state.reason || state.sort);
  }

  /* Code in a message stands in backticks. */
  function write(into, text) {
    into.replaceChildren(...text.split(/`([^`\n]+)`/).map((part, at) => {
      if (at % 2 === 0) return part;
      const code = document.createElement("code");
      code.textContent = part;
      return code;
    }).filter((part) => part !== ""));
  }

  function rowOf(place) {
    const row = rows[order[place]], tr = (row[STATES] ? blank : unread).cloneNode(true);
    const link = tr.querySelector("a"), points = tr.querySelector(".points");
    link.setAttribute("href", row[LINK].replace("*", `${row[ID]}.html`));
    link.title = link.firstElementChild.textContent = label(row);
    tr.querySelector(".sub").textContent = [row[NAME] && row[ID], row[EMAIL]].filter(Boolean).join(" · ");
    if (row[STATES] || row[POINTS]) {
      points.querySelector("b").textContent = row[POINTS];
      points.querySelector(".of").textContent = `of ${row[POSSIBLE]}`;
      points.querySelector(".plus").textContent = row[BONUS] ? `+${row[BONUS]}` : "";
    }
    if (row[STATES]) {
      for (const at of columns) tr.append(cells[letters.indexOf(row[STATES][at])].cloneNode(true));
      tr.append(afters[row[NEXT]].cloneNode(true));
    } else {
      tr.querySelector(".ahead code").textContent = row[PLACE] || "";
      write(tr.querySelector(".ahead div > span > span"), row[ERROR] || "");
    }
    if (!all) tr.setAttribute("aria-rowindex", place + 3);
    return tr;
  }

  function space(rowCount) {
    const tr = document.createElement("tr");
    tr.className = "space";
    tr.setAttribute("aria-hidden", "true");
    tr.style.height = `${rowCount * height}px`;
    return tr;
  }

  function draw() {
    if (!height && !all) {
      body.append(rowOf(0));
      height = body.firstElementChild.getBoundingClientRect().height;
      body.replaceChildren();
    }
    let from = 0, to = onPaper ? Math.min(order.length, ON_PAPER) : order.length;
    if (!all && !onPaper) {
      from = Math.max(0, Math.min(Math.floor(scroll.scrollTop / height), order.length - 1) - SPARE);
      to = Math.min(order.length, from + Math.ceil(scroll.clientHeight / height) + 2 * SPARE);
    }
    const focused = body.contains(document.activeElement);
    for (const [place, tr] of drawn) {
      if (place < from || place >= to) { tr.remove(); drawn.delete(place); }
    }
    body.querySelectorAll(".space").forEach((one) => one.remove());
    let after = null;
    for (let place = to - 1; place >= from; place--) {
      let tr = drawn.get(place);
      if (!tr) {
        tr = rowOf(place);
        drawn.set(place, tr);
        body.insertBefore(tr, after);
      }
      after = tr;
    }
    if (from > 0) body.prepend(space(from));
    if (to < order.length && !onPaper) body.append(space(order.length - to));
    // The row that had the focus is far away by now; the keyboard goes on from the table.
    if (focused && !body.contains(document.activeElement)) scroll.focus({ preventScroll: true });
  }

  /* The address keeps what is shown, so that a reload and a link show the same. */
  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const valid = (field) => [...field.options].some((option) => option.value === given.get(field.id));
    const sort = given.get("sort");
    state = { q: (given.get("q") || "").slice(0, 200), sort: sorts.has(sort) ? sort : "", down: given.has("down") };
    for (const field of fields.slice(1)) state[field.id] = given.has(field.id) && valid(field) ? given.get(field.id) : "";
    for (const field of fields) field.value = state[field.id];
  }
  function keep() {
    const told = new URLSearchParams();
    for (const name of ["q", "status", "at", "reason", "sort"]) if (state[name]) told.set(name, state[name]);
    if (state.sort && state.down) told.set("down", "1");
    history.replaceState(null, "", `${location.href.split("#")[0]}${String(told) && `#${told}`}`);
  }
  function change(to) {
    Object.assign(state, to);
    scroll.scrollTop = 0;
    keep();
    arrange();
    tell();
  }

  document.documentElement.classList.add("is-scripted");
  document.querySelector(".controls").hidden = false;
  sorts.forEach((th, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.id = `sort-${column}`;
    button.append(...th.childNodes);
    th.append(button);
    // Up, down, and back to the order of the class.
    button.addEventListener("click", () => {
      const same = state.sort === column;
      change({ sort: same && state.down ? "" : column, down: same && !state.down });
    });
  });
  let followed = false;
  document.querySelectorAll("[data-filter]").forEach((one) => {
    const link = document.createElement("a");
    link.href = `#${one.dataset.filter}`;
    link.className = "filter";
    link.append(...one.childNodes);
    one.append(link);
    link.addEventListener("click", () => {
      followed = true;
      if (location.hash === link.hash) arrived();
    });
  });
  function arrived() {
    if (!followed) return;
    followed = false;
    by("everybody").scrollIntoView({ block: "start" });
    by("everybody").focus({ preventScroll: true });
  }
  addEventListener("hashchange", () => {
    if (location.hash.includes("=") || !location.hash) {
      const { sort, down } = state;
      read();
      if (followed) Object.assign(state, { sort, down });
      change({});
      arrived();
    } else keep(); // a jump within the page
  });
  fields.forEach((field) => field.addEventListener("input", () => change({ [field.id]: field.value })));
  by("clear").addEventListener("click", () => {
    for (const field of fields) field.value = "";
    change({ q: "", status: "", at: "", reason: "", sort: "", down: false });
    by("q").focus();
  });
  let waiting = 0;
  scroll.addEventListener("scroll", () => {
    if (!all && !waiting) waiting = requestAnimationFrame(() => { waiting = 0; draw(); });
  }, { passive: true });
  new ResizeObserver(() => {
    if (all || onPaper) return;
    const at = height ? scroll.scrollTop / height : 0;
    height = 0;
    drawn.clear();
    body.replaceChildren();
    draw();
    scroll.scrollTop = at * height;
  }).observe(scroll);
  for (const [name, paper] of [["beforeprint", true], ["afterprint", false]]) {
    addEventListener(name, () => { onPaper = paper; draw(); });
  }

  read();
  arrange();
  tell();

  /* While the class works: load again, and stay where the reader is. */
  const every = Number(document.documentElement.dataset.refresh);
  const KEY = `rydecheck ${location.pathname}`;
  const held = {
    get() { try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; } },
    set(value) { try { sessionStorage.setItem(KEY, JSON.stringify(value)); } catch { /* a browser may forbid it */ } },
    clear() { try { sessionStorage.removeItem(KEY); } catch { /* as above */ } },
  };
  function where(one) {
    if (one.id) return `#${CSS.escape(one.id)}`;
    return one.matches("a[href]") ? `${body.contains(one) ? "#rows " : ""}a[href="${CSS.escape(one.getAttribute("href"))}"]` : null;
  }
  function restore({ y, top, left, focus, from, to, open }) {
    document.querySelectorAll("details").forEach((one, at) => { one.open = open.includes(at); });
    scroll.scrollTop = top;
    scroll.scrollLeft = left;
    draw();
    scrollTo(0, y);
    const one = focus && document.querySelector(focus);
    if (!one) return;
    one.focus({ preventScroll: true });
    if (from !== null && one.setSelectionRange) one.setSelectionRange(from, to);
  }
  if (every > 0) {
    const before = held.get();
    held.clear();
    if (before) {
      history.scrollRestoration = "manual";
      restore(before);
    }
    let typed = 0;
    by("q").addEventListener("input", () => { typed = Date.now(); });
    const again = () => {
      if (document.visibilityState !== "visible") return;
      if (Date.now() - typed < 3000) { setTimeout(again, 3000); return; }
      const one = document.activeElement;
      held.set({
        y: scrollY, top: scroll.scrollTop, left: scroll.scrollLeft, focus: where(one),
        from: one === by("q") ? one.selectionStart : null, to: one === by("q") ? one.selectionEnd : null,
        open: [...document.querySelectorAll("details")].flatMap((each, at) => (each.open ? [at] : [])),
      });
      location.reload();
    };
    let due = false;
    setTimeout(() => { due = true; again(); }, every * 1000);
    document.addEventListener("visibilitychange", () => { if (due) again(); });
  }
})();
