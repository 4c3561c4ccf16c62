/**
 * The chat widget of Forløb: one ES module, no build step, no third party.
 *
 *   <script type="module" src="https://…/widget/chat.js"></script>      a button in the corner that opens the chat
 *   <forloeb-chat></forloeb-chat> + the same script                     the chat where the element stands
 *
 * data-login="<JWT>" (script) or login="<JWT>" (element) signs the person in; element.signIn(jwt) does it later.
 * docs/web-channel.md describes the protocol, the events and the CSS custom properties.
 */

const BASE = new URL("..", import.meta.url);
const STAFF_TEXT = "Tal med en medarbejder";
const SLOW_MS = 8000;
const WHO = { user: "Du", bot: "Assistenten", staff: "Medarbejder" };
const STATUS = { met: "Klaret", next: "Næste", due: "Er i gang", coming: "Kommer", overdue: "Datoen er passeret" };
const RATING = ["Slet ikke", "", "", "", "Meget godt"];
const HOLDER = { akasse: "A-kassen", jobcenter: "Jobcenteret" };

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** An element with attributes and children; text always becomes a text node. */
function make(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "text", "tspan", "line", "circle", "path", "title", "desc"].includes(name);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function clock(at) {
  return new Intl.DateTimeFormat("da-DK", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Copenhagen" })
    .format(new Date(at)).replace(":", ".");
}

function day(date, { month = "long", year = true } = {}) {
  const options = { day: "numeric", month, timeZone: "UTC", ...(year ? { year: "numeric" } : {}) };
  return new Intl.DateTimeFormat("da-DK", options).format(new Date(`${date}T00:00:00Z`));
}

function span({ date, end }) {
  if (!end || end === date) return day(date);
  return `${day(date, { month: "short", year: date.slice(0, 4) !== end.slice(0, 4) })} – ${day(end, { month: "short" })}`;
}

/** An http(s) address, absolute or on our own server; null for anything else. */
function safeUrl(text) {
  try {
    const url = new URL(text, BASE);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Text as paragraphs, lines that begin with "- " as a list. */
function prose(text) {
  const blocks = [];
  let list = null, paragraph = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("- ")) {
      if (!list) blocks.push((list = make("ul")));
      list.append(make("li", {}, line.slice(2)));
      paragraph = null;
    } else if (!line.trim()) {
      list = paragraph = null;
    } else {
      if (paragraph) paragraph.append("\n", line);
      else blocks.push((paragraph = make("p", {}, line)));
      list = null;
    }
  }
  return blocks;
}

/** Break text into lines no wider than `width`. */
function wrap(text, width, measure) {
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function marker(status, y) {
  const at = { transform: `translate(12 ${y})`, class: `mark ${status}` };
  if (status === "overdue") {
    return make("g", at, make("path", { d: "M0 -9 L9.5 7.5 H-9.5 Z" }), make("path", { class: "sign", d: "M0 -3 V2 M0 4.6 V5" }));
  }
  const sign = status === "met" ? make("path", { class: "sign", d: "M-4 0.2 L-1.2 3 L4.2 -2.8" })
    : status === "next" ? make("circle", { class: "dot", r: 3.2 }) : null;
  return make("g", at, make("circle", { r: status === "coming" ? 6 : 8.5 }), sign);
}

/** The plan as a picture that fits its box, and the same plan as a list. */
function timeline(plan, id) {
  const items = Array.isArray(plan.items) ? plan.items : [];
  const box = make("div", { class: "drawing" });
  const context = document.createElement("canvas").getContext("2d");
  const meta = (item) => [HOLDER[item.holder], STATUS[item.status]].filter(Boolean).join(" · ");
  const draw = (width) => {
    const family = getComputedStyle(box).fontFamily;
    const lines = [];
    let y = 16;
    const centres = [];
    for (const item of items) {
      centres.push([item.status, y - 5]);
      for (const [kind, font, text] of [["date", "600 15px", span(item)], ["label", "15px", item.label], ["meta", "13px", meta(item)]]) {
        context.font = `${font} ${family}`;
        for (const line of wrap(text, width - 42, (part) => context.measureText(part).width)) {
          lines.push(make("text", { x: 36, y, class: `${kind} ${item.status}` }, line));
          y += kind === "meta" ? 18 : 20;
        }
      }
      y += 14;
    }
    const height = Math.max(20, y - 22);
    const end = centres.length ? centres.at(-1)[1] : 0;
    box.replaceChildren(make("svg",
      { role: "img", "aria-labelledby": `${id}-t ${id}-d`, viewBox: `0 0 ${width} ${height}`, width, height },
      make("title", { id: `${id}-t` }, plan.title ?? ""), make("desc", { id: `${id}-d` }, plan.alt ?? ""),
      make("line", { class: "rail", x1: 12, x2: 12, y1: 11, y2: end }),
      ...centres.map(([status, centre]) => marker(status, centre)), ...lines));
  };
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(Math.min(460, entry.contentRect.width));
    if (width > 60 && width !== drawn) draw((drawn = width));
  }).observe(box);
  const list = items.map((item) => make("li", {}, make("strong", {}, span(item)), ` ${item.label}`,
    meta(item) ? ` (${meta(item)})` : null));
  return make("figure", { class: "timeline" }, make("figcaption", {}, plan.title ?? ""), box,
    make("details", {}, make("summary", {}, "Vis planen som tekst"), make("ol", {}, ...list)));
}

export class ForloebChat extends HTMLElement {
  #key = `forloeb:${BASE.href}`;
  #state = { token: null, conversation: null, pending: [], known: false };
  #messages = [];
  #echoes = [];
  #last = 0;
  #run = 0;
  #polls = 0;
  #abort = null;
  #quick = false;
  #restored = false; // the first reading is history: it is not read out
  #pumping = false;
  #wake = null;
  #slowTimer = null;
  #built = false;

  connectedCallback() {
    if (this.#built) return;
    this.#built = true;
    this.#build();
    try {
      this.#state = { ...this.#state, ...JSON.parse(sessionStorage.getItem(this.#key) ?? "{}") };
    } catch { /* nothing that can be used is stored */ }
    addEventListener("online", () => this.#wake?.());
    this.#restored = this.#state.token !== null;
    if (!this.floating || this.#state.open) this.open(false);
  }

  disconnectedCallback() {
    this.#run += 1;
    this.#abort?.abort();
    this.#built = false;
  }

  get floating() { return this.hasAttribute("floating"); }

  /** Show the chat (a floating one) and begin the conversation. */
  open(focus = true) {
    this.#panel.hidden = false;
    if (this.floating) {
      this.#launcher.setAttribute("aria-expanded", "true");
      this.#unread.hidden = true;
      this.#state.open = true;
      this.#save();
    }
    if (!this.#run) this.#begin();
    if (focus) this.#input.focus();
  }

  close() {
    this.#panel.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#state.open = false;
    this.#save();
    this.#launcher.focus();
  }

  /** Sign in with a JWT from the host page; an anonymous conversation comes along. Throws with a Danish message. */
  async signIn(login) {
    const opened = await this.#session(login);
    const moved = opened.conversation_id !== this.#state.conversation;
    if (moved) this.#clear();
    this.#adopt(opened, true);
    this.#loop();
    this.#pump();
    return opened.conversation_id;
  }

  /** Leave the conversation on this computer and begin a new one, not signed in. */
  async signOut() {
    this.#clear();
    Object.assign(this.#state, { token: null, known: false });
    this.#save();
    await this.#begin();
  }

  // --- the conversation ---

  async #begin() {
    const run = ++this.#run;
    const login = this.getAttribute("login");
    this.removeAttribute("login");
    for (let tries = 0; login || !this.#state.token; tries += 1) {
      try {
        const opened = await this.#session(login);
        if (run !== this.#run) return;
        if (this.#state.conversation && opened.conversation_id !== this.#state.conversation) this.#clear(true);
        this.#adopt(opened, Boolean(login));
        break;
      } catch (error) {
        if (run !== this.#run) return;
        if (error.status && error.status < 500 && error.status !== 429) {
          this.#say(error.message);
          if (!login) return;
          if (this.#state.token) break;
          return void this.#begin();
        }
        this.#say("Ingen forbindelse. Vi prøver igen …");
        await this.#pause(tries);
      }
    }
    this.#code.hidden = !this.#state.known;
    this.#carried();
    this.#loop();
    for (const item of this.#state.pending) {
      if (!this.#echoes.some((echo) => echo.item.id === item.id)) this.#echo(item);
    }
    this.#pump();
  }

  async #session(login) {
    const { token } = this.#state;
    const response = await fetch(new URL("webhooks/web/session", BASE), {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token && login ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(login ? { login } : {}),
    });
    const body = await response.json().catch(() => ({}));
    if (!response.ok) throw Object.assign(new Error(body.error?.message ?? "Der er ikke forbindelse lige nu."), { status: response.status });
    return body;
  }

  #adopt({ token, conversation_id }, known) {
    Object.assign(this.#state, { token, conversation: conversation_id, known });
    this.#save();
    this.#code.hidden = !known;
    this.#say("");
    this.dispatchEvent(new CustomEvent("forloeb-session", { bubbles: true, detail: { conversation: conversation_id } }));
  }

  #clear(keepPending = false) {
    this.#run += 1;
    this.#restored = false;
    this.#log.setAttribute("aria-live", "polite");
    this.#abort?.abort();
    this.#messages = [];
    this.#echoes = [];
    this.#last = 0;
    if (!keepPending) this.#state.pending = [];
    this.#log.replaceChildren();
    this.#waiting();
  }

  /** Read what is there, then wait for more, as long as this run is the current one. */
  async #loop() {
    const run = ++this.#run;
    this.#abort?.abort();
    let wait = 0, failures = 0;
    let silent = this.#restored;
    this.#restored = false;
    if (silent) this.#log.setAttribute("aria-live", "off");
    while (run === this.#run) {
      const poll = ++this.#polls;
      try {
        this.#abort = new AbortController();
        if (this.#quick) wait = 0;
        this.#quick = false;
        const url = new URL(`webhooks/web/messages?after=${this.#last}&wait=${wait}`, BASE);
        const response = await fetch(url, {
          headers: { Authorization: `Bearer ${this.#state.token}` }, cache: "no-store", signal: this.#abort.signal,
        });
        if (run !== this.#run) return;
        if (response.status === 401) return void this.#renew();
        if (!response.ok) throw new Error(response.status);
        const { messages } = await response.json();
        if (run !== this.#run) return;
        for (const message of messages) this.#show(message);
        for (const echo of this.#echoes.filter((one) => one.done && one.done < poll)) this.#drop(echo);
        if (failures) this.#say("");
        failures = 0;
        if (messages.length < 200) {
          if (silent) setTimeout(() => this.#log.setAttribute("aria-live", "polite"), 300);
          silent = false;
          wait = 25;
        }
        this.#waiting();
      } catch {
        if (run !== this.#run) return;
        if (this.#quick) continue;
        if ((failures += 1) > 1) this.#say("Ingen forbindelse. Vi prøver igen …");
        wait = 0;
        await this.#pause(failures);
      }
    }
  }

  /** The server no longer knows the token: begin anew, and send again what it had not got. */
  async #renew() {
    this.#state.pending = this.#state.pending.filter((item) => item.text);
    this.#state.token = this.#state.conversation = null;
    this.#state.known = false;
    this.#clear(true);
    this.dispatchEvent(new CustomEvent("forloeb-expired", { bubbles: true }));
    this.#log.append(make("p", { class: "note" }, "Samtalen var udløbet. Her begynder en ny."));
    await this.#begin();
  }

  #send(item) {
    item = { id: newId(), ...item };
    this.#state.pending.push(item);
    this.#save();
    this.#echo(item);
    this.#pump();
  }

  /** Send what is pending, in order; the next goes when the server has the one before. */
  async #pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let tries = 0; this.#state.token && this.#state.pending.length;) {
        const item = this.#state.pending[0];
        const echo = this.#echoes.find((one) => one.item.id === item.id);
        const result = await Promise.race([this.#post(item, echo), ...(echo ? [echo.stored] : [])]);
        if (result === "again") await this.#pause(tries++);
        else {
          tries = 0;
          this.#state.pending = this.#state.pending.filter((other) => other.id !== item.id);
          this.#save();
        }
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #post({ id, text, payload }, echo) {
    let response;
    try {
      response = await fetch(new URL("webhooks/web/messages", BASE), {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.#state.token}` },
        body: JSON.stringify(payload ? { id, payload } : { id, text }),
      });
    } catch {
      this.#say("Ingen forbindelse. Din besked sendes, så snart der er forbindelse.");
      return "again";
    }
    if (response.status === 429 || response.status >= 500 || response.status === 401) {
      if (response.status === 401) this.#kick();
      return "again";
    }
    if (response.ok) {
      this.#say("");
      if (response.status === 202) this.#slow();
      if (echo) {
        echo.done = this.#polls;
        setTimeout(() => this.#echoes.includes(echo) && this.#kick(), 400);
      }
      return "sent";
    }
    const body = await response.json().catch(() => ({}));
    if (echo) {
      this.#echoes = this.#echoes.filter((one) => one !== echo);
      echo.node.classList.add("failed");
      echo.node.append(make("p", { class: "problem", role: "alert" }, body.error?.message ?? "Beskeden kunne ikke sendes."));
      if (text && !this.#input.value) this.#input.value = text;
    }
    this.#waiting();
    return "refused";
  }

  /** Read at once instead of waiting out the long poll. */
  #kick() {
    this.#quick = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  #pause(tries) {
    const ms = Math.min(15000, 400 * 2 ** Math.min(tries, 6)) * (0.8 + 0.4 * Math.random());
    return Promise.race([sleep(ms), new Promise((resolve) => { this.#wake = resolve; })]);
  }

  #save() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.#state));
    } catch { /* storage is off: the conversation lasts as long as the page */ }
  }

  async #ask(path, body) {
    const response = await fetch(new URL(`webhooks/web/${path}`, BASE), {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.#state.token}` },
      body: JSON.stringify(body),
    });
    const told = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(told.error?.message ?? "Der er ikke forbindelse lige nu.");
    return told;
  }

  /** A link from SMS or Messenger brings the question along: it stands in the field, and is not sent. */
  async #carried() {
    const link = /^#fra=([\w-]+)$/.exec(location.hash)?.[1];
    if (!link) return;
    history.replaceState(null, "", location.pathname + location.search);
    try {
      const { text } = await this.#ask("carried", { link });
      this.#input.value ||= text;
    } catch (error) {
      this.#say(error.message);
    }
  }

  /** A one-time code that makes a telephone or Messenger the signed-in person's. */
  async #showCode() {
    try {
      const { code, minutes, sms } = await this.#ask("code", {});
      this.#note("code", make("p", {}, "Din kode er ", make("strong", {}, code)),
        make("p", {}, `Send den ${sms ? `som sms til ${sms} eller ` : ""}i Messenger inden ${minutes} minutter. Vis den ikke til andre.`));
    } catch (error) {
      this.#say(error.message);
    }
  }

  /** The end: how did it go? */
  #end() {
    const rate = async (score) => {
      try {
        await this.#ask("rating", { score });
        this.#note("rating", make("p", {}, "Tak for dit svar. Du kan altid skrive igen."));
      } catch (error) {
        this.#say(error.message);
      }
    };
    const node = this.#note("rating", make("p", { id: "rate" }, "Hvor godt blev du hjulpet?"),
      make("div", { class: "choices", role: "group", "aria-labelledby": "rate" },
        ...RATING.map((title, index) => make("button", { type: "button", click: () => rate(index + 1) }, `${index + 1} ${title}`.trim()))));
    node.querySelector("button").focus();
  }

  /** Something the page itself says in the conversation; a new one of its kind takes its place. */
  #note(kind, ...children) {
    const held = this.#log.querySelector(`.${kind}`)?.contains(this.shadowRoot.activeElement);
    this.#log.querySelector(`.${kind}`)?.remove();
    const node = make("div", { class: `note ${kind}` }, ...children);
    this.#log.append(node);
    this.#log.scrollTop = this.#log.scrollHeight;
    if (held) this.#input.focus();
    return node;
  }

  // --- what is seen ---

  #show(message) {
    if (message.seq <= this.#last) return;
    this.#last = message.seq;
    this.#messages.push(message);
    if (message.from === "user") {
      const echo = this.#echoes.find((one) => one.node.dataset.text === message.text) ?? this.#echoes[0];
      if (echo) this.#drop(echo);
    } else if (this.floating && this.#panel.hidden) {
      this.#unread.hidden = false;
    }
    const node = this.#bubble(message);
    this.#log.insertBefore(node, this.#echoes[0]?.node ?? null);
    this.#settle();
    this.#scroll(node);
  }

  #bubble({ seq, from, at, text, buttons, custom }) {
    const own = from === "user";
    const parts = prose(text ?? "");
    if (custom?.timeline) parts.push(timeline(custom.timeline, `plan-${seq}`));
    for (const [key, attributes] of [["download", { download: true }], ["link", { target: "_blank", rel: "noopener noreferrer" }]]) {
      const href = custom?.[key] && safeUrl(custom[key].url);
      if (href) parts.push(make("p", { class: "file" }, make("a", { href, ...attributes }, custom[key].title ?? href)));
    }
    const meta = make("p", { class: "meta" }, make("span", { class: own || from === "bot" ? "unseen" : "" }, `${WHO[from] ?? from} `),
      at ? make("time", { datetime: at }, clock(at)) : null);
    const choices = buttons?.length ? make("div", { class: "choices", role: "group", "aria-label": "Svarmuligheder" },
      ...buttons.map(({ title, payload }) => make("button", { type: "button", click: () => this.#press(title, payload) }, title))) : null;
    const content = parts.length ? make("div", { class: "bubble" }, ...parts) : null;
    return make("div", { class: `message ${from}`, "data-seq": seq, "aria-live": own && "off" }, content, meta, choices);
  }

  #press(title, payload) {
    this.#send({ payload, title });
    if (matchMedia("(pointer: coarse)").matches) this.#log.focus({ preventScroll: true });
    else this.#input.focus();
  }

  /** The person's own words at once, until the server shows them in their place. */
  #echo(item) {
    const text = item.text ?? item.title;
    const node = make("div", { class: "message user echo", "aria-live": "off", "data-text": text },
      make("div", { class: "bubble" }, ...prose(text)), make("p", { class: "meta" }, "Sender …"));
    const echo = { item, node };
    echo.stored = new Promise((resolve) => { echo.resolve = () => resolve("sent"); });
    this.#echoes.push(echo);
    this.#log.append(node);
    this.#settle();
    this.#waiting();
    this.#log.scrollTo({ top: this.#log.scrollHeight, behavior: calm() ? "auto" : "smooth" });
  }

  #drop(echo) {
    this.#echoes = this.#echoes.filter((one) => one !== echo);
    echo.node.remove();
    echo.resolve();
  }

  /** Buttons belong to the present question: those before the person's last words go. */
  #settle() {
    const nodes = [...this.#log.children];
    const latest = nodes.findLastIndex((node) => node.classList.contains("user"));
    nodes.forEach((node, index) => {
      const choices = node.querySelector(":scope > .choices");
      if (choices) choices.hidden = index < latest;
    });
  }

  #scroll(node) {
    const log = this.#log;
    const tall = node.offsetHeight > log.clientHeight * 0.7 && !node.classList.contains("user");
    log.scrollTo({ top: tall ? node.offsetTop - log.offsetTop - 12 : log.scrollHeight, behavior: calm() ? "auto" : "smooth" });
  }

  /** The typing indicator follows from the conversation: the last word is the person's. */
  #waiting() {
    const greeting = !this.#messages.length && this.#state.token !== null;
    const waiting = this.#echoes.length > 0 || this.#messages.at(-1)?.from === "user" || greeting;
    if (this.#typing.hidden === waiting) this.#keepEnd(() => { this.#typing.hidden = !waiting; });
    if (!waiting) {
      clearTimeout(this.#slowTimer);
      this.#slowTimer = null;
      this.#moment.textContent = "";
    } else if (!this.#slowTimer) {
      this.#slowTimer = setTimeout(() => this.#slow(), SLOW_MS);
    }
  }

  #slow() {
    if (this.#typing.hidden) return;
    this.#keepEnd(() => {
      this.#moment.textContent = this.#messages.length || this.#echoes.length
        ? "Et øjeblik … Din besked er modtaget, og svaret kommer her."
        : "Et øjeblik … Assistenten er på vej.";
    });
  }

  /** A change below the log must not hide its last line from somebody who reads there. */
  #keepEnd(change) {
    const log = this.#log;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 160;
    change();
    if (atEnd && !this.#typing.hidden) log.scrollTop = log.scrollHeight;
  }

  #say(text) {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #transcript() {
    const lines = [`Samtale med ${this.#name}`, ""];
    for (const { from, at, text, custom } of this.#messages) {
      lines.push(`${WHO[from] ?? from}, ${day(at.slice(0, 10))} kl. ${clock(at)}:`, text ?? "");
      for (const item of custom?.timeline?.items ?? []) lines.push(`- ${span(item)}: ${item.label}`);
      lines.push("");
    }
    const href = URL.createObjectURL(new Blob([lines.join("\r\n")], { type: "text/plain;charset=utf-8" }));
    make("a", { href, download: "samtale.txt" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
  }

  // --- the parts ---

  #code; #panel; #log; #typing; #moment; #status; #input; #launcher; #unread; #name;

  #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#name = this.getAttribute("name") ?? "Forløb";
    const style = make("link", { rel: "stylesheet", href: new URL("widget/chat.css", BASE).href });
    this.#log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": "Samtalen", tabindex: 0 });
    this.#typing = make("p", { class: "typing", hidden: true, "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    this.#moment = make("p", { class: "moment", role: "status" });
    this.#status = make("p", { class: "status", role: "status" });
    this.#input = make("textarea", {
      id: "input", rows: 1, maxlength: 2000, placeholder: "Skriv her …", enterkeyhint: "send", autocomplete: "off",
      keydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.#submit();
        }
      },
    });
    const form = make("form", { class: "composer", submit: (event) => { event.preventDefault(); this.#submit(); } },
      make("label", { for: "input", class: "unseen" }, "Din besked"), this.#input, make("button", { type: "submit", class: "send" }, "Send"));
    this.#code = make("button", { type: "button", class: "quiet", hidden: true, click: () => this.#showCode() }, "Kode til mobil");
    const tools = make("div", { class: "tools" },
      this.#code,
      make("button", { type: "button", class: "quiet", click: () => this.#transcript() }, "Hent samtalen"),
      make("button", { type: "button", class: "quiet", click: () => this.#end() }, "Afslut"),
      this.floating ? make("button", { type: "button", class: "quiet", click: () => this.close() }, "Luk") : null);
    const foot = make("div", { class: "foot" },
      make("button", { type: "button", class: "staff", click: () => { this.#send({ text: STAFF_TEXT }); this.#input.focus(); } }, STAFF_TEXT),
      make("p", {}, "Skriv ikke dit CPR-nummer her."));
    this.#panel = make("section", { class: "chat", lang: "da", "aria-label": `Chat med ${this.#name}`, hidden: true },
      make("header", {}, make("div", {}, make("h2", {}, this.#name), make("p", {}, "Automatisk assistent")), tools),
      this.#log, make("div", { class: "wait" }, this.#typing, this.#moment), this.#status, form, foot);
    this.#unread = make("span", { class: "unread", hidden: true }, make("span", { class: "unseen" }, "Ny besked"));
    this.#launcher = make("button", {
      type: "button", class: "launcher", hidden: !this.floating, "aria-expanded": "false",
      click: () => (this.#panel.hidden ? this.open() : this.close()),
    }, "Spørg om dit forløb", this.#unread);
    const body = make("div", { class: "host", hidden: true }, this.#panel, this.#launcher);
    style.addEventListener("load", () => { body.hidden = false; });
    style.addEventListener("error", () => { body.hidden = false; });
    body.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.floating && !this.#panel.hidden) this.close(); });
    root.replaceChildren(style, body);
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = "";
    this.#send({ text });
    this.#input.focus();
  }
}

if (!customElements.get("forloeb-chat")) customElements.define("forloeb-chat", ForloebChat);

const tag = [...document.querySelectorAll("script[type=module][src]")].find((script) => script.src === import.meta.url);
if (tag && !document.querySelector("forloeb-chat")) {
  const place = tag.dataset.target && document.querySelector(tag.dataset.target);
  (place ?? document.body).append(make("forloeb-chat", { floating: !place, login: tag.dataset.login, name: tag.dataset.name }));
}
