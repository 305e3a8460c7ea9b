public import Core

extension ReportRequest {
  /// Which parameters a route takes.
  public enum Form: Sendable {
    /// `GET /stats`: one row over everything.
    case totals
    /// `GET /stats/grouped`: `group_by` is required.
    case grouped
  }

  /// Reads a request's query, such as
  /// `group_by=campaign,country&from=2026-11-01&to=2026-11-08&tz=Europe/Berlin&compare=previous&sort=-profit&filter[os]=iOS`.
  ///
  /// A filter given twice means either value. Parameters without a value count as absent.
  /// - Throws: 422 with every fault.
  public init(query items: [(name: String, value: String)], form: Form, zone standardZone: TimeZoneName) throws(Problem)
  {
    self.init(zone: standardZone, metrics: form == .totals ? Metric.allCases : Metric.standard)
    var reader = ReportQueryReader(form: form)
    for (name, value) in items where !value.isEmpty { reader.read(name, value, into: &self) }
    reader.finish(&self)
    guard reader.faults.isEmpty else { throw .validation(reader.faults) }
  }
}

private struct ReportQueryReader {
  /// `filter[..]`, `not[..]` and `like[..]`.
  enum FilterKind: String, CaseIterable { case filter, not, like }

  let form: ReportRequest.Form
  var faults: [Problem.FieldFault] = []
  var filters: [(name: String, kind: FilterKind, grouping: Grouping, values: [String])] = []
  var sortText: String?

  mutating func fault(_ field: String, _ code: String, _ message: String) {
    faults.append(.init(field: field, code: code, message: message))
  }

  mutating func read(_ name: String, _ value: String, into request: inout ReportRequest) {
    switch (name, form) {
    case ("from", _): request.from = date(name, value) ?? request.from
    case ("to", _): request.to = date(name, value) ?? request.to
    case ("tz", _):
      if let zone = TimeZoneName(value) { request.zone = zone } else { faultZone() }
    case ("campaign_id", _): add(value, name, .filter, .campaign)
    case ("time", _): request.basis = choice(name, value) ?? request.basis
    case ("group_by", .grouped): request.groupings = list(name, value)
    case ("metrics", _): request.metrics = list(name, value)
    case ("sort", .grouped): sortText = value
    case ("compare", _):
      request.comparison = choice(name, value) ?? request.comparison
    case ("compare_until", _):
      if value == "now" { request.cutsComparison = true } else { fault(name, "choice", "must be now") }
    case ("currency", _):
      if let currency = Currency(value) {
        request.currency = currency
      } else {
        fault(name, "currency", "must be a currency such as USD")
      }
    case ("offset", .grouped):
      if let offset = Int(value), (0...10_000_000).contains(offset) {
        request.offset = offset
      } else {
        fault(name, "range", "must be 0 to 10000000")
      }
    case ("limit", .grouped):
      if let limit = Int(value), (1...ReportRequest.mostRows).contains(limit) {
        request.limit = limit
      } else {
        fault(name, "range", "must be 1 to \(ReportRequest.mostRows)")
      }
    default:
      readBracketed(name, value, into: &request)
    }
  }

  mutating func faultZone() { fault("tz", "time_zone", "must be an IANA time zone such as Europe/Berlin") }

  /// `filter[country]`, `not[country]`, `like[sub1]`, `min[clicks]` and `max[roi]`.
  private mutating func readBracketed(_ name: String, _ value: String, into request: inout ReportRequest) {
    let word = name.prefix { $0 != "[" }
    guard name.hasSuffix("]"), word.count < name.count else { return faultUnknown(name) }
    let inner = String(name.dropFirst(word.count + 1).dropLast())
    if let kind = FilterKind(rawValue: String(word)) {
      readFilter(kind, inner, name, value)
    } else if let side = ReportRequest.Bound.Side(rawValue: String(word)), form == .grouped {
      readBound(side, inner, name, value, into: &request)
    } else {
      faultUnknown(name)
    }
  }

  private mutating func faultUnknown(_ name: String) {
    fault(name, "unknown_parameter", "is not a parameter of this report")
  }

  private mutating func readFilter(_ kind: FilterKind, _ inner: String, _ name: String, _ value: String) {
    let choices = Grouping.allCases.filter { !$0.isTime && (kind != .like || !$0.isEntity) }
    guard let grouping = Grouping(rawValue: inner), choices.contains(grouping) else {
      return fault(name, "choice", "must be one of \(Self.names(choices))")
    }
    add(value, name, kind, grouping)
  }

  private mutating func readBound(
    _ side: ReportRequest.Bound.Side, _ inner: String, _ name: String, _ value: String,
    into request: inout ReportRequest
  ) {
    guard let metric = Metric(rawValue: inner) else {
      return fault(name, "choice", "must be one of \(Self.names(Metric.allCases))")
    }
    guard let number = Micros(value) else { return fault(name, "type", "must be a number such as 10 or 2.5") }
    request.bounds.append(.init(metric, side, number))
  }

  private mutating func add(_ value: String, _ name: String, _ kind: FilterKind, _ grouping: Grouping) {
    if let index = filters.firstIndex(where: { $0.grouping == grouping && $0.kind == kind }) {
      filters[index].values.append(value)
    } else {
      filters.append((name, kind, grouping, [value]))
    }
  }

  mutating func finish(_ request: inout ReportRequest) {
    if form == .grouped, request.groupings.isEmpty, !faults.contains(where: { $0.field == "group_by" }) {
      fault("group_by", "required", "is required: one or more of \(Self.names(Grouping.allCases))")
    }
    if request.groupings.count > ReportRequest.mostGroupings {
      fault("group_by", "length", "may have \(ReportRequest.mostGroupings) groupings")
    }
    if let from = request.from, let to = request.to, to < from { fault("to", "range", "must not be before from") }
    if request.bounds.count > ReportRequest.mostBounds {
      fault("min", "length", "and max may be given \(ReportRequest.mostBounds) times")
    }
    request.filters = filters.compactMap { filter($0.name, $0.kind, $0.grouping, $0.values) }
    if let sortText { request.sort = sort(sortText, of: request) }
  }

  private mutating func filter(
    _ field: String, _ kind: FilterKind, _ grouping: Grouping, _ values: [String]
  ) -> ReportRequest.Filter? {
    guard values.count <= 100 else {
      fault(field, "length", "may have 100 values")
      return nil
    }
    guard !values.contains(where: { $0.utf8.contains(0) || $0.utf8.count > 2_000 }) else {
      fault(field, "invalid", "must not contain a NUL character, and be at most 2000 bytes long")
      return nil
    }
    if kind == .like { return .init(grouping: grouping, values: .parts(values)) }
    let present = values.filter { $0 != ReportRequest.missingValue }
    let isMissingToo = present.count < values.count
    guard grouping.isEntity else {
      return .init(
        grouping: grouping, values: .texts(present), includesMissing: isMissingToo, isNegated: kind == .not)
    }
    let ids = present.compactMap { Int64($0) }.filter { $0 > 0 }
    guard ids.count == present.count else {
      fault(field, "type", "must be an id")
      return nil
    }
    return .init(grouping: grouping, values: .ids(ids), includesMissing: isMissingToo, isNegated: kind == .not)
  }

  private mutating func sort(_ text: String, of request: ReportRequest) -> ReportRequest.Sort? {
    let descending = text.hasPrefix("-")
    let name = descending ? String(text.dropFirst()) : text
    if let metric = Metric(rawValue: name) { return .init(.metric(metric), descending: descending) }
    if let grouping = Grouping(rawValue: name), request.groupings.contains(grouping) {
      return .init(.grouping(grouping), descending: descending)
    }
    fault("sort", "choice", "must be a metric or one of the groupings, with a leading - to sort descending")
    return nil
  }

  private mutating func date(_ name: String, _ value: String) -> LocalDate? {
    guard let date = LocalDate(value), (1970...2200).contains(date.year) else {
      fault(name, "date", "must be a date such as 2026-11-21")
      return nil
    }
    return date
  }

  private mutating func choice<T: RawRepresentable & CaseIterable>(_ name: String, _ value: String) -> T?
  where T.RawValue == String {
    guard let choice = T(rawValue: value) else {
      fault(name, "choice", "must be one of \(Self.names(T.allCases))")
      return nil
    }
    return choice
  }

  private mutating func list<T: RawRepresentable & CaseIterable & Hashable>(_ name: String, _ value: String) -> [T]
  where T.RawValue == String {
    var items: [T] = []
    for part in value.split(separator: ",") {
      guard let item = T(rawValue: part.trimmed) else {
        fault(name, "choice", "must be out of \(Self.names(T.allCases))")
        return items
      }
      if !items.contains(item) { items.append(item) }
    }
    return items
  }

  private static func names<T: RawRepresentable>(_ cases: some Collection<T>) -> String where T.RawValue == String {
    cases.map(\.rawValue).joined(separator: ", ")
  }
}
