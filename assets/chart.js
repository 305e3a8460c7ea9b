// Draws the charts of a page from the JSON beside them. Colours come from the theme's tokens.
"use strict";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const drawn = [];

const draw = (element) => {
  const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const chart = echarts.init(element, null, { renderer: "svg" });
  const text = token("--tblr-secondary-color");
  const line = token("--tblr-border-color");
  const colours = token("--ty-series").split(",").map((colour) => colour.trim());
  chart.setOption({
    aria: { enabled: true },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: colours,
    grid: { left: 8, right: 8, top: 40, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemHeight: 8, itemWidth: 14, textStyle: { color: text } },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { type: "category", data: data.labels, axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
    yAxis: data.axes.map((name, index) => ({
      type: "value", name, position: index ? "right" : "left", nameTextStyle: { color: text }, axisLabel: { color: text },
      splitLine: { show: index === 0, lineStyle: { color: line } },
    })),
    series: data.series.map((series) => ({
      name: series.name, type: series.type, yAxisIndex: series.axis, data: series.values, smooth: 0.25,
      symbol: "circle", symbolSize: 5, showSymbol: data.labels.length < 40, lineStyle: { width: 2 }, barMaxWidth: 28,
      itemStyle: series.type === "bar" ? { borderRadius: [3, 3, 0, 0] } : undefined,
    })),
  });
  return chart;
};

const drawAll = () => {
  drawn.splice(0).forEach((chart) => chart.dispose());
  document.querySelectorAll("[data-chart]").forEach((element) => drawn.push(draw(element)));
};
drawAll();
document.addEventListener("themechange", drawAll);
addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
