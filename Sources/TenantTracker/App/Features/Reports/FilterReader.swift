import Analytics
import Core
import Database

/// Reads the `field=` filters of a list. It goes on past a fault; ``finish()`` throws them all, a misspelt filter's too.
struct FilterReader {
  private var rest: [String: String]
  private(set) var faults: [Problem.FieldFault] = []

  init(_ page: PageRequest) { rest = page.filters }

  mutating func fault(_ field: String, _ code: String, _ message: String) {
    faults.append(.init(field: field, code: code, message: message))
  }

  mutating func text(_ name: String) -> String? {
    guard let value = rest.removeValue(forKey: name) else { return nil }
    guard !value.utf8.contains(0) else {
      fault(name, "invalid", "must not contain a NUL character")
      return nil
    }
    return value
  }

  mutating func id(_ name: String) -> Int64? {
    read(name, "must be an id") { text in Int64(text).flatMap { $0 > 0 ? $0 : nil } }
  }

  mutating func uuid(_ name: String) -> UUIDv7? { read(name, "must be a UUID") { UUIDv7($0) } }
  mutating func address(_ name: String) -> IPAddress? { read(name, "must be an IP address") { IPAddress($0) } }
  mutating func flag(_ name: String) -> Bool? { read(name, "must be true or false") { Bool($0) } }
  mutating func date(_ name: String) -> LocalDate? { read(name, "must be a date such as 2026-11-21") { LocalDate($0) } }

  mutating func zone(_ name: String, default standard: TimeZoneName) -> TimeZoneName {
    read(name, "must be an IANA time zone such as Europe/Berlin") { TimeZoneName($0) } ?? standard
  }

  mutating func choice<T: RawRepresentable & CaseIterable>(_ name: String, as type: T.Type = T.self) -> T?
  where T.RawValue == String {
    read(name, "must be one of \(T.allCases.map(\.rawValue).joined(separator: ", "))") { T(rawValue: $0) }
  }

  /// A log has one order; asking for it is no fault. Ids are in the order of time.
  mutating func requireNewestFirst(_ page: PageRequest, by field: String) {
    guard let sort = page.sort, ![field, "id"].contains(sort) || !page.descending else { return }
    fault("sort", "unsupported", "can only be -\(field): newest first")
  }

  private mutating func read<T>(_ name: String, _ message: String, _ parse: (String) -> T?) -> T? {
    guard let text = text(name) else { return nil }
    let value = parse(text)
    if value == nil { fault(name, "invalid", message) }
    return value
  }

  /// Throws 422 with every fault.
  mutating func finish() throws(Problem) {
    for name in rest.keys.sorted() { fault(name, "unknown_parameter", "is not a filter of this list") }
    guard faults.isEmpty else { throw .validation(faults) }
  }
}

/// `from=&to=&tz=`: local days, both included; each may be left out.
struct DayFilter: Sendable {
  var from: LocalDate?
  var to: LocalDate?
  var zone: TimeZoneName

  init(_ reader: inout FilterReader, zone standardZone: TimeZoneName) {
    from = reader.date("from")
    to = reader.date("to")
    zone = reader.zone("tz", default: standardZone)
  }

  /// Nil without either date.
  func period(now: Timestamp, of scope: TenantScope) async throws -> Range<Timestamp>? {
    guard from != nil || to != nil else { return nil }
    let first = from ?? LocalDate(daysSinceEpoch: 0)
    let window = try await ReportWindow.find(from: first, to: to, zone: zone, now: now, in: scope)
    return max(window.start, Timestamp(seconds: 0))..<max(window.end, Timestamp(seconds: 0))
  }
}
