// Draws the charts of a page from the JSON beside them. Colours come from the theme's tokens.
"use strict";

(() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const drawn = [];

  const axis = (name, index, text, line) => ({
    type: "value",
    name,
    position: index ? "right" : "left",
    nameTextStyle: { color: text, align: index ? "right" : "left" },
    axisLabel: { color: text, formatter: (value) => short.format(value) },
    splitLine: { show: index === 0, lineStyle: { color: line } },
  });

  const series = (data) => ({
    name: data.name,
    type: data.type,
    yAxisIndex: data.axis,
    data: data.values,
    symbol: "circle",
    symbolSize: 6,
    showSymbol: data.values.length <= 31,
    lineStyle: { width: 2, type: data.dashed ? "dashed" : "solid" },
    barMaxWidth: 32,
    itemStyle: data.type === "bar" ? { borderRadius: [2, 2, 0, 0] } : {},
    tooltip: { valueFormatter: (value) => (value === null ? "–" : exact.format(value)) },
  });

  const draw = (element) => {
    const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const chart = echarts.init(element, null, { renderer: "svg" });
    const text = token("--ty-soft-text");
    const line = token("--ty-line");
    chart.setOption({
      animation: false,
      color: token("--ty-series").split(",").map((colour) => colour.trim()),
      textStyle: { fontFamily: "Inter, system-ui, sans-serif", fontSize: 12 },
      grid: { left: 4, right: 4, top: 56, bottom: 12, containLabel: true },
      legend: { top: 0, left: 0, itemHeight: 8, itemWidth: 14, itemGap: 16, textStyle: { color: text } },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: token("--ty-surface"),
        borderColor: line,
        textStyle: { color: token("--ty-text") },
      },
      xAxis: {
        type: "category",
        data: data.labels,
        axisLabel: { color: text, hideOverlap: true },
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
      },
      yAxis: data.axes.map((name, index) => axis(name, index, text, line)),
      series: data.series.map(series),
    });
    return chart;
  };

  const drawAll = () => {
    drawn.splice(0).forEach((chart) => chart.dispose());
    document.querySelectorAll("[data-chart]").forEach((element) => drawn.push(draw(element)));
  };
  drawAll();
  document.addEventListener("themechange", drawAll);
  document.addEventListener("ty:loaded", drawAll);
  addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
})();
