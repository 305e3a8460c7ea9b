import Analytics
import Core
import Web

/// Which metrics a report has as columns, in order.
struct ColumnTemplate: PersonalContent {
  let metrics: [Metric]

  init(_ metrics: [Metric]) { self.metrics = metrics }

  /// The documented columns.
  static let standard = ColumnTemplate([
    .clicks, .unique, .leads, .conversions, .cost, .revenue, .profit, .roi, .cr, .epc, .cpa, .cpl,
  ])

  static let commerce = ColumnTemplate([
    .clicks, .orders, .customers, .revenue, .cost, .aov, .roas, .cac, .ltv, .rpc, .repeatRate,
  ])

  /// Those that everybody has.
  static let ready: [(name: String, template: ColumnTemplate)] = [("Standard", standard), ("E-commerce", commerce)]

  // What is kept

  static let noun = "column template"
  static let schemaName = "ColumnTemplate"
  static let path = "/report-columns"
  static let table = "column_templates"
  static let field = "metrics"
  static let schema = Schema.array(.choice(Metric.allCases.map(\.rawValue))).described("Columns from left to right.")

  static func read(_ fields: inout FieldReader) -> ColumnTemplate? {
    guard let names = fields.optionalStrings(field, max: Metric.allCases.count) ?? nil, !names.isEmpty else {
      if !fields.faults.contains(where: { $0.field == field }) {
        fields.fault(field, "required", "must name at least one metric")
      }
      return nil
    }
    let metrics = names.compactMap(Metric.init(rawValue:))
    guard metrics.count == names.count, Set(metrics).count == metrics.count else {
      fields.fault(
        field, "choice", "must be different ones of \(Metric.allCases.map(\.rawValue).joined(separator: ", "))")
      return nil
    }
    return ColumnTemplate(metrics)
  }

  init(stored: [String]) { metrics = stored.compactMap(Metric.init(rawValue:)) }
  var stored: [String] { metrics.map(\.rawValue) }
  var json: JSONValue { JSONValue(stored) }
}
