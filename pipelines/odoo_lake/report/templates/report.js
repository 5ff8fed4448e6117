"use strict";
(() => {
  const articles = [...document.querySelectorAll("article.company")];
  const buttons = [...document.querySelectorAll("button[data-shows]")];
  const printWidth = 700;

  const plotsOf = (article) => [...article.querySelectorAll(".plot")];

  function draw(article) {
    const specs = JSON.parse(article.querySelector("script.plots").textContent);
    for (const place of plotsOf(article)) {
      if (place.data) continue;
      const { data, layout } = specs[place.dataset.plot];
      Plotly.newPlot(place, data, fitted(layout, place), { responsive: true, displayModeBar: false });
    }
  }

  // A narrow page has room for half the months' names.
  function fitted(layout, place) {
    const narrow = place.clientWidth < 480;
    const axis = layout.xaxis.type === "date" ? { ...layout.xaxis, nticks: narrow ? 5 : 12 } : { ...layout.xaxis, nticks: narrow ? 4 : 8 };
    return { ...layout, xaxis: axis, font: { ...layout.font, size: narrow ? 11 : 13 } };
  }

  function show(key) {
    const chosen = articles.find((article) => article.dataset.company === key) ?? articles[0];
    if (!chosen) return;
    for (const article of articles) article.hidden = article !== chosen;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.shows === chosen.dataset.company));
    draw(chosen);
    for (const place of plotsOf(chosen)) Plotly.Plots.resize(place);
  }

  function tellAges() {
    for (const element of document.querySelectorAll("time[data-age]")) {
      const minutes = Math.max(0, Math.round((Date.now() - Date.parse(element.dataset.age)) / 60000));
      element.textContent = minutes < 120 ? `${minutes} minute${minutes === 1 ? "" : "s"}`
        : minutes < 2880 ? `${Math.floor(minutes / 60)} hours` : `${Math.floor(minutes / 1440)} days`;
    }
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      history.replaceState(null, "", `#company-${button.dataset.shows}`);
      show(button.dataset.shows);
    });
  }
  const visible = () => articles.filter((article) => !article.hidden).flatMap(plotsOf);
  addEventListener("beforeprint", () => visible().forEach((place) => Plotly.relayout(place, { width: Math.min(printWidth, place.clientWidth) })));
  addEventListener("afterprint", () => visible().forEach((place) => Plotly.relayout(place, { width: null, autosize: true })));
  show(location.hash.replace("#company-", ""));
  tellAges();
  setInterval(tellAges, 60000);
})();
