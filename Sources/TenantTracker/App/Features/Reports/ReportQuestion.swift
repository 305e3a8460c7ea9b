import Analytics
import Core

/// What the reports page is asked: the query of its address, read once. The address made of it again is the permalink.
struct ReportQuestion: Sendable {
  struct Filter: Sendable, Hashable {
    /// As the address calls it: `filter[country]`, `not[country]`, `like[sub1]`.
    enum Kind: String, Sendable, CaseIterable {
      case only = "filter"
      case not, like
    }

    let grouping: Grouping
    let kind: Kind
    /// `(none)` is what has no value.
    var values: [String]
  }

  /// `min[clicks]=100`: only rows whose metric is within a bound.
  struct Bound: Sendable, Hashable {
    let metric: Metric
    let side: ReportRequest.Bound.Side
    let value: String
  }

  /// What the chart shows.
  enum ChartChoice: Sendable, Hashable {
    /// Clicks of a report by time, nothing of others.
    case standard
    case none
    case metric(Metric)
  }

  var groupings: [Grouping] = []
  var preset: String?
  var from: String?
  var to: String?
  var zone: String?
  var basis: String?
  var currency: String?
  var comparison: String?
  var filters: [Filter] = []
  var bounds: [Bound] = []
  /// Nil: those of the reader's own template.
  var metrics: [Metric]?
  var sort: String?
  var chart = ChartChoice.standard
  var limit = standardLimit
  /// How the reader came here, row by row.
  var path: [DrillStep] = []
  private(set) var faults: [Problem.FieldFault] = []

  static let standardLimit = 100
  /// What "show more" goes through.
  static let limits = [standardLimit, 500, 2_000, ReportRequest.mostRows]

  init(_ items: [(name: String, value: String)]) {
    for (name, value) in items where !value.isEmpty { read(name, value) }
    if groupings.isEmpty { groupings = [.campaign] }
  }

  private mutating func read(_ name: String, _ value: String) {
    switch name {
    case "group_by": groupings += list(name, value).filter { !groupings.contains($0) }
    case "metrics": metrics = (metrics ?? []) + list(name, value).filter { metrics?.contains($0) != true }
    case "period": preset = value
    case "from": from = value
    case "to": to = value
    case "tz": zone = value
    case "time": basis = value
    case "currency": currency = value
    case "compare": comparison = value
    case "sort": sort = value
    case "chart": chart = readChart(value)
    case "limit": limit = Int(value) ?? 0
    case "path": path = readPath(value)
    case "edit", "wait": break
    default: readFilter(name, value)
    }
  }

  private mutating func list<T: RawRepresentable & CaseIterable & Hashable>(_ name: String, _ value: String) -> [T]
  where T.RawValue == String {
    value.split(separator: ",").compactMap { word in
      if let item = T(rawValue: String(word)) { return item }
      let choices = T.allCases.map(\.rawValue).joined(separator: ", ")
      faults.append(.init(field: name, code: "choice", message: "must be out of \(choices)"))
      return nil
    }
  }

  private mutating func readChart(_ value: String) -> ChartChoice {
    if value == "none" { return .none }
    if let metric = Metric(rawValue: value) { return .metric(metric) }
    faults.append(.init(field: "chart", code: "choice", message: "must be a metric or none"))
    return .standard
  }

  private mutating func readPath(_ value: String) -> [DrillStep] {
    let words = value.split(separator: ",")
    let steps = words.compactMap { DrillStep($0) }
    if steps.count != words.count {
      faults.append(.init(field: "path", code: "invalid", message: "must be the groupings that led here"))
    }
    return steps
  }

  private mutating func readFilter(_ name: String, _ value: String) {
    if name == "campaign_id" { return add(value, to: .campaign) }
    let word = String(name.prefix { $0 != "[" })
    let inner = name.hasSuffix("]") ? String(name.dropFirst(word.count + 1).dropLast()) : ""
    if let kind = Filter.Kind(rawValue: word), let grouping = Grouping(rawValue: inner), !grouping.isTime {
      return add(value, to: grouping, kind)
    }
    if let side = ReportRequest.Bound.Side(rawValue: word), let metric = Metric(rawValue: inner) {
      return bounds.append(Bound(metric: metric, side: side, value: value))
    }
    faults.append(.init(field: name, code: "unknown_parameter", message: "is nothing that this page knows"))
  }

  mutating func add(_ value: String, to grouping: Grouping, _ kind: Filter.Kind = .only) {
    if let index = filters.firstIndex(where: { $0.grouping == grouping && $0.kind == kind }) {
      if !filters[index].values.contains(value) { filters[index].values.append(value) }
    } else {
      filters.append(Filter(grouping: grouping, kind: kind, values: [value]))
    }
  }

  /// Takes one value of a filter away.
  func without(_ value: String, of filter: Filter) -> ReportQuestion {
    var question = self
    question.filters = filters.compactMap { other in
      guard other == filter else { return other }
      let values = filter.values.filter { $0 != value }
      return values.isEmpty ? nil : Filter(grouping: filter.grouping, kind: filter.kind, values: values)
    }
    return question
  }
}

// The address

extension ReportQuestion {
  var address: PageAddress { PageAddress(ReportPages.path, items) }

  /// Everything that is not standard, in one order.
  var items: [(name: String, value: String)] {
    var items = [(name: "group_by", value: groupings.map(\.rawValue).joined(separator: ","))]
    items += [("period", preset ?? ""), ("from", from ?? ""), ("to", to ?? "")]
    items += [("tz", zone ?? ""), ("time", basis ?? ""), ("currency", currency ?? ""), ("compare", comparison ?? "")]
    items += filterItems
    items += [("metrics", metrics?.map(\.rawValue).joined(separator: ",") ?? ""), ("sort", validSort ?? "")]
    items += [("chart", chartText), ("limit", limit == Self.standardLimit ? "" : "\(limit)")]
    items += [("path", path.map(\.description).joined(separator: ","))]
    return items.filter { !$0.value.isEmpty }
  }

  /// Nothing is sorted by a grouping that is not there any more.
  private var validSort: String? {
    guard let sort else { return nil }
    let grouping = Grouping(rawValue: sort.hasPrefix("-") ? String(sort.dropFirst()) : sort)
    return grouping.map { groupings.contains($0) } == false ? nil : sort
  }

  private var filterItems: [(name: String, value: String)] {
    let values = filters.flatMap { filter in
      filter.values.map { (name: "\(filter.kind.rawValue)[\(filter.grouping.rawValue)]", value: $0) }
    }
    return values + bounds.map { ("\($0.side.rawValue)[\($0.metric.rawValue)]", $0.value) }
  }

  private var chartText: String {
    switch chart {
    case .standard: ""
    case .none: "none"
    case .metric(let metric): metric.rawValue
    }
  }

  /// The same with something changed, as an address.
  func address(_ change: (inout ReportQuestion) -> Void) -> String {
    var question = self
    change(&question)
    return question.address.description
  }

  /// What the engine is asked; nothing but rows differs from what it answers an API's client.
  /// - Parameters:
  ///   - columns: of who asks, when the address names none.
  ///   - zone: the tenant's.
  /// - Throws: 422 with every fault.
  func request(_ period: Period, columns: [Metric], zone: TimeZoneName) throws(Problem) -> ReportRequest {
    guard faults.isEmpty else { throw .validation(faults) }
    let days = [(name: "from", value: period.from.description), ("to", period.to.description)]
    let pageOnly: Set = ["period", "from", "to", "chart", "path", "metrics", "limit"]
    let shared = items.filter { !pageOnly.contains($0.name) }
    let list = (metrics ?? columns).map(\.rawValue).joined(separator: ",")
    return try ReportRequest(
      query: days + shared + [("metrics", list), ("limit", "\(limit)")], form: .grouped, zone: zone)
  }

  /// Nil for a question that can be answered.
  var firstFault: Problem.FieldFault? {
    let period = Period(.today, today: LocalDate(daysSinceEpoch: 0))
    do {
      _ = try request(period, columns: ColumnTemplate.standard.metrics, zone: .utc)
      return nil
    } catch { return error.errors.first }
  }
}

extension PageAddress {
  /// Without the question mark.
  var query: String { String(description.dropFirst(path.count + 1)) }
}
