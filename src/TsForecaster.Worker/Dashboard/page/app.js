// Keeps the page in step with the worker: asks once a second, draws what changed, says so when nobody answers.

import { Card } from "./card.js";
import * as format from "./format.js";

const PAGE_SIZE = 24;
const PERIOD_MS = 1000;
const ANSWER_TIMEOUT_MS = 5000;

const at = (id) => document.getElementById(id);
const cards = new Map();
const view = { filter: "", page: 0, history: "recent" };
let timer = 0;
let round = 0;

async function ask(path) {
  const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  return { status: response.status, total: Number(response.headers.get("X-Total-Count")), body: await response.json() };
}

const keyOf = (summary) => JSON.stringify([summary.series, summary.channel]);

/** A series with its recent values and fan; with a threshold, the fan and the chances of being above it. */
async function load(summary, above) {
  const question = above === undefined ? "?" : `/forecast?above=${above}&`;
  const { status, body } = await ask(`api/series/${encodeURIComponent(summary.series)}${question}channel=${encodeURIComponent(summary.channel)}`);
  return status === 200 ? body : null;
}

function showTotals(totals) {
  at("total-series").textContent = format.count(totals.series);
  at("total-steps").textContent = format.count(totals.steps);
  at("total-forecasts").textContent = format.count(totals.forecasts);
  at("total-refits").textContent = format.count(totals.refits_promoted);
}

function showState(state, text, trouble = "") {
  const pill = at("state");
  if (pill.textContent !== text) pill.textContent = text;
  pill.dataset.state = state;
  at("trouble").hidden = !trouble;
  if (at("trouble").textContent !== trouble) at("trouble").textContent = trouble;
  document.body.classList.toggle("stale", state === "lost");
}

function showReadiness({ status, body }) {
  if (status === 200) return showState("ready", "ready");
  const failed = (body.checks ?? []).filter((check) => !check.ok).map((check) => `${check.name}: ${check.detail}`);
  showState("trouble", "not ready", failed.join(" · "));
}

function showEmpty(total, known) {
  at("empty").hidden = total > 0;
  at("bar").hidden = known === 0;
  if (total > 0) return;
  at("empty-title").textContent = known === 0 ? "Waiting for the first ticks" : "No series of that name";
  at("empty-text").textContent = known === 0
    ? "A series appears here as soon as its first grid cell has closed: when a tick arrives that lies past the cell's end and the grace period. Nothing needs to be reloaded."
    : `None of the ${format.count(known)} series on this worker contains “${view.filter}”.`;
}

function showPages(total) {
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
  at("pages").hidden = pages === 1;
  at("page-text").textContent = `${view.page * PAGE_SIZE + 1}–${Math.min(total, (view.page + 1) * PAGE_SIZE)} of ${format.count(total)}`;
  at("previous").disabled = view.page === 0;
  at("next").disabled = view.page >= pages - 1;
}

function showCards(summaries) {
  const wanted = new Set(summaries.map(keyOf));
  for (const [key, card] of cards) {
    if (!wanted.has(key)) {
      card.destroy();
      cards.delete(key);
    }
  }

  return Promise.allSettled(summaries.map((summary, i) => {
    const key = keyOf(summary);
    if (!cards.has(key)) cards.set(key, new Card(at("card")));
    const card = cards.get(key);
    const place = at("cards").children[i];
    if (place !== card.element) at("cards").insertBefore(card.element, place ?? null);
    return card.update(summary, view.history, load);
  }));
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++round;
  try {
    const query = new URLSearchParams({ filter: view.filter, skip: view.page * PAGE_SIZE, take: PAGE_SIZE });
    const [totals, readiness, list] = await Promise.all([ask("api/status"), ask("readyz"), ask(`api/series?${query}`)]);
    if (mine !== round) return;
    if (view.page > 0 && list.total <= view.page * PAGE_SIZE) {
      view.page = Math.max(0, Math.ceil(list.total / PAGE_SIZE) - 1);
      return void refresh();
    }

    showTotals(totals.body);
    showReadiness(readiness);
    showEmpty(list.total, totals.body.series);
    showPages(list.total);
    await showCards(list.body);
  } catch {
    if (mine === round) showState("lost", "reconnecting", "The worker does not answer. What is shown is what it said last; the page goes on by itself.");
  }

  if (mine === round) timer = setTimeout(refresh, document.hidden ? 5 * PERIOD_MS : PERIOD_MS);
}

function turn(pages) {
  view.page = Math.max(0, view.page + pages);
  refresh();
  at("cards").focus({ preventScroll: true });
}

at("filter").addEventListener("input", (event) => {
  Object.assign(view, { filter: event.target.value.trim(), page: 0 });
  refresh();
});
at("previous").addEventListener("click", () => turn(-1));
at("next").addEventListener("click", () => turn(1));
for (const choice of document.querySelectorAll("input[name=history]")) {
  choice.addEventListener("change", () => {
    view.history = choice.value;
    refresh();
  });
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cards.forEach((card) => card.chart.repaint()));
document.addEventListener("visibilitychange", () => document.hidden || refresh());
refresh();
