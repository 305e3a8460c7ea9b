import Core
import Web

/// A chart and, behind it, the same numbers as a table.
struct Chart: Sendable {
  struct Series: Sendable {
    enum Shape: String, Sendable { case bar, line }

    let name: String
    let shape: Shape
    /// 0 is the left axis, 1 the right one.
    let axis: Int
    /// One a label: exact for the chart, and as people read it.
    let values: [(exact: JSONValue, text: String)]
    /// What is not of now.
    var isDashed = false
  }

  let title: String
  /// What the labels are: `Day`, `Hour`.
  let labelTitle: String
  let labels: [String]
  let axes: [String]
  let series: [Series]
  /// The table's; those that are drawn when there are none.
  var columns: [Series] = []

  var html: HTML {
    """
    <div class="ty-chart" data-chart="chart-data" role="img" aria-label="\(title). The numbers are in the table below."></div>
    <script type="application/json" id="chart-data">\(data: json)</script>
    <details class="ty-details"><summary>The numbers as a table</summary>\(table)</details>
    """
  }

  private var json: JSONValue {
    [
      "labels": JSONValue(labels), "axes": JSONValue(axes),
      "series": .array(
        series.map { series in
          [
            "name": .string(series.name), "type": .string(series.shape.rawValue), "axis": .int(series.axis),
            "dashed": .bool(series.isDashed), "values": .array(series.values.map(\.exact)),
          ]
        }),
    ]
  }

  private var table: HTML {
    let columns = columns.isEmpty ? series : columns
    let rows = labels.indices.map { index -> HTML in
      let cells = columns.map { "<td class=\"num\">\($0.values[index].text)</td>" as HTML }
      return "<tr><th scope=\"row\">\(labels[index])</th>\(cells)</tr>"
    }
    return Parts.bareTable(
      [Parts.Heading(labelTitle)] + columns.map { Parts.Heading.number($0.name) }, rows, caption: title)
  }
}
