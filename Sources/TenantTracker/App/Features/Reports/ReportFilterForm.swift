import Analytics
import Core
import Database

/// The form that adds a filter: a field, how it is compared, and values as people type them.
struct ReportFilterForm: Sendable {
  enum Field: Sendable, Hashable {
    case grouping(Grouping)
    case metric(Metric)
  }

  let field: Field
  /// `filter`, `not`, `like`, `min` or `max`, as the address calls it.
  let comparison: String
  let text: String

  /// Nil when the query adds none.
  init?(_ items: [(name: String, value: String)]) {
    func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
    guard let name = value("f"), let text = value("v")?.trimmed, !text.isEmpty else { return nil }
    if let grouping = Grouping(rawValue: name), !grouping.isTime {
      field = .grouping(grouping)
    } else if let metric = Metric(rawValue: name) {
      field = .metric(metric)
    } else {
      return nil
    }
    self.text = text
    comparison = value("op") ?? ""
  }

  /// - Throws: 422 for a name that nothing or more than one thing has, or for a comparison that the field does not know.
  func add(to question: inout ReportQuestion, _ names: NameStore, _ scope: TenantScope) async throws {
    switch field {
    case .grouping(let grouping):
      guard let kind = ReportQuestion.Filter.Kind(rawValue: comparison), kind != .like || !grouping.isEntity else {
        throw Problem.invalid("op", "choice", "must be is or is not for \(grouping.columnTitle.lowercased())")
      }
      for value in try await values(of: grouping, names, scope) { question.add(value, to: grouping, kind) }
    case .metric(let metric):
      guard let side = ReportRequest.Bound.Side(rawValue: comparison) else {
        throw Problem.invalid("op", "choice", "must be at least or at most for \(metric.label)")
      }
      guard Micros(text) != nil else { throw Problem.invalid("v", "type", "must be a number such as 10 or 2.5") }
      question.bounds.append(.init(metric: metric, side: side, value: text))
    }
  }

  /// As an address has them: a name becomes its id.
  private func values(of grouping: Grouping, _ names: NameStore, _ scope: TenantScope) async throws -> [String] {
    let parts = Self.split(text)
    guard let noun = grouping.noun else { return parts }
    let known = try await names.live(noun, of: scope)
    return try parts.map { part in
      if part == ReportRequest.missingValue || Int64(part) != nil { return part }
      let found = known.filter { $0.name.lowercased() == part.lowercased() }
      guard let first = found.first else {
        throw Problem.invalid("v", "unknown", "names no \(grouping.columnTitle.lowercased()): \(part)")
      }
      guard found.count == 1 else {
        throw Problem.invalid("v", "ambiguous", "fits \(found.count) of them; give the id of \(part)")
      }
      return "\(first.id)"
    }
  }

  /// Parts between commas; a comma within double quotes is text.
  static func split(_ text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var isQuoted = false
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        parts.append(part)
        part = ""
      default: part.append(character)
      }
    }
    parts.append(part)
    return parts.map { $0.trimmed }.filter { !$0.isEmpty }
  }
}
