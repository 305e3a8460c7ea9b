import Conversions
import Core
import Web

/// What a publisher is owed for a period.
struct Statement: Sendable, Hashable {
  /// How far it has come. Each step is a row that is never changed.
  enum State: String, Sendable, CaseIterable {
    /// Its lines follow their conversions.
    case draft
    /// Final; to be paid.
    case locked
    /// Final; less than the minimum, so the next statement begins with it.
    case carried
    case paid
  }

  /// Of a locked one.
  struct Totals: Sendable, Hashable {
    var carriedIn: Micros
    var earned: Micros
    var adjusted: Micros
    var payable: Micros
    var carriedOut: Micros
    var lineCount: Int
  }

  struct Payment: Sendable, Hashable {
    var reference: String
    var paidBy: String
    var paidAt: Timestamp
  }

  let id: Int64
  let publisherID: Int64
  let publisherName: String
  let currency: Currency
  /// Local days, both included.
  let days: ClosedRange<LocalDate>
  /// The same, half-open.
  let period: Range<Timestamp>
  let dueDate: LocalDate
  let minimum: Micros
  let closedBy: String
  let closedAt: Timestamp
  /// Nil for a draft, whose totals are reckoned from its lines.
  var totals: Totals?
  var lockedBy: String?
  var lockedAt: Timestamp?
  var payment: Payment?

  var state: State {
    guard let totals else { return .draft }
    if payment != nil { return .paid }
    return totals.payable > .zero ? .locked : .carried
  }

  var json: JSONValue { .object(fields(totals)) }

  /// - Parameter totals: a draft's as they would be if it were locked now.
  func fields(_ totals: Totals?) -> JSONObject {
    [
      "id": .int(id), "publisher_id": .int(publisherID), "publisher": .string(publisherName),
      "state": .string(state.rawValue), "currency": JSONValue(currency), "from": JSONValue(days.lowerBound),
      "to": JSONValue(days.upperBound), "start": JSONValue(period.lowerBound), "end": JSONValue(period.upperBound),
      "due": JSONValue(dueDate), "minimum_payout": JSONValue(minimum), "carried_in": JSONValue(totals?.carriedIn),
      "earned": JSONValue(totals?.earned), "adjusted": JSONValue(totals?.adjusted),
      "payable": JSONValue(totals?.payable), "carried_out": JSONValue(totals?.carriedOut),
      "line_count": JSONValue(totals?.lineCount), "closed_by": .string(closedBy), "closed_at": JSONValue(closedAt),
      "locked_by": JSONValue(lockedBy), "locked_at": JSONValue(lockedAt), "reference": JSONValue(payment?.reference),
      "paid_by": JSONValue(payment?.paidBy), "paid_at": JSONValue(payment?.paidAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("publisher_id", .integer), .required("publisher", .string),
    .required(
      "state",
      Schema.choice(State.allCases.map(\.rawValue)).described(
        "draft until it is locked; carried when there is nothing to pay yet.")),
    .required("currency", .string), .required("from", .date),
    .required("to", Schema.date.described("Included; local days of the tenant's time zone.")),
    .required("start", .timestamp), .required("end", Schema.timestamp.described("Not included.")),
    .required("due", .date), .required("minimum_payout", .money),
    .required("carried_in", Schema.money.nullable.described("In lists, totals of drafts are null.")),
    .required("earned", .money.nullable), .required("adjusted", .money.nullable),
    .required("payable", .money.nullable), .required("carried_out", .money.nullable),
    .required("line_count", .integer.nullable), .required("closed_by", .string), .required("closed_at", .timestamp),
    .required("locked_by", .string.nullable), .required("locked_at", .timestamp.nullable),
    .required("reference", .string.nullable), .required("paid_by", .string.nullable),
    .required("paid_at", .timestamp.nullable),
  ])
}

extension Statement.Totals {
  init(_ sheet: StatementSheet) {
    self.init(
      carriedIn: sheet.carriedIn, earned: sheet.earned, adjusted: sheet.adjusted, payable: sheet.payable,
      carriedOut: sheet.carriedOut, lineCount: sheet.lines.count)
  }
}
