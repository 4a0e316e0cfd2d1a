// A card: one series, its chart, and its score beside the seasonal naive.

import { Chart } from "./chart.js";
import * as format from "./format.js";

export class Card {
  #fields = {};
  #ask = null;
  #shown = null;
  #loading = false;

  constructor(template) {
    this.element = template.content.firstElementChild.cloneNode(true);
    for (const name of ["name", "channel", "value", "when", "plot", "readout", "learning", "learning-text", "scores", "mase", "ours", "versus", "coverage", "crps", "refits", "model", "cells", "question"]) {
      this.#fields[name] = this.element.querySelector(`.${name}`);
    }

    this.#fields.progress = this.element.querySelector("progress");
    this.#fields.threshold = this.element.querySelector("input");
    this.#fields.answer = this.element.querySelector("output");
    this.chart = new Chart(this.#fields.plot, (reading) => this.#read(reading));
    this.#fields.question.addEventListener("submit", (event) => event.preventDefault());
    this.#fields.threshold.addEventListener("input", () => this.#asked().catch(() => (this.#fields.answer.textContent = "")));
  }

  /** Writes what the list of series says; asks for the chart's data when a step has been added since. */
  async update(summary, history, load) {
    this.#ask = (above) => load(summary, above);
    this.#write(summary);
    const wanted = `${summary.steps} ${summary.last_time} ${summary.model} ${history}`;
    if (wanted === this.#shown || this.#loading) return;
    this.#loading = true;
    try {
      const detail = await load(summary);
      if (detail) {
        this.chart.show(detail, history);
        this.#shown = wanted;
        this.#write(detail);
        await this.#asked();
      }
    } finally {
      this.#loading = false;
    }
  }

  /** Answers "how likely is a value above this?" for the forecast that is shown. */
  async #asked() {
    const { threshold, answer } = this.#fields;
    const text = threshold.value;
    const above = text === "" ? null : threshold.valueAsNumber;
    this.chart.mark(above);
    const fan = above === null ? null : await this.#ask(above);
    if (threshold.value !== text) return;
    answer.textContent = fan ? `${format.chance(fan.any_above)} within ${format.count(fan.steps.length)} steps, ${format.chance(fan.steps[0].probability_above)} at the next` : "";
  }

  destroy() {
    this.chart.destroy();
    this.element.remove();
  }

  #write(summary) {
    const f = this.#fields;
    const title = summary.channel === "value" ? summary.series : `${summary.series} ${summary.channel}`;
    this.element.setAttribute("aria-label", title);
    f.name.textContent = summary.series;
    f.name.title = summary.series;
    f.channel.textContent = summary.channel === "value" ? "" : summary.channel;
    f.value.textContent = summary.last_value == null ? "missing" : format.value(summary.last_value);
    f.when.textContent = format.moment(Date.parse(summary.last_time) / 1000, summary.interval_seconds);
    f.when.dateTime = summary.last_time;

    const total = summary.steps + summary.steps_to_first_refit;
    f.learning.hidden = summary.model != null;
    f.scores.hidden = summary.model == null;
    f.question.hidden = summary.model == null;
    f.progress.value = total ? summary.steps / total : 0;
    f["learning-text"].textContent = summary.steps_to_first_refit > 0
      ? `Collecting history: ${format.count(summary.steps)} of ${format.count(total)} steps before the first fit`
      : summary.last_refit_reason ? `No model yet: ${summary.last_refit_reason}` : "First fit under way";

    const better = summary.mase != null && summary.seasonal_naive_mase != null ? summary.mase < summary.seasonal_naive_mase : null;
    f.mase.dataset.better = better ?? "";
    f.ours.textContent = format.score(summary.mase);
    f.versus.textContent = summary.seasonal_naive_mase == null ? (summary.scored ? "no naive to compare" : "not scored yet") : `vs ${format.score(summary.seasonal_naive_mase)} seasonal naive`;
    f.coverage.textContent = summary.coverage80 == null ? "–" : `${format.percent(summary.coverage80)} inside`;
    f.crps.textContent = format.score(summary.crps);
    f.refits.textContent = format.count(summary.refits);
    f.model.textContent = [
      summary.model ? `model ${summary.model}` : "",
      summary.model && summary.components ? `K = ${summary.components}` : "",
      summary.last_refit_promoted === false ? "newest refit not taken" : "",
    ].filter(Boolean).join(" · ");
    f.model.title = summary.last_refit_reason ?? "";
    f.cells.textContent = [
      `step ${format.duration(summary.interval_seconds)}`,
      `${format.count(summary.steps)} steps`,
      summary.missing ? `${format.count(summary.missing)} missing` : "",
      summary.late ? `${format.count(summary.late)} late` : "",
    ].filter(Boolean).join(" · ");
  }

  #read(reading) {
    this.#fields.readout.textContent = reading ? `${reading.when}: ${reading.what}` : "";
  }
}
