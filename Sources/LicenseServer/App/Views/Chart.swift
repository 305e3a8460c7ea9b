import Core
import Web

/// A chart and, behind it, the same numbers as a table.
struct Chart: Sendable {
  struct Series: Sendable {
    enum Shape: String, Sendable { case bar, line }

    let name: String
    let shape: Shape
    /// One a label: exact for the chart, and as people read it.
    let values: [(exact: JSONValue, text: String)]
  }

  /// Of its own on a page, fit for an element's id.
  let id: String
  let title: String
  /// What the labels are: `Month`.
  let labelTitle: String
  let labels: [String]
  let axis: String
  let series: [Series]

  static let assetNames = ["echarts.min.js", "chart.js"]

  /// To be put on the page once, below its charts.
  static func scripts(_ assets: StaticAssets) -> HTML {
    assetNames.map { "<script src=\"\(assets.url($0))\" defer></script>" as HTML }.joined()
  }

  var html: HTML {
    """
    <div class="ty-chart" data-chart="\(id)" role="img" aria-label="\(title). The numbers are in the table below."></div>
    <script type="application/json" id="\(id)">\(data: json)</script>
    <details class="ty-details"><summary>The numbers as a table</summary>\(table)</details>
    """
  }

  private var json: JSONValue {
    [
      "labels": JSONValue(labels), "axes": [.string(axis)],
      "series": .array(
        series.map { series in
          [
            "name": .string(series.name), "type": .string(series.shape.rawValue), "axis": 0,
            "values": .array(series.values.map(\.exact)),
          ]
        }),
    ]
  }

  private var table: HTML {
    let rows = labels.indices.map { index -> HTML in
      let cells = series.map { "<td class=\"num\">\($0.values[index].text)</td>" as HTML }
      return "<tr><th scope=\"row\">\(labels[index])</th>\(cells)</tr>"
    }
    return PageParts.table(title, [labelTitle] + series.map { "#\($0.name)" }, rows, empty: "There are no numbers yet.")
  }
}
