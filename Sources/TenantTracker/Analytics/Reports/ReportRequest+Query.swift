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
    self.init(zone: standardZone)
    var reader = ReportQueryReader(form: form)
    for (name, value) in items where !value.isEmpty { reader.read(name, value, into: &self) }
    reader.finish(&self)
    guard reader.faults.isEmpty else { throw .validation(reader.faults) }
  }
}

private struct ReportQueryReader {
  let form: ReportRequest.Form
  var faults: [Problem.FieldFault] = []
  var filterValues: [(grouping: Grouping, values: [String])] = []
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
    case ("campaign_id", _): add(value, to: .campaign)
    case ("time", _): request.basis = choice(name, value) ?? request.basis
    case ("group_by", .grouped): request.groupings = list(name, value)
    case ("metrics", .grouped): request.metrics = list(name, value)
    case ("sort", .grouped): sortText = value
    case ("compare", _):
      if value == "previous" { request.comparesPrevious = true } else { fault(name, "choice", "must be previous") }
    case ("limit", .grouped):
      if let limit = Int(value), (1...ReportRequest.mostRows).contains(limit) {
        request.limit = limit
      } else {
        fault(name, "range", "must be 1 to \(ReportRequest.mostRows)")
      }
    default:
      if name.hasPrefix("filter["), name.hasSuffix("]") {
        readFilter(name, value)
      } else {
        fault(name, "unknown_parameter", "is not a parameter of this report")
      }
    }
  }

  mutating func faultZone() { fault("tz", "time_zone", "must be an IANA time zone such as Europe/Berlin") }

  private mutating func readFilter(_ name: String, _ value: String) {
    guard let grouping = Grouping(rawValue: String(name.dropFirst(7).dropLast())), !grouping.isTime else {
      fault(name, "choice", "must be one of \(Self.names(Grouping.allCases.filter { !$0.isTime }))")
      return
    }
    add(value, to: grouping)
  }

  private mutating func add(_ value: String, to grouping: Grouping) {
    if let index = filterValues.firstIndex(where: { $0.grouping == grouping }) {
      filterValues[index].values.append(value)
    } else {
      filterValues.append((grouping, [value]))
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
    request.filters = filterValues.compactMap { filter($0.grouping, $0.values) }
    if let sortText { request.sort = sort(sortText, of: request) }
  }

  private mutating func filter(_ grouping: Grouping, _ values: [String]) -> ReportRequest.Filter? {
    let present = values.filter { $0 != ReportRequest.missingValue }
    let field = grouping == .campaign ? "campaign_id" : "filter[\(grouping.rawValue)]"
    guard values.count <= 100 else {
      fault(field, "length", "may have 100 values")
      return nil
    }
    guard grouping.isEntity else {
      guard !present.contains(where: { $0.utf8.contains(0) }) else {
        fault(field, "invalid", "must not contain a NUL character")
        return nil
      }
      return .init(grouping: grouping, values: .texts(present), includesMissing: present.count < values.count)
    }
    let ids = present.compactMap { Int64($0) }.filter { $0 > 0 }
    guard ids.count == present.count else {
      fault(field, "type", "must be an id")
      return nil
    }
    return .init(grouping: grouping, values: .ids(ids), includesMissing: present.count < values.count)
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
