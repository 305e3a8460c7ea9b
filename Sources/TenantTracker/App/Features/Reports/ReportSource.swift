import Analytics
import Core

/// Where a report's numbers come from, in words.
struct ReportSource: Sendable {
  let text: String

  init(_ plan: ReportPlan, _ times: LocalTimes) {
    text =
      switch plan.source {
      case .raw: "From raw clicks"
      case .rollup: "From rollups"
      case .mixed(let until): "From rollups up to \(times.text(until).prefix(16)), the rest from raw clicks"
      }
  }
}
