import Analytics
import ClickPath
import Core
import Database

extension CostRequest {
  /// Reads the API's body. Throws 422 with all that is wrong.
  static func read(
    _ fields: inout FieldReader, zone: TimeZoneName, now: Timestamp, in scope: TenantScope
  ) async throws -> CostRequest {
    let text = fields.optionalString("csv", length: 1...ClickCostAPI.bodyLimit, trim: false) ?? nil
    let filter = readFilter(&fields)
    let mode = fields.optionalOneOf("mode", Mode.allCases.map(\.rawValue)) ?? nil
    let cost = fields.optionalMicros("cost") ?? nil
    let from = day("from", &fields), to = day("to", &fields)
    let zone = self.zone(&fields) ?? zone
    if text == nil {
      if filter.campaignID == nil, filter.sourceID == nil {
        fields.fault("campaign_id", "required", "is required, or source_id")
      }
      if cost == nil, !fields.faults.contains(where: { $0.field == "cost" }) {
        fields.fault("cost", "required", "is required")
      }
      if from == nil { fields.fault("from", "required", "is required") }
    }
    let lines = text.map { CostLines($0) }
    for fault in lines?.faults ?? [] { fields.fault(fault.field, fault.code, fault.message) }
    if let lines, lines.lines.isEmpty, lines.faults.isEmpty { fields.fault("csv", "required", "must have a line") }
    if lines?.lines.count ?? 0 > lineLimit { fields.fault("csv", "length", "may have \(lineLimit) lines") }
    try fields.finish()
    let window = try await ReportWindow.find(from: from, to: to, zone: zone, now: now, in: scope)
    guard window.days.dayCount <= dayLimit else {
      throw Problem.invalid("from", "range", "must be at most \(dayLimit) days before to")
    }
    return CostRequest(
      selection: lines.map { .lines($0.lines) } ?? .filter(filter), period: window.start..<window.end,
      mode: mode.flatMap { Mode(rawValue: $0) } ?? .perClick, cost: cost ?? .zero)
  }

  private static func readFilter(_ fields: inout FieldReader) -> Filter {
    var filter = Filter()
    filter.campaignID = fields.optionalInt("campaign_id", range: 1...Int64.max) ?? nil
    filter.sourceID = fields.optionalInt("source_id", range: 1...Int64.max) ?? nil
    for number in SubIDs.numbers {
      guard let value = fields.optionalString("sub\(number)", length: 1...255) ?? nil else { continue }
      if filter.sub != nil { fields.fault("sub\(number)", "conflict", "must be the only sub id") }
      filter.sub = Sub(number: number, value: value)
    }
    return filter
  }

  private static func day(_ name: String, _ fields: inout FieldReader) -> LocalDate? {
    guard let text = fields.optionalString(name, length: 1...10) ?? nil else { return nil }
    let day = LocalDate(text)
    if day == nil { fields.fault(name, "date", "must be a date such as 2026-11-21") }
    return day
  }

  private static func zone(_ fields: inout FieldReader) -> TimeZoneName? {
    guard let text = fields.optionalString("tz", length: 1...64) ?? nil else { return nil }
    let zone = TimeZoneName(text)
    if zone == nil { fields.fault("tz", "time_zone", "must be an IANA time zone such as Europe/Berlin") }
    return zone
  }
}

/// Costs as lines of text: a click's id, or the source's id of it, and what it cost. A first line of names is skipped.
struct CostLines: Sendable {
  private(set) var lines: [CostRequest.Line] = []
  private(set) var faults: [Problem.FieldFault] = []
  private static let mostFaults = 20

  init(_ text: String) {
    var seen: Set<String> = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmed
      if line.isEmpty { continue }
      // From the right: the source's ids may hold anything, a cost's comma is a point.
      let separator: Character = line.contains(";") ? ";" : line.contains("\t") ? "\t" : ","
      guard let place = line.lastIndex(of: separator) else {
        note(index, "line", "must be a click’s id and its cost, such as 01a1fe5d-…,0.05")
        continue
      }
      let name = Self.bare(line[..<place]), amount = Self.bare(line[line.index(after: place)...])
      guard let cost = Micros(amount), cost >= .zero, cost <= .greatestAmount else {
        if index > 0 { note(index, "cost", "must end with an amount such as 0.05") }
        continue
      }
      if name.isEmpty || name.utf8.count > 512 { note(index, "line", "must begin with the id of a click") }
      if !seen.insert(name).inserted { note(index, "duplicate", "names the click of a line before") }
      lines.append(.init(name: name, cost: cost))
    }
  }

  private static func bare(_ cell: Substring) -> String {
    let cell = cell.trimmed
    guard cell.count >= 2, cell.hasPrefix("\""), cell.hasSuffix("\"") else { return String(cell) }
    return String(cell.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  private mutating func note(_ line: Int, _ code: String, _ message: String) {
    guard faults.count < Self.mostFaults else { return }
    faults.append(.init(field: "csv[\(line)]", code: code, message: message))
  }
}
