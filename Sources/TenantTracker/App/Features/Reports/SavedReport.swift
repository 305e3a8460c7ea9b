import Core
import Web

/// The question that a report answers: the query of the reports page's address.
struct SavedReport: PersonalContent {
  /// Without the question mark; `period=7d` stays what it says, so that it is always about the last seven days.
  let query: String

  static let noun = "saved report"
  static let schemaName = "SavedReport"
  static let path = "/reports"
  static let table = "saved_reports"
  static let field = "query"
  static let schema = Schema.string.described(
    "The query of the page's address: `group_by=campaign&period=7d&filter[country]=US`.")

  private static let longest = 4_000

  init(query: String) { self.query = query }
  init(stored: String) { query = stored }
  var stored: String { query }
  var json: JSONValue { .string(query) }

  /// The page's address.
  var address: String { "\(ReportPages.path)?\(query)" }

  static func read(_ fields: inout FieldReader) -> SavedReport? {
    guard let text = fields.string(field, length: 1...longest) else { return nil }
    let items = PercentCoding.queryItems(text.hasPrefix("?") ? String(text.dropFirst()) : text)
    let question = ReportQuestion(items)
    if let fault = question.firstFault {
      fields.fault(field, fault.code, "has a \(fault.field) that \(fault.message)")
      return nil
    }
    return SavedReport(query: question.address.query)
  }
}
